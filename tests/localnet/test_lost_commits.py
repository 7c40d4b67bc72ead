"""Commits that end without a reveal are alarms, once, and those that are revealed are none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from chain_thread import ThreadChain
from quicknet import PULSES, sealed
from settings_chain import caught_up, forced, on, put, stored
from weights_chain import ALICE, HIDDEN, SLOW, TEMPO, UIDS, weights_chain

from taoctl.calls.base import ChainCall
from taoctl.chain.client import Chain
from taoctl.localnet.pallets.subtensor.commitment import commit_hash
from taoctl.reads.alarms import AlarmRow, AlarmWatch

SALT = (9, 8, 7)
MISSED, HELD, LATER = 999, 1000, 2000
"""Rounds: one whose pulse never comes, and two whose pulse the test has."""


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with weights_chain() as chain:
        yield chain


def timelocked(drand_round: int, hidden: bytes | None = None, mechanism: int = 0) -> ChainCall:
    values = {
        "netuid": SLOW if mechanism else HIDDEN,
        "commit": "0x" + (sealed(ALICE, drand_round) if hidden is None else hidden).hex(),
        "reveal_round": drand_round,
        "commit_reveal_version": 4,
    }
    if mechanism:
        name = "commit_timelocked_mechanism_weights"
        return ChainCall("SubtensorModule", name, values | {"mecid": mechanism})
    return ChainCall("SubtensorModule", "commit_timelocked_weights", values)


def salted() -> ChainCall:
    hash_ = commit_hash(ALICE, HIDDEN, (4, 5), (1, 2), SALT, 0)
    return ChainCall("SubtensorModule", "commit_weights", {"netuid": HIDDEN, "commit_hash": hash_})


REVEAL = ChainCall(
    "SubtensorModule",
    "reveal_weights",
    {"netuid": HIDDEN, "uids": [4, 5], "values": [1, 2], "salt": list(SALT), "version_key": 0},
)


class Watched:
    """The alarms about commits and activity of Alice's hotkey, block by block."""

    def __init__(self, net: ThreadChain, chain: Chain) -> None:
        self._net, self._chain = net, chain
        self._watch = AlarmWatch((), (ALICE,), {})
        self.told: list[AlarmRow] = []

    async def sent(self, call: ChainCall) -> int:
        """Carry a call out in a block of its own; returns the block."""
        assert await asyncio.to_thread(forced, self._net, call) is None
        return await self.look()

    async def look(self) -> int:
        view = await caught_up(self._chain)
        rows = await self._watch.look(view)
        self.told += [row for row in rows if row.alarm in ("commit lost", "inactive")]
        return view.block

    async def run(self, blocks: int, *, looking: bool = True) -> None:
        for _ in range(blocks if looking else 1):
            await self._chain.call("dev_newBlock", [{"count": 1 if looking else blocks}])
            await self.look()

    @property
    def words(self) -> list[str]:
        return [row.what for row in self.told]


@pytest.mark.parametrize("looking", [True, False], ids=["each block", "after a gap"])
@pytest.mark.parametrize("mechanism", [0, 1])
def test_a_commit_whose_pulse_never_came_is_told_once(
    net: ThreadChain, looking: bool, mechanism: int
) -> None:
    async def work(chain: Chain) -> None:
        watched = Watched(net, chain)
        await watched.look()
        block = await watched.sent(timelocked(MISSED, mechanism=mechanism))
        await watched.run(TEMPO * 5, looking=looking)
        await watched.run(3)
        of = " of mechanism 1" if mechanism else ""
        assert watched.words == [
            f"weights{of} committed in block {block} are lost: drand round {MISSED} did not come "
            "in time"
        ]
        (row,) = watched.told
        assert (row.alarm, row.hotkey, row.uid) == ("commit lost", ALICE, 1)

    on(net.url, work)


@pytest.mark.parametrize("looking", [True, False], ids=["each block", "after a gap"])
def test_what_is_revealed_is_not_lost_and_what_cannot_be_opened_is(
    net: ThreadChain, looking: bool
) -> None:
    async def work(chain: Chain) -> None:
        watched = Watched(net, chain)
        await watched.look()
        await watched.sent(timelocked(HELD))
        await chain.call("dev_addPulse", [HELD, None, PULSES[HELD].hex()])
        await watched.run(TEMPO * 3, looking=looking)
        assert await stored(await caught_up(chain), "Weights", HIDDEN, 1) != []
        assert watched.words == []
        block = await watched.sent(timelocked(LATER, b"\x01" * 80))
        await chain.call("dev_addPulse", [LATER, None, PULSES[LATER].hex()])
        await watched.run(TEMPO * 3, looking=looking)
        assert watched.words == [
            f"weights committed in block {block} are lost: the chain could not open the commit, "
            "or refused the weights"
        ]

    on(net.url, work)


@pytest.mark.parametrize("revealed", [True, False])
def test_a_salted_commit_is_lost_unless_it_is_revealed_by_hand(
    net: ThreadChain, revealed: bool
) -> None:
    async def work(chain: Chain) -> None:
        watched = Watched(net, chain)
        await watched.look()
        block = await watched.sent(salted())
        epoch = int(await stored(await caught_up(chain), "SubnetEpochIndex", HIDDEN))
        while int(await stored(await caught_up(chain), "SubnetEpochIndex", HIDDEN)) == epoch:
            await watched.run(1)
        if revealed:
            await watched.sent(REVEAL)
        await watched.run(TEMPO * 2)
        said = f"weights committed in block {block} were not revealed in time"
        assert watched.words == ([] if revealed else [said])
        # The next commit drops the expired one, which was told of.
        await watched.sent(salted())
        assert watched.words == ([] if revealed else [said])

    on(net.url, work)


def test_a_validator_past_the_activity_cutoff_is_inactive_from_its_first_block(
    net: ThreadChain,
) -> None:
    async def work(chain: Chain) -> None:
        await chain.call("dev_newBlock", [{"count": 2}])
        for item, value in (("ActivityCutoffFactorMilli", 3_000), ("ActivityCutoff", 9)):
            await put(chain, item, (HIDDEN,), value)
        updated = (await caught_up(chain)).block
        await put(chain, "LastUpdate", (HIDDEN,), [updated] * UIDS)
        watched = Watched(net, chain)
        while await watched.look() < updated + 3 * TEMPO:
            await chain.call("dev_newBlock", [])
        assert watched.told == []
        await watched.run(4)
        (row,) = [row for row in watched.told if row.netuid == HIDDEN]
        assert (row.alarm, row.block) == ("inactive", updated + 3 * TEMPO + 1)
        assert row.what.startswith("past the activity cutoff for 1 block: its stake does not")
        await put(chain, "LastUpdate", (HIDDEN,), [updated + 3 * TEMPO] * UIDS)
        await watched.run(2)
        assert len(watched.told) == 1

    on(net.url, work)
