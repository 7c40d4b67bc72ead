"""What comes of a swap of hotkeys, in the words of a person: effects, and what is lost or stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taoctl.calls.accounts import holdings
from taoctl.calls.base import Effect
from taoctl.calls.hotkey_swap.rules import Swap, affected, cost_of
from taoctl.calls.hotkey_swap.standing import OnSubnet, Standing, standing
from taoctl.calls.stake.children import Child
from taoctl.calls.stake.hotkeys import PALLET, read, read_or_none
from taoctl.calls.stake.proportion import take_text
from taoctl.chain.view import Constant, View
from taoctl.units import Alpha, Tao, subnet_name

_INTERVAL = Constant(PALLET, "HotkeySwapOnSubnetInterval")
_NONE = "none"
_NOT_SET = "not set"


async def swap_effects(view: View, swap: Swap) -> tuple[Effect, ...]:
    """The price, whose the hotkeys are, and what each has then on each subnet."""
    old, new = await standing(view, swap.old), await standing(view, swap.new)
    free = (await holdings(view, swap.origin)).free
    cost = cost_of(view, swap.netuid)
    after = Tao(max(free.rao - cost.rao, 0))
    found = [Effect(swap.origin, "free", free, after), *_owners(swap, new)]
    for at in swap.concerned(old):
        there = new.on.get(at.netuid, OnSubnet(at.netuid))
        found += _seat(swap, at, there)
        found += _family(swap, at, there)
        found += _others(swap, at, there)
        if not swap.keep_stake:
            found += _stake(swap, at, there)
    if swap.netuid is None and old.take is not None:
        found.append(Effect(swap.old, "take", _take(old.take), _NOT_SET))
        found.append(Effect(swap.new, "take", _take(new.take), _take(old.take)))
    return tuple(found)


def _owners(swap: Swap, new: Standing) -> Iterator[Effect]:
    if swap.netuid is None and not swap.keep_old:
        yield Effect(swap.old, "owner", swap.origin, _NONE)
    if new.owner is None:
        yield Effect(swap.new, "owner", _NONE, swap.origin)


def _both(swap: Swap, what: str, moved: str, there: str = _NONE) -> Iterator[Effect]:
    """Something that leaves the old hotkey and takes the place of what the new one has."""
    yield Effect(swap.old, what, moved, _NONE)
    yield Effect(swap.new, what, there, moved)


def _seat(swap: Swap, at: OnSubnet, there: OnSubnet) -> Iterator[Effect]:
    where = subnet_name(at.netuid)
    if at.uid is not None:
        uid = _NONE if there.uid is None else str(there.uid)
        yield from _both(swap, f"uid on {where}", str(at.uid), uid)
    if at.served:
        before = ", ".join(there.served) or _NONE
        yield from _both(swap, f"published on {where}", ", ".join(at.served), before)
    if at.is_owners:
        yield Effect(None, f"owner's hotkey of {where}", swap.old, swap.new)


def _family(swap: Swap, at: OnSubnet, there: OnSubnet) -> Iterator[Effect]:
    where = subnet_name(at.netuid)
    for what, mine, other in (
        ("children", at.children, there.children),
        ("parents", at.parents, there.parents),
    ):
        if mine or other:
            yield from _both(swap, f"{what} on {where}", listed(mine), listed(other))
    if at.childkey_take is not None:
        what = f"childkey take on {where}"
        yield Effect(swap.old, what, _take(at.childkey_take), _NOT_SET)
        yield Effect(swap.new, what, _take(there.childkey_take), _take(at.childkey_take))
    if at.pending is not None:
        before = _NONE if there.pending is None else listed(there.pending)
        yield from _both(swap, f"pending children on {where}", listed(at.pending), before)


def _take(chosen: int | None) -> str:
    return _NOT_SET if chosen is None else take_text(chosen)


def listed(family: Sequence[Child]) -> str:
    """The members of a family with their shares."""
    return ", ".join(map(str, family)) or _NONE


def _others(swap: Swap, at: OnSubnet, there: OnSubnet) -> Iterator[Effect]:
    where = subnet_name(at.netuid)
    if at.auto_stakers:
        count = str(at.auto_stakers)
        before = str(there.auto_stakers) if there.auto_stakers else _NONE
        yield from _both(swap, f"coldkeys that auto-stake to it on {where}", count, before)
    if at.lockers:
        after = str(there.lockers + at.lockers)
        what = f"locks that speak for it on {where}"
        yield Effect(swap.old, what, str(at.lockers), _NONE)
        yield Effect(swap.new, what, str(there.lockers) if there.lockers else _NONE, after)


def _stake(swap: Swap, at: OnSubnet, there: OnSubnet) -> Iterator[Effect]:
    """The stake of everybody; of each staker's up to a rao may be left behind."""
    if not at.alpha_rao:
        return
    netuid, what = at.netuid, "everybody's stake"
    moved, after = Alpha(at.alpha_rao, netuid), Alpha(there.alpha_rao + at.alpha_rao, netuid)
    yield Effect(swap.old, what, moved, Alpha(0, netuid), netuid=netuid)
    yield Effect(swap.new, what, Alpha(there.alpha_rao, netuid), after, netuid=netuid)


async def swap_warnings(view: View, swap: Swap) -> tuple[str, ...]:
    """What cannot be had back, what stays behind, and how long nothing is swapped again."""
    old, new = await standing(view, swap.old), await standing(view, swap.new)
    concerned = swap.concerned(old)
    found = [*_lost_weights(swap, concerned), *_replaced(swap, concerned, new)]
    found += _left(swap, old)
    found += await _take_stays(view, swap, old, new)
    found += await _stays(view, swap, concerned)
    found += await _no_way_back(view, swap)
    if any(one.uid is not None for one in concerned):
        found.append(f"what runs with {swap.old} must run with the key of {swap.new} from then on")
    if swap.netuid is not None and all(one.is_empty for one in concerned):
        found.insert(0, f"{swap.old} has nothing on {subnet_name(swap.netuid)} to be swapped")
    return tuple(found)


def _lost_weights(swap: Swap, concerned: Sequence[OnSubnet]) -> Iterator[str]:
    for one in concerned:
        where = subnet_name(one.netuid)
        if one.commits:
            yield (
                f"{_count(one.commits, 'commit')} to weights on {where} cannot be revealed after "
                "this: a hash is of the hotkey too. Reveal before, or set weights anew"
            )
        if one.timelocked:
            yield (
                f"{_count(one.timelocked, 'timelocked commit')} to weights on {where} will be "
                f"dropped when the pulse comes: {swap.old} has no seat then"
            )


def _places(netuids: Sequence[int]) -> str:
    """Several subnets in few words."""
    others = [str(netuid) for netuid in netuids if netuid]
    words = [subnet_name(0)] if 0 in netuids else []
    if others:
        words.append(f"subnet{'s' if len(others) > 1 else ''} {', '.join(others)}")
    return " and ".join(words)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _replaced(swap: Swap, concerned: Sequence[OnSubnet], new: Standing) -> Iterator[str]:
    for one in concerned:
        there = new.on.get(one.netuid)
        if there is not None and (there.children or there.parents):
            yield (
                f"the children and parents that {swap.new} has on {subnet_name(one.netuid)} are "
                f"given up for those of {swap.old}"
            )


def _left(swap: Swap, old: Standing) -> Iterator[str]:
    """What becomes of the old hotkey."""
    if swap.netuid is not None or swap.keep_old:
        return
    held = [one for one in old.on.values() if one.alpha_rao]
    if swap.keep_stake and held:
        where = _places([one.netuid for one in held])
        yield (
            f"the stake on {where} stays with {swap.old}, which is nobody's after this: none of it "
            "can be moved until a coldkey associates the hotkey, and whoever does so first owns "
            f"it. Add --keep-old, or run `taoctl neuron associate {swap.old}` at once"
        )
    else:
        yield f"{swap.old} is nobody's after this, and becomes whoever's associates it first"


async def _take_stays(view: View, swap: Swap, old: Standing, new: Standing) -> list[str]:
    """On one subnet the take does not go along."""
    if swap.netuid is None:
        return []
    mine, theirs = await read(view, "Delegates", swap.old), await read(view, "Delegates", swap.new)
    said = f"{swap.old} stays yours, with what it has on other subnets"
    if int(mine) == int(theirs):
        return [said]
    return [f"{said} and its take of {take_text(int(mine))}; {swap.new} takes {take_text(theirs)}"]


async def _stays(view: View, swap: Swap, concerned: Sequence[OnSubnet]) -> list[str]:
    found = []
    where = [one.netuid for one in concerned if one.committed]
    if where:
        found.append(f"what {swap.old} has committed on {_places(where)} stays with it")
    free = (await holdings(view, swap.old)).free
    if free.rao:
        found.append(f"{swap.old} itself holds {free}, which stays with it: only its key moves it")
    return found


async def _no_way_back(view: View, swap: Swap) -> list[str]:
    limit = int(await read_or_none(view, "TxRateLimit") or 0)
    netuids = await affected(view, swap)
    found = []
    if limit:
        found.append(f"{swap.origin} can swap no other hotkey for {limit} blocks after this")
    if netuids and view.has(_INTERVAL):
        wait = int(view.constant(_INTERVAL.pallet, _INTERVAL.name))
        found.append(f"nor on {_places(netuids)} for {wait} blocks, so it cannot be undone before")
    return ["; ".join(found)] if found else []
