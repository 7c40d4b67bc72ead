"""What an epoch reads of weights that were revealed in its own block, before it ran."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stored_chain import StoredChain

from taoctl.addresses import encode_ss58
from taoctl.errors import NotInRuntimeError
from taoctl.reads.epoch_input import _commit_blocks, _revealed_rows
from taoctl.reads.explain import explain
from taoctl.reads.what_if import what_if

KEYS = [encode_ss58(bytes([uid + 1]) * 32) for uid in range(4)]
NETUID, SECOND = 5, 4_096 + 5
STORED = {"CommitRevealWeightsEnabled": True, "SubnetEpochIndex": 9, "RevealPeriodEpochs": 1}


def revealed(index: int, uid: int) -> dict[str, Any]:
    event = {"SubtensorModule": {"TimelockedWeightsRevealed": (index, KEYS[uid])}}
    return {"phase": "Initialization", "event": event, "topics": []}


def chain() -> StoredChain:
    """A block in which uid 1 revealed on the first mechanism, and uid 2 on the second."""
    found = StoredChain(424)
    for uid, key in enumerate(KEYS):
        found.put("Uids", NETUID, key, value=uid)
        found.put("Weights", NETUID, uid, value=[(0, 10 + uid)])
        found.put("Weights", SECOND, uid, value=[(0, 20 + uid)])
    events = [revealed(NETUID, 1), revealed(SECOND, 2)]
    found.put("Events", pallet="System", value=events)
    return found


def test_rows_revealed_in_the_block_are_those_of_its_state() -> None:
    view = chain().view()
    assert asyncio.run(_revealed_rows(view, NETUID)) == {KEYS[1]: [(0, 11)]}
    assert asyncio.run(_revealed_rows(chain().view(), SECOND)) == {KEYS[2]: [(0, 22)]}
    assert asyncio.run(_revealed_rows(None, NETUID)) == {}


def commit(uid: int, block: int) -> tuple[str, int, bytes, int]:
    return (KEYS[uid], block, b"", 1)


def test_commits_count_until_they_are_revealed_or_their_epoch_is_over() -> None:
    before, after = chain(), chain()
    before.put("WeightCommits", NETUID, KEYS[0], value=[("0x" + "11" * 32, 8, 80, 0)])
    before.put(
        "WeightCommits",
        NETUID,
        KEYS[3],
        value=[("0x" + "11" * 32, 8, 80, 0), ("0x" + "22" * 32, 9, 95, 0)],
    )
    # In block 100 epoch 9's are revealed; epoch 8's are over; epoch 10's came after its epoch.
    before.put("TimelockedWeightCommits", NETUID, 9, value=[commit(1, 90), commit(2, 91)])
    after.put("TimelockedWeightCommits", NETUID, 8, value=[commit(0, 70)])
    after.put("TimelockedWeightCommits", NETUID, 9, value=[commit(2, 91)])
    after.put("TimelockedWeightCommits", NETUID, 10, value=[commit(0, 100)])

    def found(known: bool) -> list[int | None] | None:
        late = after.view() if known else None
        return asyncio.run(_commit_blocks(before.view(), late, STORED, NETUID, KEYS, None, 100))

    assert found(known=True) == [None, None, 91, 95]
    assert found(known=False) == [None, 90, 91, 95]


def test_without_commits_or_where_weights_are_open_there_is_nothing_to_hide() -> None:
    view = chain().view()
    assert asyncio.run(_commit_blocks(view, None, STORED, NETUID, KEYS, None, 100)) is None
    shown = STORED | {"CommitRevealWeightsEnabled": False}
    assert asyncio.run(_commit_blocks(view, None, shown, NETUID, KEYS, None, 100)) is None


@pytest.mark.parametrize("spec", [218, 365, 393])
def test_older_runtimes_say_what_they_lack(spec: int) -> None:
    view = StoredChain(spec).view()
    for work in (explain(view, 1, 0), what_if(view, 1), what_if(view, 1, last=True)):
        with pytest.raises(NotInRuntimeError, match=f"spec {spec}.*ActivityCutoffFactorMilli"):
            asyncio.run(work)
