"""Commits to weights that ended without a reveal: the chain drops them and emits no event."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from taoctl.chain.view import View
from taoctl.errors import TaoctlError
from taoctl.reads.entries import PALLET
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.weight_commits import Commit, stored_commits

_REVEALS = {
    "TimelockedWeightsRevealed": (0, 1),
    "CRV3WeightsRevealed": (0, 1),
    "WeightsRevealed": (1, 0),
    "WeightsBatchRevealed": (1, 0),
}
"""Events of a reveal, and where in them the storage index stands and where the hotkey."""


@dataclass(frozen=True, slots=True)
class LostCommit:
    """A commit whose weights will never count, and whose neuron it was."""

    neuron: MyNeuronRow
    commit: Commit
    expired: bool
    """Whether its time went by; else it ended within it: the chain refused what was in it."""

    @property
    def netuid(self) -> int:
        """Its subnet."""
        return self.neuron.netuid

    @property
    def hotkey(self) -> str:
        """Who committed."""
        return self.neuron.hotkey

    @property
    def hotkey_name(self) -> str | None:
        """Name of the hotkey."""
        return self.neuron.hotkey_name

    @property
    def place(self) -> tuple[int, str, str, int]:
        """What tells one commit from another: storage index, hotkey, hash and block."""
        return key_of(self.commit)

    @property
    def what(self) -> str:
        """What became of it: `weights committed in block 1,234 were never revealed: ...`."""
        of = f" of mechanism {self.commit.mechanism}" if self.commit.mechanism else ""
        said = f"weights{of} committed in block {self.commit.block:,}"
        if not self.expired:
            return f"{said} are lost: the chain could not open the commit, or refused the weights"
        if self.commit.drand_round is None:
            return f"{said} were not revealed in time"
        return f"{said} are lost: drand round {self.commit.drand_round} did not come in time"


class CommitWatch:
    """Remembers the commits of my neurons, and says at a later block which ended without a reveal.

    It lives on over lost connections, and begins anew on another chain. Of a commit that went in a
    block whose state the node no longer has, nothing can be told.
    """

    def __init__(self) -> None:
        self._genesis: str | None = None
        self._block = 0
        self._seen: dict[tuple[int, str, str, int], Commit] = {}
        self._lost: dict[tuple[int, str, str, int], LostCommit] = {}

    async def look(self, view: View, neurons: Iterable[MyNeuronRow]) -> tuple[LostCommit, ...]:
        """The commits of those neurons that were found to be lost until a block."""
        if view.chain.genesis != self._genesis:
            self._genesis, self._seen, self._lost = view.chain.genesis, {}, {}
        places = {(row.hotkey, row.netuid): row for row in neurons if _may_commit(row)}
        held = await asyncio.gather(*(stored_commits(view, *place) for place in places))
        now = {key_of(one): one for commits in held for one in commits}
        gone = [
            one
            for key, one in self._seen.items()
            if key not in now and key not in self._lost and (one.hotkey, one.netuid) in places
        ]
        ends = await asyncio.gather(*(_unrevealed(view, one, self._block) for one in gone))
        ended = [one for one in ends if one is not None]
        expired = [one for one in now.values() if one.state == "expired"]
        for one in (*expired, *ended):
            neuron = places[one.hotkey, one.netuid]
            self._lost.setdefault(key_of(one), LostCommit(neuron, one, one.state == "expired"))
        self._seen, self._block = now, view.block
        return tuple(self._lost.values())


def _may_commit(row: MyNeuronRow) -> bool:
    """Whether it has a permit, or has set or committed weights since it was registered.

    That keeps miners from being read; `last_update` is of the first mechanism alone.
    """
    return bool(row.validator_permit) or (row.last_update or 0) > (row.registered_at or 0)


def key_of(commit: Commit) -> tuple[int, str, str, int]:
    """What tells one commit from another: storage index, hotkey, hash and block."""
    return commit.index, commit.hotkey, commit.hash, commit.block


async def _unrevealed(view: View, commit: Commit, seen_block: int) -> Commit | None:
    """A commit as the last block holds it, if the next one drops it and says of no reveal."""
    try:
        last = await _held(view, commit, seen_block)
        if last is None:
            # It was on a fork that was given up.
            return None
        low, high = seen_block, view.block
        while high - low > 1:
            middle = (low + high) // 2
            found = await _held(view, commit, middle)
            low, high, last = (low, middle, last) if found is None else (middle, high, found)
        after = await view.chain.at_block(high)
        return None if await _is_revealed(after, commit) else last
    except TaoctlError:
        # The node no longer has that state.
        return None


async def _held(view: View, commit: Commit, block: int) -> Commit | None:
    then = await view.chain.at_block(block)
    found = await stored_commits(then, commit.hotkey, commit.netuid)
    return next((one for one in found if key_of(one) == key_of(commit)), None)


async def _is_revealed(view: View, commit: Commit) -> bool:
    """Whether a block reveals weights of that hotkey and mechanism.

    A reveal by hand ends the earlier commits too; those are not lost but overtaken.
    """
    for event in await view.value("System", "Events"):
        place = _REVEALS.get(event["event_id"]) if event["module_id"] == PALLET else None
        if place is None:
            continue
        values = event["attributes"]
        values = list(values.values()) if isinstance(values, dict) else values
        index, hotkey = (values[one] for one in place)
        if int(index) == commit.index and str(hotkey) == commit.hotkey:
            return True
    return False
