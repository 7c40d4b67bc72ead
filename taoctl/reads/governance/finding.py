"""The open proposals of a chain over all its backends, and one proposal by what people type."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from taoctl.chain.view import View
from taoctl.errors import NotInRuntimeError, UsageError
from taoctl.reads.governance.backends import Backend, backends, why_none
from taoctl.reads.governance.motions import motion, motions
from taoctl.reads.governance.proposal import Proposal
from taoctl.reads.governance.referenda import referenda, referendum
from taoctl.reads.governance.sudo_multisig import Shared, pending_calls
from taoctl.text import printable

LEAST_DIGITS = 6
"""Hexadecimal digits of a hash that must be given at least."""
_HASH_DIGITS = 64
_U32_MAX = 2**32 - 1


class NoSuchProposal(UsageError):
    """Nothing that storage knows goes by the id that was given."""

    code = "no_such_proposal"


async def proposals(view: View, shared: Sequence[Shared] = ()) -> tuple[Proposal, ...]:
    """The proposals that are open or wait to run; none for a chain without governance.

    Args:
        shared: multisig accounts whose members are known, as from an address book.

    The calls of referenda that are longer than 64 KiB are left to `proposal`.
    """
    await view.settle()
    there = backends(view)
    reads = []
    if Backend.TRIUMVIRATE in there:
        reads.append(motions(view))
    if Backend.REFERENDA in there:
        reads.append(referenda(view))
    if Backend.SUDO in there:
        reads.append(pending_calls(view, shared))
    return tuple(one for found in await asyncio.gather(*reads) for one in found)


async def proposal(view: View, id_: str, shared: Sequence[Shared] = ()) -> Proposal:
    """One proposal, also a concluded one as far as storage says.

    Args:
        id_: the index of a motion or referendum, or the `0x` hash, or a prefix of at least six
            digits, of a motion or a pending multisig call.
        shared: as for `proposals`.

    Raises:
        NotInRuntimeError: the chain has no governance.
        NoSuchProposal: nothing goes by that id; the message names what there is.
        UsageError: it is no id, or several things go by it.
    """
    await view.settle()
    there = backends(view)
    if not there:
        raise NotInRuntimeError(why_none(view), "another network may have proposals")
    if id_.isascii() and id_.isdecimal():
        found = await _by_index(view, there, _index(id_))
    else:
        found = await _by_hash(view, there, _digits(id_), shared)
    return found if found is not None else await _none(view, id_, shared)


async def _by_index(view: View, there: Sequence[Backend], index: int) -> Proposal | None:
    if Backend.TRIUMVIRATE in there:
        return await motion(view, index)
    return await referendum(view, index) if Backend.REFERENDA in there else None


async def _by_hash(
    view: View, there: Sequence[Backend], digits: str, shared: Sequence[Shared]
) -> Proposal | None:
    found: list[Proposal] = []
    if Backend.TRIUMVIRATE in there:
        found += await motions(view)
    if Backend.SUDO in there:
        found += await pending_calls(view, shared)
    match = [one for one in found if (one.hash or "").removeprefix("0x").startswith(digits)]
    if len(match) > 1:
        listed = ", ".join(str(one.hash) for one in match)
        raise UsageError(f"0x{digits} is the beginning of {listed}", "give more digits")
    return match[0] if match else None


def _index(text: str) -> int:
    if len(text) > 10 or int(text) > _U32_MAX:
        raise UsageError(f"{printable(text, 20)} is no proposal", f"indices end at {_U32_MAX}")
    return int(text)


def _digits(text: str) -> str:
    lower = text.lower()
    digits = lower.removeprefix("0x")
    hexadecimal = bool(digits) and not digits.strip("0123456789abcdef")
    if not hexadecimal or not lower.startswith("0x") or len(digits) > _HASH_DIGITS:
        raise UsageError(
            f"{printable(text, 80)!r} is no proposal",
            "give the index of a motion or referendum, or the 0x hash of a call",
        )
    if len(digits) < LEAST_DIGITS:
        raise UsageError(
            f"0x{digits} is too short to name a call",
            f"give at least {LEAST_DIGITS} digits of its hash",
        )
    return digits


async def _none(view: View, id_: str, shared: Sequence[Shared]) -> Proposal:
    there = await proposals(view, shared)
    listed = ", ".join(one.id for one in there)
    hint = f"open are: {listed}" if listed else "none is open, and what is concluded leaves little"
    raise NoSuchProposal(f"no proposal goes by {printable(id_, 80)}", hint)
