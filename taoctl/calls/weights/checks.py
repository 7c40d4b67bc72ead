"""What the chain holds against weights, in its own order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.base import Refusal
from taoctl.calls.stake.hotkeys import item, read, read_or_none, too_soon
from taoctl.calls.weights.row import Row, index_of
from taoctl.chain.view import Storage, View
from taoctl.chain.weight_limit import weight_limit_u16
from taoctl.economics.inheritance import combined_weight_bits, inherited
from taoctl.economics.weights import max_upscale, within_limit
from taoctl.units import ROOT_NETUID, Alpha

NEEDS: tuple[Storage, ...] = tuple(
    item(name)
    for name in (
        "Uids",
        "NetworksAdded",
        "SubnetworkN",
        "CommitRevealWeightsEnabled",
        "WeightsVersionKey",
        "WeightsSetRateLimit",
        "LastUpdate",
        "ValidatorPermit",
        "MinAllowedWeights",
        "Weights",
    )
)
"""What every one of these checks reads."""

_NOT_ROOT = "name a subnet other than root"


@dataclass(frozen=True, slots=True)
class Place:
    """A hotkey on a mechanism of a subnet, of which the weights are.

    Attributes:
        hotkey: ss58 address.
        netuid: the subnet.
        mechanism: 0 for the one that every subnet has.
    """

    hotkey: str
    netuid: int
    mechanism: int

    @property
    def index(self) -> int:
        """The number under which the chain stores it."""
        return index_of(self.netuid, self.mechanism)

    @property
    def words(self) -> str:
        """The subnet, and the mechanism where it is not the first."""
        behind = f", mechanism {self.mechanism}" if self.mechanism else ""
        return f"subnet {self.netuid}{behind}"

    async def uid(self, view: View) -> int | None:
        """The UID of the hotkey; None for one that has none."""
        found = await read(view, "Uids", self.netuid, self.hotkey)
        return None if found is None else int(found)

    async def is_owner(self, view: View) -> bool:
        """Whether it is the UID of the subnet owner's hotkey."""
        owner = await read_or_none(view, "SubnetOwnerHotkey", self.netuid)
        return owner == self.hotkey and await self.uid(view) is not None

    async def commits(self, view: View) -> bool:
        """Whether the subnet takes weights only after they were committed."""
        return bool(await read(view, "CommitRevealWeightsEnabled", self.netuid))


async def too_little_stake(view: View, at: Place) -> tuple[Refusal, ...]:
    """The refusal of a hotkey with too little stake weight; the owner's needs none.

    The oldest runtimes weigh stake in another way, of which nothing is said here.
    """
    least = int(await read_or_none(view, "StakeThreshold") or 0)
    if not least or await at.is_owner(view):
        return ()
    alpha, tao, weight = await asyncio.gather(
        _inherited(view, at, at.netuid), _inherited(view, at, ROOT_NETUID), _tao_weight(view)
    )
    bits = combined_weight_bits(alpha, tao, weight)
    if bits >= least << 64:
        return ()
    nobody = "" if await at.uid(view) is not None else f", and no UID on subnet {at.netuid}"
    held, wanted = Alpha(bits >> 64, at.netuid), Alpha(least, at.netuid)
    said = f"{at.hotkey} has a stake weight of {held} there, and needs {wanted}{nobody}"
    return (Refusal("NotEnoughStakeToSetWeights", said, await _stake_hint(view, at)),)


async def _stake_hint(view: View, at: Place) -> str:
    """What mends too little stake, which is all that the chain says of a place that is none."""
    if at.netuid == ROOT_NETUID:
        return _NOT_ROOT
    nowhere = await no_mechanism(view, at)
    if nowhere:
        return f"{nowhere[0].message}: {nowhere[0].hint}"
    stake = "alpha of the subnet counts in full, root stake by its weight"
    if await at.uid(view) is None:
        register = f"`taoctl subnet register {at.netuid}`"
        return f"register it there first ({register}), then stake more to it: {stake}"
    return f"stake more to it: {stake}"


async def _tao_weight(view: View) -> int:
    return int(await read_or_none(view, "TaoWeight") or 0)


async def _inherited(view: View, at: Place, netuid: int) -> int:
    """Stake on a subnet after what the hotkey's children there hold and its parents lend."""
    own, children, parents = await asyncio.gather(
        read(view, "TotalHotkeyAlpha", at.hotkey, netuid),
        read_or_none(view, "ChildKeys", at.hotkey, at.netuid),
        read_or_none(view, "ParentKeys", at.hotkey, at.netuid),
    )
    lent = await asyncio.gather(
        *(read(view, "TotalHotkeyAlpha", parent, netuid) for _, parent in parents or ())
    )
    shares = [int(share) for share, _ in parents or ()]
    given = [int(share) for share, _ in children or ()]
    return inherited(int(own), given, zip(shares, map(int, lent), strict=True))


async def too_often(view: View, at: Place, name: str) -> tuple[Refusal, ...]:
    """The refusal of weights set or committed a short while ago, by the error's name."""
    uid = await at.uid(view)
    if uid is None:
        return ()
    updates, limit = await asyncio.gather(
        read(view, "LastUpdate", at.index), read(view, "WeightsSetRateLimit", at.netuid)
    )
    last = int(updates[uid]) if uid < len(updates) else 0
    if not last:
        return ()
    said = (
        f"UID {uid} set weights on {at.words} in block {last}, and may every {limit} blocks at most"
    )
    return too_soon(view, name, said, last + int(limit))


async def no_mechanism(view: View, at: Place) -> tuple[Refusal, ...]:
    """The refusal of a subnet or mechanism that is not there."""
    there, count = await asyncio.gather(
        read(view, "NetworksAdded", at.netuid),
        read_or_none(view, "MechanismCountCurrent", at.netuid),
    )
    if not there:
        hint = "see `taoctl subnet list` for the subnets there are"
        return (Refusal("MechanismDoesNotExist", f"there is no subnet {at.netuid}", hint),)
    mechanisms = 1 if count is None else int(count)
    if at.mechanism < mechanisms:
        return ()
    said = f"subnet {at.netuid} has no mechanism {at.mechanism}"
    return (Refusal("MechanismDoesNotExist", said, f"name one from 0 to {mechanisms - 1}"),)


async def not_registered(view: View, at: Place) -> tuple[Refusal, ...]:
    """The refusal of a hotkey without a UID."""
    if await at.uid(view) is not None:
        return ()
    said = f"{at.hotkey} has no UID on subnet {at.netuid}"
    hint = "sign with a hotkey that is registered there, or register this one first"
    return (Refusal("HotKeyNotRegisteredInSubNet", said, hint),)


def in_the_open(netuid: int) -> Refusal:
    """The refusal of a commit where weights are set without one."""
    return Refusal(
        "CommitRevealDisabled",
        f"subnet {netuid} takes weights in the open, without a commit",
        "set them with `taoctl weights set`",
    )


async def row_refused(
    view: View, at: Place, row: Row, version_key: int, *, dated: bool
) -> tuple[Refusal, ...]:
    """What the chain holds against a row where it stores it.

    Args:
        dated: whether it is set in the open, where the rate limit holds too.
    """
    if at.netuid == ROOT_NETUID:
        said = "nobody sets weights on root"
        return (Refusal("CanNotSetRootNetworkWeights", said, _NOT_ROOT),)
    found = await no_mechanism(view, at)
    found = found or await _too_many(view, at, row)
    found = found or await not_registered(view, at)
    found = found or await too_little_stake(view, at)
    found = found or await _old_version(view, at, version_key)
    if dated:
        found = found or await too_often(view, at, "SettingWeightsTooFast")
    return found or await _row_alone(view, at, row)


async def _too_many(view: View, at: Place, row: Row) -> tuple[Refusal, ...]:
    n = int(await read(view, "SubnetworkN", at.netuid))
    if len(row) <= n:
        return ()
    said = f"{len(row)} weights are more than the {n} UIDs of subnet {at.netuid}"
    return (Refusal("UidsLengthExceedUidsInSubNet", said, "weigh UIDs that are there"),)


async def _old_version(view: View, at: Place, version_key: int) -> tuple[Refusal, ...]:
    least = int(await read(view, "WeightsVersionKey", at.netuid))
    if not least or version_key >= least:
        return ()
    said = f"the version key {version_key} is lower than the {least} that subnet {at.netuid} asks"
    hint = "update the validator's software; the key is that of the code that made the weights"
    return (Refusal("IncorrectWeightVersionKey", said, hint),)


async def _row_alone(view: View, at: Place, row: Row) -> tuple[Refusal, ...]:
    uid, n = await at.uid(view), int(await read(view, "SubnetworkN", at.netuid))
    alone = len(row) == 1 and row[0][0] == uid
    if not alone and not await _permitted(view, at, uid):
        said = f"UID {uid} has no validator permit on subnet {at.netuid}"
        hint = "the permits go to the largest stakes, and are given anew with each epoch"
        return (Refusal("NeuronNoValidatorPermit", said, hint),)
    missing = [target for target, _ in row if target >= n]
    if missing:
        said = f"there is no UID {missing[0]} on subnet {at.netuid}"
        hint = f"UIDs go from 0 to {n - 1}"
        return (Refusal("UidVecContainInvalidOne", said, hint),)
    least = min(int(await read(view, "MinAllowedWeights", at.netuid)), n)
    if not alone and len(row) < least:
        said = f"{len(row)} weights are fewer than the {least} that subnet {at.netuid} asks"
        return (Refusal("WeightVecLengthIsLow", said, "weigh more UIDs above zero"),)
    most = await weight_limit_u16(view, at.netuid)
    if alone or within_limit(max_upscale([weight for _, weight in row]), most):
        return ()
    said = f"the largest share is above {most}/65535, the most that subnet {at.netuid} takes"
    return (Refusal("MaxWeightExceeded", said, "spread the weights over more UIDs"),)


async def _permitted(view: View, at: Place, uid: int | None) -> bool:
    permits = await read(view, "ValidatorPermit", at.netuid)
    has = uid is not None and uid < len(permits) and bool(permits[uid])
    return has or await at.is_owner(view)
