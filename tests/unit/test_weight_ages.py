"""Ages of weights on older runtimes, and what has no order of pruning."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest
from stored_chain import StoredChain

from taoctl.errors import NotInRuntimeError, UsageError
from taoctl.reads.prune_order import prune_rows
from taoctl.reads.weight_ages import weight_ages
from taoctl.scale.crypto import KeySigner

KEYS = [KeySigner(f"//Hotkey/{number}").ss58 for number in range(4)]
OWNER = KeySigner("//Owner").ss58
BLOCK, TEMPO, CUTOFF = 1_000, 99, 500


T = TypeVar("T")


def answer(work: Awaitable[T]) -> T:
    """What a read says."""

    async def run() -> T:
        return await work

    return asyncio.run(run())


def chain(spec: int) -> StoredChain:
    """A subnet of three validators and a miner; the last two have the owner's coldkey."""
    stored = StoredChain(spec)
    stored.put("NetworksAdded", 1, value=True)
    stored.put("Tempo", 1, value=TEMPO)
    stored.put("ActivityCutoff", 1, value=CUTOFF)
    stored.put("LastUpdate", 1, value=[900, 10, 499, 300])
    stored.put("ValidatorPermit", 1, value=[True, True, True, False])
    for uid, hotkey in enumerate(KEYS):
        stored.put("Keys", 1, uid, value=hotkey)
        stored.put("BlockAtRegistration", 1, uid, value=10)
        stored.put("Owner", hotkey, value=OWNER if uid >= 2 else hotkey)
    return stored


@pytest.mark.parametrize("spec", [393, 365, 218])
def test_older_runtimes_keep_the_cutoff_in_blocks(spec: int) -> None:
    rows = answer(weight_ages(chain(spec).view(BLOCK), 1))
    found: list[tuple[Any, ...]] = [
        (row.uid, row.state, row.age_blocks, row.age_millitempos, row.active_to_block)
        for row in rows
    ]
    assert found == [
        (2, "inactive", 501, 5_060, 999),
        (0, "fresh", 100, 1_010, 1_400),
        (1, "never", None, None, 510),
    ]
    assert not any(row.mine for row in rows)


def test_a_coldkey_makes_its_hotkeys_mine() -> None:
    rows = answer(weight_ages(chain(393).view(BLOCK), 1, mine={OWNER}, names={KEYS[3]: "x"}))
    assert [(row.uid, row.mine, row.hotkey_name) for row in rows] == [
        (3, True, "x"),
        (2, True, None),
        (0, False, None),
        (1, False, None),
    ]


def test_short_vectors_leave_values_unknown() -> None:
    stored = chain(393)
    stored.put("LastUpdate", 1, value=[900])
    stored.put("Tempo", 1, value=0)
    rows = {row.uid: row for row in answer(weight_ages(stored.view(BLOCK), 1))}
    assert (rows[0].age_blocks, rows[0].age_millitempos, rows[0].state) == (100, None, "fresh")
    unknown = rows[1]
    assert (unknown.updated_block, unknown.active_to_block, unknown.stake_weight) == (
        None,
        None,
        None,
    )


def test_nobody_sets_weights_on_root() -> None:
    with pytest.raises(UsageError, match="on root"):
        answer(weight_ages(chain(393).view(BLOCK), 0))


@pytest.mark.parametrize("spec", [393, 365])
def test_runtimes_with_scores_have_no_order_to_tell(spec: int) -> None:
    stored = chain(spec)
    with pytest.raises(NotInRuntimeError, match=f"spec {spec}.*scores of its own"):
        answer(prune_rows(stored.view(BLOCK), 1))
    assert stored.asked == []
    with pytest.raises(UsageError, match="root has no order"):
        answer(prune_rows(stored.view(BLOCK), 0))
