"""What of a subnet needs its owner's attention: rules over plain values, without any chain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from taoctl.economics.conviction import YEAR_BLOCKS as YEAR_BLOCKS

NEAR_PLACES = 3
"""Places from the next to be replaced that count as near."""

SOON_BLOCKS = 7_200 * 14
"""Blocks of immunity left that count as few: two weeks."""

LATE_TEMPOS = 2
"""Tempos without an epoch that count as too many."""


class Attention(StrEnum):
    """What may be the matter with a subnet, the most pressing first."""

    PRUNING = "pruning"
    CONVICTION = "conviction"
    NOT_STARTED = "not-started"
    CLOSED = "closed"
    NO_EPOCH = "no-epoch"
    NO_TAO = "no-tao"
    WITHHELD = "withheld"
    NO_SEAT = "no-seat"
    IMMUNITY = "immunity"
    NO_IDENTITY = "no-identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedState:
    """A subnet at a block; None is what the runtime does not tell.

    Attributes:
        started: whether start_call was made.
        open: whether registration is allowed.
        emission_enabled: whether root lets it have TAO.
        tempo: blocks between epochs.
        since_step: blocks since the last epoch.
        started_for: blocks since it was started.
        burned_bits: part of the miners' alpha withheld by the last epoch, U96F32.
        seated: whether the owner's hotkey has a UID.
        rank: place among the subnets that can be replaced, 1 the next.
        full: whether a new subnet replaces one.
        immunity_left: blocks until it can be replaced.
        contested: whether the most convicted hotkey is of another coldkey.
        named: whether it says anything of itself.
    """

    started: bool
    open: bool | None
    emission_enabled: bool | None
    tempo: int | None
    since_step: int | None
    started_for: int | None
    burned_bits: int | None
    seated: bool | None
    rank: int | None
    full: bool | None
    immunity_left: int | None
    contested: bool | None
    named: bool


def attention(state: OwnedState) -> tuple[Attention, ...]:
    """What needs attention, the most pressing first."""
    left = state.immunity_left
    found = {
        Attention.PRUNING: bool(state.full and state.rank is not None)
        and (state.rank or 0) <= NEAR_PLACES,
        Attention.CONVICTION: bool(state.contested),
        Attention.NOT_STARTED: not state.started,
        Attention.CLOSED: state.started and state.open is False,
        Attention.NO_EPOCH: state.started and _late(state),
        Attention.NO_TAO: state.started and state.emission_enabled is False,
        Attention.WITHHELD: bool(state.burned_bits),
        Attention.NO_SEAT: state.seated is False,
        Attention.IMMUNITY: left is not None and 0 < left <= SOON_BLOCKS,
        Attention.NO_IDENTITY: not state.named,
    }
    return tuple(one for one in Attention if found[one])


def _late(state: OwnedState) -> bool:
    if not state.tempo or state.since_step is None:
        return False
    running = state.since_step if state.started_for is None else state.started_for
    return min(state.since_step, running) > LATE_TEMPOS * state.tempo
