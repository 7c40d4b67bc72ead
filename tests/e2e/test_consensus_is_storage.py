"""What the heat map and the screen of a neuron paint is what storage holds at their block."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import pytest
import steady_loop
from ports import free_port
from raw_storage import RawStorage, compact, neurons, storage_key, twox64, u16
from textual.pilot import Pilot

from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.scenarios import demo_wallets
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running
from taoctl.scale.crypto import KeySigner
from tui.app import Dashboard
from tui.options import DashOptions, WalletRef
from tui.screens.neuron import NeuronScreen, Side
from tui.screens.weights import WeightsScreen
from tui.widgets.bars import Banner
from tui.widgets.lines import Lines
from tui.widgets.neuron_panels import EpochPanel, RiskPanel, WhoPanel
from tui.widgets.weight_panels import PointPanel

pytestmark = pytest.mark.e2e

BLOCKS = 40
WIDE = (260, 50)
STRIDE = 4096
GRADES = " ▁▂▃▄▅▆█"
Steps = Callable[[Pilot[Any], Dashboard], Awaitable[None]]


def ago(blocks: int) -> str:
    """How long ago so many blocks are, as the screens say it."""
    return f"{blocks} block{'' if blocks == 1 else 's'} ago"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("consensus")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        port = free_port()
        options = Options("small", seal=Seal.MANUAL, state_dir=home / "chain")
        running = service.start_detached(Launch(options, port))
        service.ask(port, "dev_newBlock", {"count": BLOCKS}, timeout=60)
        yield running
        service.stop(port)


def drive(node: Running, steps: Steps) -> None:
    wallets = tuple(
        WalletRef(wallet.name, wallet.coldkey_ss58, tuple(wallet.hotkeys.items()))
        for wallet in demo_wallets("small")
    )

    async def main() -> None:
        dash = Dashboard(DashOptions(node.endpoint, wallets=wallets))
        async with dash.run_test(size=WIDE) as pilot:
            await asyncio.wait_for(dash.connected(), 120)
            await steps(pilot, dash)
        dash.raise_failure()

    steady_loop.run(main(), 600)


async def until(done: Callable[[], bool]) -> None:
    start = time.monotonic()
    while not done():
        assert time.monotonic() - start < 120, "it did not happen in time"
        await asyncio.sleep(0.02)


async def shown(pilot: Pilot[Any], dash: Dashboard) -> int:
    """The block on the screen, once it has one."""
    await until(lambda: dash.live_screen.live is not None)
    await until(lambda: dash.live_screen.live.rows is not None)
    await pilot.pause(0.05)
    live = dash.live_screen.live
    assert live is not None and live.block is not None and live.problem is None
    return int(live.block)


async def seal(dash: Dashboard, count: int = 1) -> int:
    """Make blocks and wait until the screen shows the last one."""
    chain = await dash.connected()
    await chain.call("dev_newBlock", [{"count": count}])
    head = await chain.head()
    await until(lambda: (dash.live_screen.live.block or 0) >= head.number)
    return head.number


def storage(node: Running, block: int) -> RawStorage:
    at = RawStorage(node.endpoint, "")
    return RawStorage(node.endpoint, str(at.call("chain_getBlockHash", block)))


def weights(raw: RawStorage, netuid: int, uid: int, mechid: int = 0) -> dict[int, int]:
    """A row of weights, decoded by hand."""
    found = raw.get("Weights", u16(netuid + mechid * STRIDE), u16(uid))
    if found is None:
        return {}
    count, at = compact(found)
    assert len(found) == at + 4 * count
    pairs = [found[at + 4 * i : at + 4 * i + 4] for i in range(count)]
    return {int.from_bytes(p[:2], "little"): int.from_bytes(p[2:], "little") for p in pairs}


def glyphs(rows: Iterable[dict[int, int]]) -> Callable[[dict[int, int], int], str]:
    """How a cell looks: even steps between shares that a twentieth is below, and one above."""
    listed = list(rows)
    present = sorted(millionths(row, uid) for row in listed for uid in row if row[uid])
    aside, steps = len(present) // 20, len(GRADES) - 1
    low, high = present[aside], present[-1 - aside]

    def glyph(row: dict[int, int], uid: int) -> str:
        if not row.get(uid):
            return GRADES[0]
        # A grade begins at the whole millionth below its exact place.
        beyond = (millionths(row, uid) + 1) ** steps
        return GRADES[max(1, sum(beyond > low ** (steps - n) * high**n for n in range(steps)))]

    return glyph


def millionths(row: dict[int, int], uid: int) -> int:
    return row[uid] * 1_000_000 // sum(row.values())


def text(dash: Dashboard, kind: type[Lines]) -> str:
    widget = dash.screen.query_one(kind)
    return "\n".join(
        "".join(piece.text for piece in line).rstrip() for line in widget.lines(widget.size.width)
    )


def cell(dash: Dashboard, key: Any, column: str) -> str:
    model = dash.live_screen.table.model
    return model.cells(key)[[one.key for one in model.columns].index(column)].text


def test_every_cell_of_the_heat_map_of_every_subnet(node: Running) -> None:
    async def check(pilot: Pilot[Any], dash: Dashboard, netuid: int) -> None:
        dash.open_weights(netuid)
        block = await shown(pilot, dash)
        screen = dash.screen
        assert isinstance(screen, WeightsScreen)
        heat, raw = screen.heat, await asyncio.to_thread(storage, node, block)
        stored = await asyncio.to_thread(neurons, raw, netuid)
        rows = {known["uid"]: weights(raw, netuid, known["uid"]) for known in stored}
        lines = {uid for uid, row in rows.items() if row} | {
            known["uid"] for known in stored if known["validator_permit"]
        }
        assert {heat.model.row(key).line.neuron.uid for key in heat.model.order} == lines
        weighed = {uid for row in rows.values() for uid, given in row.items() if given}
        own = {k["uid"] for k in stored if dash.is_own(k["hotkey"], k["coldkey"])}
        assert set(heat.shown_uids) == weighed | own
        assert any(rows.values())
        glyph = glyphs(rows.values())
        width, pinned = heat._places.cell, heat._places.pinned
        for y, key in enumerate(heat.model.order, heat.HEADER_LINES):
            uid = heat.model.row(key).line.neuron.uid
            painted = heat.render_line(y).text
            assert painted[:6].replace("●", " ").split() == [str(uid)]
            assert painted.startswith("●") == (uid in own)
            cells = "".join(glyph(rows[uid], to) * width for to in heat.shown_uids)
            assert painted[pinned : pinned + len(cells)] == cells, uid
        await points(pilot, dash, screen, raw, rows)

    async def points(
        pilot: Pilot[Any],
        dash: Dashboard,
        screen: WeightsScreen,
        raw: RawStorage,
        rows: dict[int, dict[int, int]],
    ) -> None:
        """What is said of the cells of one validator."""
        netuid = screen.netuid
        giver = next(uid for uid, row in rows.items() if row)
        key = next(
            k for k in screen.heat.model.order if screen.heat.model.row(k).line.neuron.uid == giver
        )
        screen.heat.move_to(key)
        updated = raw.vector("LastUpdate", 8, u16(netuid))[giver]
        for uid in list(rows[giver])[:5]:
            screen.heat.move_to_column(uid)
            said = text(dash, PointPanel)
            given = rows[giver][uid]
            share = Fraction(given * 100, sum(rows[giver].values()))
            by = sum(bool(row.get(uid)) for row in rows.values())
            assert f"{float(share):.2f}% of all it gives (u16 {given})" in said
            assert f"set {ago(raw.block() - updated)}" in said
            assert f"weighed by {by} of {screen.heat.model.total}" in said

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        for netuid in (1, 2, 3):
            await check(pilot, dash, netuid)

    drive(node, steps)


def test_a_neuron_is_what_storage_and_its_last_epoch_say(node: Running) -> None:
    async def check(
        pilot: Pilot[Any], dash: Dashboard, netuid: int, known: dict[str, Any], raw: RawStorage
    ) -> None:
        dash.open_neuron(netuid, known["uid"])
        assert await shown(pilot, dash) == raw.block()
        screen = dash.screen
        assert isinstance(screen, NeuronScreen) and screen.wanted.hotkey == known["hotkey"]
        who, risk, epoch = (text(dash, kind) for kind in (WhoPanel, RiskPanel, EpochPanel))
        assert ("validator" if known["validator_permit"] else "miner") in who
        assert f"registered {ago(raw.block() - known['registered_at'])}" in who
        place = known["prune_rank"]
        assert ("not to be replaced" in risk) == (place is None)
        assert place is None or f"place {place} to go" in risk
        left = known["immunity_left_blocks"]
        assert (f"immune for {left:,} blocks" if left else "immunity over") in risk
        last = raw.number("LastMechansimStepBlock", u16(netuid))
        assert f"epoch {ago(raw.block() - last)} as the chain stored" in epoch
        for name in ("incentive", "dividends", "consensus", "vtrust"):
            value = known["validator_trust" if name == "vtrust" else name]
            assert f"{name} {value / 65535:.4f}" in epoch, (name, value)
        await lists(pilot, screen, dash, netuid, known["uid"], raw)

    async def lists(
        pilot: Pilot[Any],
        screen: NeuronScreen,
        dash: Dashboard,
        netuid: int,
        uid: int,
        raw: RawStorage,
    ) -> None:
        count = raw.number("SubnetworkN", u16(netuid))
        rows = {one: weights(raw, netuid, one) for one in range(count)}
        for side, pairs in (
            ("Who weighs it", {one: (row, uid) for one, row in rows.items() if row.get(uid)}),
            ("Whom it weighs", {one: (rows[uid], one) for one in rows[uid] if rows[uid][one]}),
        ):
            if side not in text(dash, Side):
                await pilot.press("b")
            assert side in text(dash, Side)
            model = screen.table.model
            keys = {model.row(key).uid: key for key in model.order}
            now = {one for one, key in keys.items() if cell(dash, key, "now_ppm") != "-"}
            assert now == set(pairs)
            for one, (row, to) in pairs.items():
                assert raw.account("Keys", u16(netuid), u16(one)) == keys[one]
                share = row[to] * 1_000_000 // sum(row.values())
                assert cell(dash, keys[one], "now_ppm") == f"{share / 10**6:.6f}"

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.open_metagraph(2)
        raw = await asyncio.to_thread(storage, node, await shown(pilot, dash))
        stored = await asyncio.to_thread(neurons, raw, 2)
        assert max(known["incentive"] for known in stored) > 0
        assert max(known["dividends"] for known in stored) > 0
        best = [max(stored, key=lambda known: known[key]) for key in ("incentive", "dividends")]
        for known in (*best, *stored[::4]):
            await check(pilot, dash, 2, known, raw)
        assert dash.epochs.runs == 1

    drive(node, steps)


def test_an_epoch_is_run_again_once_and_not_at_every_block(node: Running) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.open_neuron(1, 1)
        await shown(pilot, dash)
        seen = set()
        for _ in range(25):
            block = await seal(dash)
            raw = await asyncio.to_thread(storage, node, block)
            last = raw.number("LastMechansimStepBlock", u16(1))
            seen.add(last)
            await pilot.pause()
            assert f"epoch {ago(block - last)} as the chain stored" in text(dash, EpochPanel)
        assert 2 <= len(seen) <= dash.epochs.runs <= len(seen) + 1

    drive(node, steps)


def test_a_uid_that_goes_to_another_is_told_at_its_block_and_followed_when_it_moves(
    node: Running,
) -> None:
    async def put(chain: Any, *pairs: tuple[bytes, bytes]) -> None:
        await chain.call("dev_setStorage", [[["0x" + k.hex(), "0x" + v.hex()] for k, v in pairs]])

    def key(uid: int) -> bytes:
        return storage_key("Keys", u16(3), u16(uid))

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.open_neuron(3, 5)
        raw = await asyncio.to_thread(storage, node, await shown(pilot, dash))
        chain = await dash.connected()
        old, other = raw.get("Keys", u16(3), u16(5)), raw.get("Keys", u16(3), u16(6))
        assert old is not None and other is not None
        rows = dash.live_screen.table.model.total
        await put(chain, (key(5), KeySigner("//Heir").public_key))
        await seal(dash)
        await pilot.pause()
        said = text(dash, Side)
        assert "holds no uid on subnet 3" in said and "uid 5 is held by" in said
        heir = KeySigner("//Heir").ss58
        assert f"{heir[:5]}…{heir[-4:]} now" in said
        assert dash.live_screen.table.model.total == rows
        await put(chain, (key(5), other), (key(6), old))
        await seal(dash)
        await pilot.pause()
        assert dash.trail()[-1].startswith("SN 3 UID 6") and "holds no" not in text(dash, Side)
        await put(chain, (key(5), old), (key(6), other))
        await seal(dash)

    drive(node, steps)


def test_a_second_mechanism_has_weights_of_its_own(node: Running) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.open_weights(1)
        await shown(pilot, dash)
        screen = dash.screen
        assert isinstance(screen, WeightsScreen)
        validator = next(
            key for key in screen.heat.model.order if screen.heat.model.row(key).line.weights
        )
        uid = screen.heat.model.row(validator).line.neuron.uid
        chain = await dash.connected()
        row = bytes([2 << 2]) + u16(1) + u16(65535) + u16(2) + u16(655)
        pairs = (
            (storage_key("MechanismCountCurrent", twox64(u16(1))), b"\x02"),
            (storage_key("Weights", u16(STRIDE + 1), u16(uid)), row),
        )
        await chain.call("dev_setStorage", [[["0x" + k.hex(), "0x" + v.hex()] for k, v in pairs]])
        block = await seal(dash)
        await pilot.press("m")
        await until(lambda: screen.live is not None and screen.live.rows.matrix.mechid == 1)
        await pilot.pause()
        raw = await asyncio.to_thread(storage, node, block)
        assert weights(raw, 1, uid, mechid=1) == {1: 65535, 2: 655}
        heat = screen.heat
        given = {
            heat.model.row(key).line.neuron.uid: heat.model.row(key).line.weights
            for key in heat.model.order
        }
        assert given[uid] == {1: 65535, 2: 655}
        assert [row for one, row in given.items() if one != uid and row] == []
        y = heat.HEADER_LINES + heat.model.order.index(validator)
        cells = heat.render_line(y).text[heat._places.pinned :: heat._places.cell]
        assert dict(zip(heat.shown_uids, cells, strict=False))[1] == "█"
        await pilot.press("m")
        await until(lambda: screen.live is not None and screen.live.rows.matrix.mechid == 0)

    drive(node, steps)


def test_root_and_what_is_not_there_are_said(node: Running) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        dash.open_neuron(0, 0)
        block = await shown(pilot, dash)
        raw = await asyncio.to_thread(storage, node, block)
        assert dash.screen.wanted.hotkey == raw.account("Keys", u16(0), u16(0))
        assert "root runs no epochs" in text(dash, EpochPanel)
        runs = dash.epochs.runs
        await seal(dash, 1)
        assert dash.epochs.runs == runs
        await seal(dash, 10)
        assert dash.epochs.runs == runs + 1
        dash.open_weights(0)
        await shown(pilot, dash)
        await pilot.pause()
        assert dash.live_screen.table.model.total == 0 or text(dash, PointPanel)
        dash.open_neuron(9, 0)
        await until(lambda: dash.live_screen.live is not None and dash.live_screen.live.problem)
        await pilot.pause()
        assert "there is no subnet 9" in text(dash, Banner)

    drive(node, steps)
