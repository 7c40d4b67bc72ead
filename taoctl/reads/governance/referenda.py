"""Referenda: what is proposed on which track, who has voted, and what their alarms will do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from taoctl.chain.referendum_names import alarm_name, task_name
from taoctl.chain.view import View
from taoctl.reads.governance.bounded_calls import Found, call_of
from taoctl.reads.governance.proposal import Proposal
from taoctl.reads.governance.referendum_links import links
from taoctl.reads.governance.referendum_rows import Parts, concluded, ongoing
from taoctl.reads.governance.referendum_tasks import enacted_call

PALLET = "Referenda"
VOTING = "SignedVoting"
MOST_READ = 1000
"""How many referenda are read at once, open or not."""
LISTED_BYTES = 1 << 16
"""The longest call whose bytes a list of proposals fetches."""


async def referenda(view: View) -> tuple[Proposal, ...]:
    """The referenda that are open, or whose call is still to run, by index.

    A tally is kept exactly as long as a referendum is open, and an enactment task until it has
    run, so that no look at all that ever were is needed.
    """
    tallies, tasks = await asyncio.gather(
        view.map(VOTING, "TallyOf"), view.map(PALLET, "EnactmentTask")
    )
    return await _read(view, sorted({int(one) for one in (*tallies, *tasks)}), LISTED_BYTES)


async def newest_referenda(view: View) -> tuple[Proposal, ...]:
    """The newest thousand referenda, also concluded ones, by index."""
    count = int(await view.value(PALLET, "ReferendumCount"))
    return await _read(view, range(max(count - MOST_READ, 0), count), LISTED_BYTES)


async def referendum(view: View, index: int) -> Proposal | None:
    """The referendum of an index, also a concluded one; None where there is none."""
    found = await _read(view, (index,), None)
    return found[0] if found else None


async def _read(view: View, indices: Sequence[int], longest: int | None) -> tuple[Proposal, ...]:
    keys = [(index,) for index in indices]
    names = [(name(index),) for index in indices for name in (task_name, alarm_name)]
    statuses, tallies, voters, tasks, planned = await asyncio.gather(
        view.values(PALLET, "ReferendumStatusFor", keys),
        view.values(VOTING, "TallyOf", keys),
        view.values(VOTING, "VoterSetOf", keys),
        view.values(PALLET, "EnactmentTask", keys),
        view.values("Scheduler", "Lookup", names),
    )
    votes, calls, related = await asyncio.gather(
        _votes(view, indices, voters),
        asyncio.gather(
            *(
                _call(view, index, status, task, longest)
                for index, status, task in zip(indices, statuses, tasks, strict=True)
            )
        ),
        links(view, dict(zip(indices, statuses, strict=True))),
    )
    rows = []
    for place, index in enumerate(indices):
        status = statuses[place]
        if status is None:
            continue
        ((word, value),) = _variant(status)
        parent, child = related.get(index, (None, None))
        parts = Parts(
            index=index,
            block=view.block,
            call=calls[place],
            voters=tuple(map(str, voters[place] or ())),
            votes=votes[index],
            tally=tallies[place],
            dispatch=_block_of(planned[2 * place]),
            alarm=_block_of(planned[2 * place + 1]),
            parent=parent,
            child=child,
        )
        rows.append(ongoing(parts, value) if word == "Ongoing" else concluded(parts, word, value))
    return tuple(rows)


def _variant(value: Any) -> Iterable[tuple[str, Any]]:
    return tuple(value.items()) if isinstance(value, Mapping) else ((str(value), None),)


def _block_of(address: Any) -> int | None:
    return None if address is None else int(address[0])


async def _votes(
    view: View, indices: Sequence[int], voters: Sequence[Any]
) -> dict[int, dict[str, bool]]:
    """By referendum who voted aye (True) and nay: only those in its voter set ever can."""
    keys = [
        (index, str(who))
        for index, listed in zip(indices, voters, strict=True)
        for who in listed or ()
    ]
    found = await view.values(VOTING, "VotingFor", keys) if keys else []
    votes: dict[int, dict[str, bool]] = {index: {} for index in indices}
    for (index, who), vote in zip(keys, found, strict=True):
        if vote is not None:
            votes[index][who] = bool(vote)
    return votes


async def _call(view: View, index: int, status: Any, task: Any, longest: int | None) -> Found:
    """The call of a referendum: its own, or of a review that of the task that enacts it."""
    info = status.get("Ongoing") if isinstance(status, Mapping) else None
    proposed = info["proposal"] if info is not None else None
    if isinstance(proposed, Mapping):
        return await call_of(view, proposed["Action"], longest)
    if task is not None:
        return enacted_call(view.codec, index, await call_of(view, task, longest))
    return Found(None, None, "a concluded referendum leaves no call in storage")
