"""A proposal as every backend shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from taoctl.reads.governance.backends import Backend


class Status(Enum):
    """Where a proposal is, in the chain's words; the value is what people read."""

    ONGOING = "ongoing"
    PENDING = "pending"
    """A multisig call that waits for approvals."""
    APPROVED = "approved"
    DELEGATED = "delegated"
    """A referendum that was approved and goes on as another one, its review."""
    REJECTED = "rejected"
    EXPIRED = "expired"
    FAST_TRACKED = "fast_tracked"
    CANCELLED = "cancelled"
    ENACTED = "enacted"
    KILLED = "killed"
    EXECUTED = "executed"
    """A motion or multisig call that was carried out; its call may have failed."""
    GONE = "gone"
    """No longer in storage, which does not say how it ended."""


OPEN = frozenset({Status.ONGOING, Status.PENDING})
"""Statuses in which it can still be voted on or approved."""
WAITING = frozenset({Status.APPROVED, Status.FAST_TRACKED})
"""Decided statuses after which the call is still to run."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes counted: how many of how many; `total` is None where the number of voters is unknown.

    Abstaining are those of `total` who have not voted.
    """

    ayes: int
    nays: int
    total: int | None

    @property
    def abstaining(self) -> int | None:
        """How many may still vote for the first time."""
        return None if self.total is None else max(self.total - self.ayes - self.nays, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The rule a referendum was opened under; thresholds are parts of a billion.

    Exactly one pair of thresholds is known: those to approve and reject within `period_blocks`,
    or those to fast-track and cancel what otherwise runs after `initial_delay_blocks`.
    """

    approve: int | None = None
    reject: int | None = None
    period_blocks: int | None = None
    review_track: int | None = None
    """The track on which an approved one is reviewed; None where approval runs it."""
    fast_track: int | None = None
    cancel: int | None = None
    initial_delay_blocks: int | None = None
    max_delay_blocks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal; what storage does not say is None or empty, never a guess.

    Attributes:
        id: what the user types: the index of a motion or referendum, the hash of a multisig call.
        hash: of the motion or multisig call; None for a referendum.
        track: number and name of a referendum's track, such as `0 triumvirate`.
        track_id: the track's number.
        call: SCALE bytes of the call as proposed, any wrapper included; of a review the call
            that is to run, without `Referenda.enact` around it.
        call_hash: blake2-256 of `call`; known without the call for multisig calls.
        no_call: why `call` is not known.
        proposer: coldkey that proposed it, or opened the multisig call.
        deadline_block: block from which a motion may be closed whoever has voted, or in which an
            undecided referendum expires; votes count in the blocks before it.
        dispatch_block: block the call is planned to run in.
        ayes, nays: who voted so: hotkeys of senators, coldkeys elsewhere; approvals are ayes.
        threshold: ayes that decide it; None where nothing tells it.
        nay_threshold: nays that decide it; None where there is no nay.
        voters: who may vote; empty where nothing tells it.
        decided: what the votes there are amount to, before it is carried out: approved,
            rejected, fast_tracked, cancelled; None while more votes are needed.
        ended_block: block the status is of, for a concluded referendum.
        account: the multisig account of a pending call.
        account_role: what that account is: `sudo` for the sudo key itself, `upgrade` for a
            delegate that may replace the runtime for it.
        timepoint: height and extrinsic index at which a pending call was opened.
        deposit_rao: what its opener has reserved.
        next_step: one sentence: what happens next, if nothing changes.
        next_block: the block in which it happens, if that is known.
    """

    backend: Backend
    id: str
    status: Status
    index: int | None = None
    hash: str | None = None
    track: str | None = None
    track_id: int | None = None
    call: bytes | None = None
    call_hash: str | None = None
    no_call: str | None = None
    proposer: str | None = None
    opened_block: int | None = None
    deadline_block: int | None = None
    dispatch_block: int | None = None
    ended_block: int | None = None
    tally: Tally | None = None
    ayes: tuple[str, ...] = ()
    nays: tuple[str, ...] = ()
    threshold: int | None = None
    nay_threshold: int | None = None
    seats: int | None = None
    voters: tuple[str, ...] = ()
    decided: Status | None = None
    rule: Rule | None = None
    parent: str | None = None
    child: str | None = None
    account: str | None = None
    account_role: str | None = None
    timepoint: tuple[int, int] | None = None
    deposit_rao: int | None = None
    next_step: str = ""
    next_block: int | None = None

    @property
    def open(self) -> bool:
        """Whether votes or approvals still count."""
        return self.status in OPEN
