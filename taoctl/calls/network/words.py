"""What creating a subnet means, in the words of a person: who goes, what is gone, and when to."""

from __future__ import annotations

import asyncio

from taoctl.calls.network.payout import Payout
from taoctl.calls.network.price import NetworkPrice
from taoctl.calls.network.room import Candidate, Room
from taoctl.calls.stake.hotkeys import PALLET, item, read
from taoctl.chain.view import View
from taoctl.text import printable
from taoctl.units import Tao, rao_to_decimal

DAY_BLOCKS = 7_200
"""Blocks of 12 s in a day."""

_NAMES = item("SubnetIdentitiesV3")
_KEEPS_ALL = item("TaoInRefundDeploymentBlock")
"""Came with runtimes that put the whole price into the pool, and not only the least."""
_LONGEST = 60
_RAO_BITS = 32


async def leaving_words(view: View, origin: str, place: Room) -> tuple[str, ...]:
    """Which subnet is dissolved for a new one, why it is the one, and what its holders get."""
    if not place.full:
        return ()
    full = f"the chain is full ({place.count} of {place.limit} subnets)"
    if place.open_from_block is not None:
        return (
            f"{full}, and all subnets are in their immunity until block {place.open_from_block}",
        )
    if place.leaving is None:
        return (f"{full}: which subnet goes for a new one cannot be told on this runtime",)
    gone = place.leaving
    owner, tao, name = await asyncio.gather(
        read(view, "SubnetOwner", gone.netuid),
        read(view, "SubnetTAO", gone.netuid),
        subnet_words(view, gone.netuid),
    )
    whose = "your own" if owner == origin else f"of coldkey {owner}"
    found = (
        f"{full}: {name}, {whose}, is dissolved for it, with all its neurons. Of those past their "
        f"immunity it has the lowest moving price, {_price(gone)} TAO, and was registered in "
        f"block {gone.registered_at}; the {Tao(int(tao))} in its pool go to those who hold its "
        "alpha, but for the protocol's part, which is recycled",
    )
    if place.runner_up is None:
        return found
    other = place.runner_up
    return (
        *found,
        f"subnet {other.netuid} is nearly as cheap, {_price(other)} TAO: should prices move, it "
        "may be the one that goes",
    )


def back_words(back: Payout | None, *, guarded: bool) -> tuple[str, ...]:
    """What the signer gets of the subnet that goes, and what that means for the limit.

    Args:
        back: None for nothing.
    """
    if back is None:
        return ()
    found = []
    if back.alpha.rao:
        said = f"your own {back.alpha} there bring back {back.least} or more, which is not in the "
        said += "balance shown"
        if guarded:
            said += f"; {Tao(back.reliable_rao)} of it are to be left too, so that nothing is paid "
            said += "but the fee where another subnet goes"
        found.append(said)
    if back.owns:
        found.append(
            "it is of the time when owners got back a part of what they locked: that is paid to "
            "you too as far as its account has it"
            + (", and gives a higher price as much room" if guarded else "")
        )
    return tuple(found)


def limit_words(kept: int | None, cap: Tao, *, guarded: bool) -> tuple[str, ...]:
    """How the limit holds, and where it does not.

    Args:
        kept: rao that must be left; None where nothing need be.
    """
    if not guarded:
        return (
            "nothing holds its price: the chain takes whatever it costs in the block that it gets "
            "into",
        )
    if kept is None:
        return (
            f"the account has no more than the limit of {cap} and the fee, so that nothing else "
            "holds the price: TAO that it receives before can be taken too",
        )
    return (
        "the transfer of the account to itself moves nothing: it fails, and undoes the subnet for "
        f"the fee alone, where less than {Tao(kept)} can be spent afterwards",
    )


def gone_words(view: View) -> tuple[str, ...]:
    """What becomes of the TAO, and what the new subnet cannot do yet."""
    gone = "what it costs is gone for good: it becomes the TAO of the subnet's pool, and nobody "
    gone += "gets it back from there but for alpha, of which the owner is given none"
    if not keeps_all(view):
        gone = "what it costs is gone for good: a part becomes the TAO of the subnet's pool, and "
        gone += "the rest is recycled"
    return (
        gone,
        "its alpha is neither traded nor emitted until you start it, with `taoctl subnet start`, "
        "and its part of the emission is nothing until root switches that on",
    )


def fall_words(price: NetworkPrice) -> tuple[str, ...]:
    """When it costs less, and what the next one costs."""
    then = price.block + 1 + price.limit_blocks
    later = f"the next subnet costs {Tao(2 * price.next_rao)}"
    if price.limit_blocks > 1:
        later += f", and none may be created before block {then}"
    curve = price.curve
    if curve is None:
        return (f"how its price goes on cannot be told on this runtime; {later}",)
    if price.next_rao <= curve.least_rao:
        return (f"it costs the least that it can; {later}",)
    least = curve.first_block_at(curve.least_rao)
    said = f"its price falls by {Tao(curve.step_rao)} with each block while nobody creates one"
    for days, name in ((1, "a day"), (7, "a week")):
        block = price.block + 1 + days * DAY_BLOCKS
        if least is None or block < least:
            said += f", to {Tao(curve.at(block))} in {name} (block {block})"
    if least is not None:
        said += f", and to the least, {Tao(curve.least_rao)}, in block {least}"
    return (f"{said}; {later}",)


def keeps_all(view: View) -> bool:
    """Whether the pool of a new subnet gets all that it cost."""
    return view.has(_KEEPS_ALL)


async def subnet_words(view: View, netuid: int) -> str:
    """A subnet by its number, and by its name where it says one."""
    found = await view.value(PALLET, _NAMES.item, netuid) if view.has(_NAMES) else None
    name = "" if found is None else _text(found["subnet_name"])
    return f"subnet {netuid} ({name})" if name else f"subnet {netuid}"


def _text(value: object) -> str:
    data = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return printable(data, _LONGEST)


def _price(subnet: Candidate) -> str:
    return rao_to_decimal(subnet.price_bits * 10**9 >> _RAO_BITS)
