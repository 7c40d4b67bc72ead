"""DelegateInfoRuntimeApi: hotkeys that take stake from others."""

from __future__ import annotations

from typing import Any

from taoctl.economics import shares
from taoctl.localnet.frame import api
from taoctl.localnet.pallets.apis import shapes
from taoctl.localnet.pallets.subtensor.positions import Positions
from taoctl.localnet.pallets.subtensor.subnets import ROOT, account_bytes
from taoctl.localnet.types import AccountId32, Compact, Option, Tup, Vec, u16, u64
from taoctl.units import RAO_PER_TAO, U16_MAX, U64_MAX

API = "DelegateInfoRuntimeApi"

_BLOCKS_PER_DAY = 7_200
_ONE = 1 << 64


class DelegateApi(Positions):
    """Delegates with their nominators; the return figures add alpha of different subnets."""

    @api(API, returns=Vec(shapes.DelegateInfo))
    def get_delegates(self) -> list[dict[str, Any]]:
        """Every delegate with its nominators."""
        return [
            self._delegate(hotkey, self._nominators(hotkey)) for hotkey, _ in self.Delegates.items()
        ]

    @api(API, args=(("delegate_account", AccountId32),), returns=Option(shapes.DelegateInfo))
    def get_delegate(self, delegate_account: str) -> dict[str, Any] | None:
        """One delegate with its nominators; none for a hotkey that is not one."""
        if delegate_account not in self.Delegates:
            return None
        return self._delegate(delegate_account, self._nominators(delegate_account))

    @api(
        API,
        args=(("delegatee_account", AccountId32),),
        returns=Vec(Tup(shapes.DelegateInfo, Tup(Compact(u16), Compact(u64)))),
    )
    def get_delegated(self, delegatee_account: str) -> list[tuple[dict[str, Any], tuple[int, int]]]:
        """Each position of a coldkey behind a delegate: (delegate, (netuid, alpha))."""
        found = []
        for hotkey, _ in self.Delegates.items():
            for netuid in self._netuids_of(hotkey, delegatee_account):
                stake = self.stake_of(hotkey, delegatee_account, netuid)
                found.append((self._delegate(hotkey, []), (netuid, stake)))
        return found

    def _netuids_of(self, hotkey: str, coldkey: str) -> list[int]:
        held = {n for n, _ in self.AlphaV2.prefix(hotkey, coldkey)}
        held.update(n for n, _ in self.Alpha.prefix(hotkey, coldkey))
        return sorted(n for n in held if self.share_of(hotkey, coldkey, n).mantissa)

    def _nominators(self, hotkey: str) -> list[tuple[str, list[tuple[int, int]]]]:
        """(coldkey, [(netuid, alpha)]) of everybody who stakes on the hotkey.

        The chain values a position by the pool whose place in the list of networks is its netuid.
        After a subnet was removed that is another's, or none, and then the position is left out.
        """
        pools = self.netuids()
        held: dict[str, list[tuple[int, int]]] = {}
        pairs = {pair for pair, _ in self.AlphaV2.prefix(hotkey)}
        pairs.update(pair for pair, _ in self.Alpha.prefix(hotkey))
        for coldkey, netuid in sorted(pairs, key=lambda pair: (account_bytes(pair[0]), pair[1])):
            share = self.share_of(hotkey, coldkey, netuid)
            if not share.mantissa or netuid >= len(pools):
                continue
            pool = pools[netuid]
            value = shares.position_value(
                self.hotkey_alpha(hotkey, pool), share, self.total_shares(hotkey, pool)
            )
            held.setdefault(coldkey, []).append((netuid, value))
        return list(held.items())

    def _delegate(self, hotkey: str, nominators: list[Any]) -> dict[str, Any]:
        registered = sorted(n for n, member in self.IsNetworkMember.prefix(hotkey) if member)
        permits, per_day = [], 0
        for netuid in registered:
            uid = self.Uids.get((netuid, hotkey))
            if uid is None:
                continue
            if uid < len(self.ValidatorPermit[netuid]) and self.ValidatorPermit[netuid][uid]:
                permits.append(netuid)
            if self.Tempo[netuid] and uid < len(self.Emission[netuid]):
                epochs = (_BLOCKS_PER_DAY << 64) // self.Tempo[netuid]
                per_day += self.Emission[netuid][uid] * epochs
        take = self.Delegates[hotkey]
        return {
            "delegate_ss58": hotkey,
            "take": take,
            "nominators": nominators,
            "owner_ss58": self.Owner[hotkey],
            "registrations": registered,
            "validator_permits": permits,
            "return_per_1000": self._return_per_1000(hotkey, take, per_day),
            "total_daily_return": min(per_day >> 64, U64_MAX),
        }

    def _return_per_1000(self, hotkey: str, take: int, per_day: int) -> int:
        """Daily emission after take per 1000 TAO of root stake, in the chain's U64F64 steps."""
        stake = self.hotkey_alpha(hotkey, ROOT)
        thousands = (stake << 64) // (1_000 * RAO_PER_TAO)
        if not thousands:
            return 0
        kept = (per_day * (_ONE - (take << 64) // U16_MAX)) >> 64
        return min(((kept << 64) // thousands) >> 64, U64_MAX)
