"""Proposals of every backend, for the governance screens looked at without a chain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dashboard_rows as made

from taoctl.chain.calltree import CallArgument
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.changes import Change
from taoctl.reads.governance.details import Details
from taoctl.reads.governance.nested import Opened, Step
from taoctl.reads.governance.proposal import Proposal, Status, Tally
from taoctl.reads.governance.rows import proposal_row
from taoctl.reads.governance.standing import Mine, my_standing
from tui.governance_page import Entry, GovernancePage, ProposalPage

MINER, VALIDATOR = made.address("wallet", "miner"), made.address("wallet", "validator")
"""The coldkeys of the two wallets of the dashboard without a chain."""
MINE: Mine = ((MINER, (made.address("hotkey", 5, 7),)), (VALIDATOR, ()))
BLOCK_MS = 12_000
HASH = "0x" + "9f1c22ab" * 8
HOSTILE = "\x1b[31m[bold]\u202e bell\x07"
"""What a terminal and a markup parser would take for orders."""


def members(count: int) -> tuple[str, ...]:
    """So many voters, none of them mine."""
    return tuple(made.address("member", number) for number in range(count))


def referendum(block: int = 1_000, index: int = 1, **changes: Any) -> Proposal:
    """A referendum of three, on which a stranger said aye and the miner has not voted."""
    other, another = members(2)
    values: dict[str, Any] = {
        "backend": Backend.REFERENDA,
        "id": str(index),
        "index": index,
        "status": Status.ONGOING,
        "track": "0 triumvirate",
        "track_id": 0,
        "call_hash": f"0x{index:064x}",
        "proposer": made.address("proposer"),
        "opened_block": block - 40,
        "deadline_block": block + 600,
        "tally": Tally(1, 0, 3),
        "ayes": (other,),
        "threshold": 2,
        "nay_threshold": 2,
        "seats": 3,
        "voters": (MINER, other, another),
        "next_step": f"expires in block {block + 600} unless decided before",
        "next_block": block + 600,
    }
    return Proposal(**(values | changes))


def motion(block: int = 1_000) -> Proposal:
    """A motion that has its ayes, the miner's senator among them, and may be closed."""
    senators = (made.address("hotkey", 5, 7), *members(4))
    return replace(
        referendum(block, 7),
        backend=Backend.TRIUMVIRATE,
        hash=HASH,
        call_hash=HASH,
        track=None,
        track_id=None,
        tally=Tally(3, 1, 5),
        ayes=senators[:3],
        nays=senators[3:4],
        threshold=3,
        nay_threshold=3,
        seats=5,
        voters=senators,
        decided=Status.APPROVED,
        next_step="approved; closing it carries it out",
        next_block=block + 1,
    )


def pending(block: int = 1_000) -> Proposal:
    """A call of the sudo key that nobody knows, which the validator has approved."""
    return Proposal(
        backend=Backend.SUDO,
        id=HASH,
        hash=HASH,
        call_hash=HASH,
        status=Status.PENDING,
        no_call="the chain keeps only its hash; `--call-data` shows it",
        proposer=VALIDATOR,
        opened_block=block - 9,
        tally=Tally(1, 0, None),
        ayes=(VALIDATOR,),
        threshold=None,
        account=made.address("sudo"),
        account_role="sudo",
        timepoint=(block - 9, 1),
        next_step="it waits for approvals; how many, the chain does not say",
    )


def entry(one: Proposal, block: int = 1_000, does: str | None = None) -> Entry:
    """A proposal as the screens hold it, seen at a block."""
    # A codec is asked only for a call, and these have none.
    row = replace(proposal_row(None, block, one, MINE), does=does)  # type: ignore[arg-type]
    return Entry(one, row, my_standing(one, MINE), block, BLOCK_MS)


def board(block: int = 1_000, more: int = 0) -> GovernancePage:
    """One proposal of each backend, and so many referenda more."""
    does = "AdminUtils.sudo_set_subnet_limit(max_subnets 160)"
    entries = [
        entry(motion(block), block, "System.set_code(code 1,234,567 bytes)"),
        entry(referendum(block), block, does),
        *(entry(referendum(block, 100 + n), block, does) for n in range(more)),
        entry(pending(block), block),
    ]
    return GovernancePage(block, tuple(Backend), "", tuple(entries))


def _step(place: str, pallet: str, name: str, inside: tuple[str, ...] = (), **args: Any) -> Step:
    return Step(
        place=place,
        depth=place.count("."),
        pallet=pallet,
        name=name,
        origin="root",
        condition="",
        args=tuple(CallArgument(key, "", value) for key, value in args.items()),
        inside=inside,
    )


def page(one: Proposal, block: int = 1_000) -> ProposalPage:
    """A proposal in full: a batch of a setting and a remark that is not harmless to show."""
    steps = (
        _step("0", "Utility", "batch_all", inside=("0.0", "0.1")),
        _step("0.0", "AdminUtils", "sudo_set_subnet_limit", max_subnets=160),
        _step("0.1", "System", "remark", remark=HOSTILE + "why " * 60),
    )
    changes = (
        Change(
            place="0.0",
            call="AdminUtils.sudo_set_subnet_limit",
            what="SubnetLimit",
            before=128,
            after=160,
            before_text="128",
            after_text="160",
        ),
        Change(place="0.1", call="System.remark", what=HOSTILE, note=HOSTILE + "and more " * 30),
    )
    found = Opened(size=300, call_hash=str(one.call_hash), data=b"", steps=steps, problem=None)
    if one.backend is Backend.SUDO:
        return ProposalPage(entry(one, block), Details(one, None, (), None), block)
    line = "AdminUtils.sudo_set_subnet_limit and 1 more call"
    return ProposalPage(entry(one, block, line), Details(one, found, changes, None), block)
