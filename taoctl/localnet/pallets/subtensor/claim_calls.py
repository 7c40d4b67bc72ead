"""The calls that claim root dividends, and that say what to make of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.localnet.frame import (
    BadOrigin,
    Origin,
    Post,
    Root,
    call,
    ensure_root,
    ensure_signed,
)
from taoctl.localnet.pallets.subtensor.arguments import NETUID
from taoctl.localnet.pallets.subtensor.claims import Claims
from taoctl.localnet.pallets.subtensor.types import RootClaimTypeEnum
from taoctl.localnet.scaletypes import variant
from taoctl.localnet.types import BTreeSet, NetUid, u64

MAX_SUBNETS = 5
"""Subnets that one call may claim for."""
MAX_AUTO_CLAIMS = 50
"""Coldkeys that a block may claim for."""
MAX_THRESHOLD = 10_000_000
"""The highest threshold in rao of alpha below which nothing is claimed."""

_READ = 25_000_000
_CLAIM_WEIGHT = 938_999_000
_ENTRY_WEIGHT = 60_000_000 + 7 * _READ + 5 * 100_000_000


class ClaimCalls(Claims):
    """claim_root, set_root_claim_type, and the settings of root for both."""

    @call(121, args=[("subnets", BTreeSet(NetUid), "BTreeSet<NetUid>")], weight=_CLAIM_WEIGHT)
    def claim_root(self, origin: Origin, subnets: Sequence[int]) -> Post:
        """Pay the caller its root dividends of up to five subnets, on all of its hotkeys."""
        coldkey = ensure_signed(origin)
        wanted = set(subnets)
        if not 1 <= len(wanted) <= MAX_SUBNETS:
            raise self.error("InvalidSubnetNumber")
        self.index_root_staker(coldkey)
        entries = self.claim_root_dividends(coldkey, wanted)
        hotkeys = len(self.StakingHotkeys[coldkey])
        spent = _READ + hotkeys * 3 * _READ + entries * _ENTRY_WEIGHT
        return Post(min(spent, _CLAIM_WEIGHT))

    @call(
        122,
        args=[("new_root_claim_type", RootClaimTypeEnum, "RootClaimTypeEnum")],
        weight=468_283_000,
    )
    def set_root_claim_type(self, origin: Origin, new_root_claim_type: Any) -> None:
        """Say whether claims of the caller become root stake or stay alpha, or of which subnets."""
        coldkey = ensure_signed(origin)
        kind = new_root_claim_type
        if not isinstance(kind, str):
            kept = sorted(set(kind["KeepSubnets"]["subnets"]))
            if not kept:
                raise self.error("InvalidSubnetNumber")
            kind = variant("KeepSubnets", {"subnets": tuple(kept)})
        self.index_root_staker(coldkey)
        self.RootClaimType[coldkey] = kind
        self.deposit("RootClaimTypeSet", coldkey, kind)

    @call(123, args=[("new_value", u64)], weight=102_735_000)
    def sudo_set_num_root_claims(self, origin: Origin, new_value: int) -> None:
        """Set for how many coldkeys each block claims; 0 turns that off."""
        ensure_root(origin)
        if new_value > MAX_AUTO_CLAIMS:
            raise self.error("InvalidNumRootClaim")
        self.NumRootClaim.put(new_value)

    @call(124, args=[NETUID, ("new_value", u64)], weight=105_681_000)
    def sudo_set_root_claim_threshold(self, origin: Origin, netuid: int, new_value: int) -> None:
        """Set the least alpha of a subnet, in rao, that is claimed; by its owner or root."""
        if not isinstance(origin, Root) and ensure_signed(origin) != self.SubnetOwner[netuid]:
            raise BadOrigin
        if new_value > MAX_THRESHOLD:
            raise self.error("InvalidRootClaimThreshold")
        self.RootClaimableThreshold[netuid] = new_value << 32
