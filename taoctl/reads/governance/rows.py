"""Rows of governance: proposals, collectives, their members, tracks, and my seats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.reads.columns import Column, Kind
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.headline import headline
from taoctl.reads.governance.members import Collective
from taoctl.reads.governance.proposal import Proposal
from taoctl.reads.governance.standing import Mine, my_standing
from taoctl.reads.governance.tracks import Track, rule_text
from taoctl.scale.codec import Codec


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """One proposal in a list. Blocks are numbers; hashes and addresses whole."""

    id: Annotated[
        str, Column("id", Kind.HASH, "index of a motion or referendum, hash of a multisig call")
    ]
    backend: Annotated[
        str, Column("by", Kind.TEXT, "who decides: triumvirate, referenda, sudo", drop=6)
    ]
    track: Annotated[
        str | None, Column("track", Kind.TEXT, "track of a referendum, account of a call", drop=5)
    ]
    does: Annotated[
        str | None, Column("does", Kind.TEXT, "the call inside its wrappers; none where not known")
    ]
    status: Annotated[str, Column("status", Kind.TEXT, "where it is, in the chain's words", drop=4)]
    votes: Annotated[
        str | None, Column("aye · nay", Kind.TEXT, "ayes and nays, each of how many that decide")
    ]
    my_vote: Annotated[
        str | None, Column("mine", Kind.TEXT, "what my keys said: aye, nay, approved")
    ]
    actions: Annotated[str, Column("may", Kind.TEXT, "what my keys may do, by commas", drop=1)]
    next_block: Annotated[
        int | None,
        Column("block", Kind.BLOCK, "block in which the next thing happens to it", drop=3),
    ]
    left_blocks: Annotated[int | None, Column("in", Kind.BLOCKS, "blocks until then")]
    next_step: Annotated[
        str, Column("next", Kind.TEXT, "what happens next, if nothing changes", wide=True)
    ]
    ayes: Annotated[int | None, Column("ayes", Kind.INT, "ayes or approvals so far", wide=True)]
    nays: Annotated[int | None, Column("nays", Kind.INT, "nays so far", wide=True)]
    threshold: Annotated[
        int | None, Column("needed", Kind.INT, "ayes or approvals that decide it", wide=True)
    ]
    nay_threshold: Annotated[
        int | None, Column("nays needed", Kind.INT, "nays that decide it", wide=True)
    ]
    seats: Annotated[int | None, Column("seats", Kind.INT, "who may vote, counted", wide=True)]
    decided: Annotated[
        str | None,
        Column("decided", Kind.TEXT, "what the votes amount to before it is done", wide=True),
    ]
    opened_block: Annotated[
        int | None, Column("opened", Kind.BLOCK, "block it was proposed in", wide=True)
    ]
    deadline_block: Annotated[
        int | None, Column("deadline", Kind.BLOCK, "block in which voting ends", wide=True)
    ]
    dispatch_block: Annotated[
        int | None, Column("runs", Kind.BLOCK, "block its call is planned for", wide=True)
    ]
    proposer: Annotated[
        str | None, Column("proposer", Kind.SS58, "coldkey that proposed it", wide=True)
    ]
    account: Annotated[
        str | None, Column("account", Kind.SS58, "multisig account it waits on", wide=True)
    ]
    hash: Annotated[
        str | None, Column("hash", Kind.HASH, "hash of the motion or multisig call", wide=True)
    ]
    call_hash: Annotated[
        str | None, Column("call hash", Kind.HASH, "blake2-256 of the proposed call", wide=True)
    ]


def proposal_row(codec: Codec, block: int, proposal: Proposal, mine: Mine = ()) -> ProposalRow:
    """The row of a proposal, as it is in a block, for those whose keys are `mine`."""
    standing = my_standing(proposal, mine)
    tally, then = proposal.tally, proposal.next_block
    return ProposalRow(
        id=proposal.id,
        backend=proposal.backend.value,
        track=proposal.track if proposal.track is not None else proposal.account_role,
        does=headline(codec, proposal),
        status=proposal.status.value,
        votes=votes_text(proposal),
        my_vote=standing.vote,
        actions=", ".join(standing.actions),
        next_block=then,
        left_blocks=None if then is None else max(then - block, 0),
        next_step=proposal.next_step,
        ayes=None if tally is None else tally.ayes,
        nays=None if tally is None or proposal.backend is Backend.SUDO else tally.nays,
        threshold=proposal.threshold,
        nay_threshold=proposal.nay_threshold,
        seats=proposal.seats,
        decided=None if proposal.decided is None else proposal.decided.value,
        opened_block=proposal.opened_block,
        deadline_block=proposal.deadline_block,
        dispatch_block=proposal.dispatch_block,
        proposer=proposal.proposer,
        account=proposal.account,
        hash=proposal.hash,
        call_hash=proposal.call_hash,
    )


def votes_text(proposal: Proposal) -> str | None:
    """`1/2 · 0/2`: ayes, then nays, each of how many decide it; `?` for what nothing tells.

    Of a multisig call there are approvals alone: `1/2`.
    """
    if proposal.tally is None:
        return None
    ayes = f"{proposal.tally.ayes}/{_or_unknown(proposal.threshold)}"
    if proposal.backend is Backend.SUDO:
        return ayes
    return f"{ayes} · {proposal.tally.nays}/{_or_unknown(proposal.nay_threshold)}"


def _or_unknown(number: int | None) -> str:
    return "?" if number is None else str(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectiveRow:
    """One group with a say."""

    name: Annotated[str, Column("collective", Kind.TEXT, "name of the group")]
    backend: Annotated[str, Column("by", Kind.TEXT, "triumvirate, referenda or sudo", drop=1)]
    may: Annotated[str, Column("may", Kind.TEXT, "what its members may do")]
    members: Annotated[int, Column("members", Kind.INT, "members that are known")]
    complete: Annotated[
        bool, Column("all", Kind.BOOL, "whether these are all; the chain tells none of a multisig")
    ]
    threshold: Annotated[
        int | None, Column("needed", Kind.INT, "members that make the decision of its account")
    ]
    least: Annotated[int | None, Column("least", Kind.INT, "fewest members", drop=3)]
    most: Annotated[int | None, Column("most", Kind.INT, "most members", drop=3)]
    account: Annotated[
        str | None, Column("account", Kind.SS58, "account they act as together", drop=2)
    ]
    prime: Annotated[
        str | None, Column("prime", Kind.SS58, "whose vote counts for absent ones", wide=True)
    ]


def collective_row(one: Collective) -> CollectiveRow:
    """The row of a group."""
    return CollectiveRow(
        name=one.name,
        backend=one.backend.value,
        may=one.may,
        members=len(one.members),
        complete=one.complete,
        threshold=one.threshold,
        least=one.least,
        most=one.most,
        account=one.account,
        prime=one.prime,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One member of one group."""

    collective: Annotated[str, Column("collective", Kind.TEXT, "name of the group")]
    backend: Annotated[str, Column("by", Kind.TEXT, "triumvirate, referenda or sudo", drop=2)]
    name: Annotated[str | None, Column("name", Kind.TEXT, "what the member is called here")]
    member: Annotated[str, Column("member", Kind.SS58, "account of the member")]
    keys: Annotated[str, Column("key", Kind.TEXT, "coldkey or hotkey", drop=1)]
    mine: Annotated[bool, Column("mine", Kind.BOOL, "whether one of my wallets signs for it")]
    coldkey: Annotated[
        str | None, Column("coldkey", Kind.SS58, "my coldkey that signs for it", wide=True)
    ]
    prime: Annotated[
        bool, Column("prime", Kind.BOOL, "whether its vote counts for absent ones", wide=True)
    ]


def member_rows(
    groups: Iterable[Collective], mine: Mine, names: Mapping[str, str]
) -> tuple[MemberRow, ...]:
    """A row for each known member of each group, in the chain's order."""
    signers = _signers(mine)
    return tuple(
        MemberRow(
            collective=one.name,
            backend=one.backend.value,
            name=names.get(member),
            member=member,
            keys=one.keys,
            mine=member in signers[one.keys],
            coldkey=signers[one.keys].get(member),
            prime=member == one.prime,
        )
        for one in groups
        for member in one.members
    )


def _signers(mine: Mine) -> dict[str, dict[str, str]]:
    """By kind of key: which account is mine, and the coldkey that signs for it."""
    return {
        "coldkey": {coldkey: coldkey for coldkey, _ in mine},
        "hotkey": {hotkey: coldkey for coldkey, hotkeys in mine for hotkey in hotkeys},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRow:
    """One track of referenda; parts are of a billion."""

    track: Annotated[int, Column("track", Kind.INT, "number of the track")]
    name: Annotated[str, Column("name", Kind.TEXT, "what it is called")]
    submits: Annotated[str, Column("submits", Kind.TEXT, "collectives that may submit to it")]
    votes: Annotated[str, Column("votes", Kind.TEXT, "collectives that vote on it")]
    rule: Annotated[str, Column("rule", Kind.TEXT, "what decides it")]
    seen_in: Annotated[
        int | None,
        Column("seen in", Kind.INT, "referendum that told the rule; none: of the source", drop=1),
    ]
    approve: Annotated[int | None, Column("approve", Kind.INT, "ayes that approve", wide=True)]
    reject: Annotated[int | None, Column("reject", Kind.INT, "nays that reject", wide=True)]
    period_blocks: Annotated[
        int | None, Column("period", Kind.BLOCKS, "blocks until it expires", wide=True)
    ]
    fast_track: Annotated[
        int | None, Column("fast-track", Kind.INT, "ayes that run it at once", wide=True)
    ]
    cancel: Annotated[int | None, Column("cancel", Kind.INT, "nays that cancel it", wide=True)]
    initial_delay_blocks: Annotated[
        int | None, Column("delay", Kind.BLOCKS, "blocks until it runs by itself", wide=True)
    ]
    max_delay_blocks: Annotated[
        int | None, Column("longest delay", Kind.BLOCKS, "most blocks until it runs", wide=True)
    ]


def track_row(track: Track) -> TrackRow:
    """The row of a track."""
    rule = track.rule
    return TrackRow(
        track=track.id,
        name=track.name,
        submits=_listed(track.submits),
        votes=_listed(track.votes),
        rule=rule_text(rule),
        seen_in=track.seen_in,
        approve=rule.approve,
        reject=rule.reject,
        period_blocks=rule.period_blocks,
        fast_track=rule.fast_track,
        cancel=rule.cancel,
        initial_delay_blocks=rule.initial_delay_blocks,
        max_delay_blocks=rule.max_delay_blocks,
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names) or "nobody"
