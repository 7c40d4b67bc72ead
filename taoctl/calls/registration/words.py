"""What a registration comes to, in the words of a person: refusals, losses and effects."""

from __future__ import annotations

from taoctl.addresses import decode_ss58
from taoctl.calls.base import Effect, Refusal
from taoctl.calls.registration.seats import Seat
from taoctl.calls.stake.hotkeys import not_owned, owner_of
from taoctl.chain.view import View
from taoctl.units import Tao, rao_to_decimal, subnet_name

WOULD_BE_LOST = "WouldBeLost"
"""Refusal, our own, of a registration that the chain would take payment for and give no seat."""

_SUBNET_ACCOUNT = b"modlsubtensr"


def system_account(hotkey: str) -> tuple[Refusal, ...]:
    """The refusal of a subnet's own account as a hotkey; empty for any other."""
    raw = decode_ss58(hotkey)
    if not raw.startswith(_SUBNET_ACCOUNT) or any(raw[len(_SUBNET_ACCOUNT) + 2 :]):
        return ()
    said = f"{hotkey} is the account of a subnet, and nobody's hotkey"
    return (Refusal("CannotUseSystemAccount", said, "check the address"),)


async def foreign(view: View, origin: str, hotkey: str) -> tuple[Refusal, ...]:
    """The refusal of a hotkey that another coldkey owns; a new one is nobody's yet."""
    if await owner_of(view, hotkey) is None:
        return ()
    return await not_owned(view, origin, hotkey)


def no_use(seat: Seat | None, hotkey: str, netuid: int, before: int) -> Refusal | None:
    """The refusal of a seat that is none, or would not last; None where it is one.

    Args:
        before: how many hotkeys have got one before it.
    """
    if seat is None:
        return Refusal(
            "NoNeuronIdAvailable",
            f"subnet {netuid} is full, and none of its neurons may be replaced now",
            f"wait until some are out of their immunity; see `taoctl subnet metagraph {netuid}`",
        )
    if seat.whose == "owner":
        return Refusal(
            WOULD_BE_LOST,
            f"the chain would take payment for {hotkey} and give it no seat: next in line is the "
            "subnet owner's hotkey, which is never replaced",
            f"register once another neuron is next in line; see `taoctl subnet metagraph {netuid}`",
        )
    if seat.whose == "ours":
        return Refusal(
            WOULD_BE_LOST,
            f"{hotkey} would take the seat of a hotkey that is registered just before it",
            f"register {before} at once, and the others when more neurons may be replaced",
        )
    return None


def lost_words(seat: Seat, origin: str) -> str:
    """Who loses a seat, and why it is the one.

    Args:
        origin: ss58 address of who takes it.
    """
    own = ", which is your own" if seat.coldkey == origin else ""
    said = f"uid {seat.uid} is taken from {seat.hotkey} of coldkey {seat.coldkey}{own}: "
    if seat.stake_rao is not None:
        return f"{said}it has the least root stake, {Tao(seat.stake_rao)}; that stays with it"
    assert seat.emission_rao is not None
    return (
        f"{said}it comes first by its emission ({rao_to_decimal(seat.emission_rao)} alpha in the "
        f"last epoch) and its age (registered in block {seat.registered_at}); its stake stays "
        "with it"
    )


async def seat_effects(
    view: View, origin: str, netuid: int, hotkey: str, seat: Seat
) -> list[Effect]:
    """Who has a UID then, who has none, and whose a new hotkey is."""
    what = f"uid on {subnet_name(netuid)}"
    uid = None if seat.uid is None else str(seat.uid)
    found = [Effect(hotkey, what, "none", uid)]
    if await owner_of(view, hotkey) is None:
        found.append(Effect(hotkey, "owner", "none", origin))
    if seat.hotkey is not None:
        found.append(Effect(seat.hotkey, what, uid, "none"))
    return found
