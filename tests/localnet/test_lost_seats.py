"""Seats that are lost are noticed in the block in which that happens, and no others are."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from registration_chain import (
    ALICE,
    BOB,
    FULL,
    OPEN,
    OWNED,
    SEATED,
    hotkey,
    registration_chain,
    seated,
)
from settings_chain import carried_out, caught_up, on, put, stored

from taoctl.calls.registration.burn import Register
from taoctl.calls.stake.limits import Tolerance
from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.localnet.dev import DevNode
from taoctl.reads.neurons import my_neurons
from taoctl.reads.seats import DISSOLVED, REPLACED, TRIMMED, LostSeatRow, SeatWatch
from taoctl.watch import follow

NEAR = Tolerance(10_000)
Work = Callable[[Chain, SeatWatch], Coroutine[Any, Any, None]]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with registration_chain() as chain:
        yield chain


async def hold(view: View, watch: SeatWatch, coldkey: str = ALICE) -> None:
    watch.hold(view, await my_neurons(view, [coldkey]))


def watching(net: ThreadChain, work: Work) -> None:
    """Run the work with all seats of Alice held."""

    async def run(chain: Chain) -> None:
        watch = SeatWatch()
        await hold(await chain.at_head(), watch)
        await work(chain, watch)

    on(net.url, run)


async def runtime_does(net: ThreadChain, chain: Chain, work: Callable[[Any], None]) -> View:
    """Change the state behind everybody's back, and make a block."""
    import asyncio

    async def inside(node: DevNode) -> None:
        work(node.runtime)
        await node.sealer.new_blocks(1)

    await asyncio.to_thread(net.do, inside)
    return await caught_up(chain)


async def replace_one(chain: Chain, netuid: int, newcomer: str, uri: str = "//Bob") -> View:
    """Somebody registers on a full subnet."""
    _, outcome = await carried_out(chain, Register(netuid, (hotkey(newcomer),), NEAR), uri)
    assert outcome.error is None and outcome.block_hash is not None
    return await chain.at_hash(outcome.block_hash)


async def make_mine_next(chain: Chain, netuid: int, uid: int) -> None:
    await put(chain, "Emission", (netuid,), [0 if one == uid else 10 for one in range(SEATED)])


def test_a_replaced_neuron_is_noticed_in_the_very_block(net: ThreadChain) -> None:
    async def work(chain: Chain, watch: SeatWatch) -> None:
        await make_mine_next(chain, FULL, 3)
        view = await caught_up(chain)
        assert await watch.gone(view) == ()
        await hold(view, watch)
        after = await replace_one(chain, FULL, "newcomer")
        (row,) = await watch.gone(after)
        assert row == LostSeatRow(
            netuid=FULL,
            hotkey_name=None,
            uid=3,
            hotkey=seated(FULL, 3),
            coldkey=ALICE,
            reason=REPLACED,
            registered_at=0,
            held_block=view.block,
            lost_block=after.block,
            noticed_block=after.block,
            successor=hotkey("newcomer"),
            uid_now=None,
        )
        assert await stored(after, "Uids", FULL, seated(FULL, 3)) is None
        before = await chain.at_block(after.block - 1)
        assert await watch.gone(before) == ()

    watching(net, work)


def test_following_heads_every_loss_is_told_at_its_own_block(net: ThreadChain) -> None:
    async def work(chain: Chain, watch: SeatWatch) -> None:
        told: list[LostSeatRow] = []

        async def read(view: View) -> tuple[LostSeatRow, ...]:
            found = await watch.gone(view)
            await hold(view, watch)
            return found

        lost = (0, 3, 6)
        steps = iter(lost)
        async for live in follow(chain, read):
            assert live.problem is None
            told += live.rows or ()
            uid = next(steps, None)
            if uid is None:
                break
            await make_mine_next(chain, FULL, uid)
            view = await replace_one(chain, FULL, f"wave-{uid}")
            while (chain.newest.number) < view.block:
                await chain.pulse.wait(chain.pulse.beat)
        assert {row.uid for row in told} <= set(lost) and len(told) >= 2
        assert all(row.noticed_block >= (row.lost_block or 0) for row in told)

    watching(net, work)


def test_what_happened_while_nobody_looked_is_noticed_afterwards(net: ThreadChain) -> None:
    async def work(chain: Chain, watch: SeatWatch) -> None:
        await make_mine_next(chain, FULL, 9)
        after = await replace_one(chain, FULL, "while-away")
        await chain.call("dev_newBlock", [{"count": 20}])

        async def later(again: Chain) -> None:
            view = await again.at_head()
            (row,) = await watch.gone(view)
            assert (row.uid, row.lost_block) == (9, after.block)
            assert row.noticed_block == view.block >= after.block + 20
            assert row.held_block < after.block

        async with _connected(net) as again:
            await later(again)

    watching(net, work)


def _connected(net: ThreadChain) -> Any:
    from taoctl.chain.client import connect

    return connect(net.url, timeout=30)


def test_one_that_registered_again_since_has_lost_its_seat_all_the_same(net: ThreadChain) -> None:
    async def work(chain: Chain, watch: SeatWatch) -> None:
        await make_mine_next(chain, FULL, 3)
        gone = await replace_one(chain, FULL, "usurper")
        intent = Register(FULL, (seated(FULL, 3),), NEAR)
        _, outcome = await carried_out(chain, intent)
        assert outcome.error is None and outcome.block_hash is not None
        view = await chain.at_hash(outcome.block_hash)
        found = {row.uid: row for row in await watch.gone(view)}
        again = int(await stored(view, "Uids", FULL, seated(FULL, 3)))
        assert found[3].uid_now == again != 3
        assert (found[3].successor, found[3].lost_block) == (hotkey("usurper"), gone.block)

    watching(net, work)


def test_a_subnet_that_is_gone_takes_its_seats_along(net: ThreadChain) -> None:
    async def work(chain: Chain, watch: SeatWatch) -> None:
        def dissolve(runtime: Any) -> None:
            module = runtime.subtensor
            for uid in range(2):
                key = module.Keys[OPEN, uid]
                del module.Keys[OPEN, uid]
                del module.Uids[OPEN, key]
            module.NetworksAdded[OPEN] = False

        view = await runtime_does(net, chain, dissolve)
        (row,) = await watch.gone(view)
        assert (row.netuid, row.uid, row.reason) == (OPEN, 0, DISSOLVED)
        assert (row.lost_block, row.successor) == (None, None)

    watching(net, work)


def test_a_trimmed_subnet_loses_those_that_no_longer_have_a_place(net: ThreadChain) -> None:
    async def work(chain: Chain, watch: SeatWatch) -> None:
        def trim(runtime: Any) -> None:
            """UID 9, which Alice holds, moves to 3, whose holder she loses; 10 and 11 go."""
            module = runtime.subtensor
            moved, lost = seated(OWNED, 9), seated(OWNED, 3)
            for uid in (9, 10, 11):
                del module.Uids[OWNED, module.Keys[OWNED, uid]]
                del module.Keys[OWNED, uid]
            del module.Uids[OWNED, lost]
            module.Keys[OWNED, 3], module.Uids[OWNED, moved] = moved, 3
            module.SubnetworkN[OWNED] = 9

        view = await runtime_does(net, chain, trim)
        (row,) = await watch.gone(view)
        assert (row.uid, row.reason, row.successor) == (3, TRIMMED, seated(OWNED, 9))

    watching(net, work)


@pytest.mark.parametrize("change", ["hotkey swapped", "hotkey handed over", "nothing"])
def test_what_is_no_loss_is_not_told(net: ThreadChain, change: str) -> None:
    async def work(chain: Chain, watch: SeatWatch) -> None:
        def happen(runtime: Any) -> None:
            module, old, new = runtime.subtensor, seated(FULL, 3), hotkey("swapped")
            if change == "hotkey swapped":
                module.create_account_if_new(ALICE, new)
                del module.Uids[FULL, old]
                module.Keys[FULL, 3], module.Uids[FULL, new] = new, 3
            elif change == "hotkey handed over":
                module.Owner[old] = BOB

        assert await watch.gone(await runtime_does(net, chain, happen)) == ()

    watching(net, work)


def test_a_registration_that_a_reorg_moved_was_never_lost(net: ThreadChain) -> None:
    async def work(chain: Chain, watch: SeatWatch) -> None:
        intent = Register(OPEN, (hotkey("reorged"),), NEAR)
        _, outcome = await carried_out(chain, intent)
        assert outcome.block_hash is not None
        first = await chain.at_hash(outcome.block_hash)
        await hold(first, watch)
        head = await _moved(net, chain)
        started = await stored(head, "BlockAtRegistration", OPEN, 2)
        assert await stored(head, "Keys", OPEN, 2) == hotkey("reorged")
        assert int(started) > first.block
        assert await watch.gone(head) == ()

    watching(net, work)


async def _moved(net: ThreadChain, chain: Chain) -> View:
    """Give up the newest block; what was in it comes again a block later."""
    import asyncio

    async def back(node: DevNode) -> None:
        await node.set_head(node.best_number - 1, revert_finalized=True)
        for entry in node.pool.pending():
            node.pool.drop(entry, "dropped")
        await node.sealer.new_blocks(1)

    await asyncio.to_thread(net.do, back)
    _, outcome = await carried_out(chain, Register(OPEN, (hotkey("reorged"),), NEAR))
    assert outcome.error is None
    return await caught_up(chain)


def test_a_watch_begins_anew_on_another_chain(net: ThreadChain) -> None:
    async def work(chain: Chain, watch: SeatWatch) -> None:
        await make_mine_next(chain, FULL, 3)
        view = await replace_one(chain, FULL, "elsewhere")
        other = SeatWatch()
        other.remember("0x" + "00" * 32, watch.held)
        assert await other.gone(view) == () and await SeatWatch().gone(view) == ()
        assert len(await watch.gone(view)) == 1

    watching(net, work)
