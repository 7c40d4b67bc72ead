"""What the dashboard paints is what storage holds at the block it shows."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import steady_loop
from ports import free_port
from raw_storage import RawStorage, neurons, position, subnet, twox64, u16
from textual.pilot import Pilot

from taoctl.calls.registration.burn import Register
from taoctl.calls.stake.limits import Tolerance
from taoctl.chain.client import connect
from taoctl.cli.dispatch import dispatch
from taoctl.journal.store import Journal
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.scenarios import demo_wallets
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running
from taoctl.scale.crypto import KeySigner
from taoctl.submit.options import TxOptions, Wait
from taoctl.submit.plan import make_plan
from taoctl.submit.send import send
from tui.app import Dashboard
from tui.options import DashOptions, WalletRef
from tui.widgets.board_panels import NewSubnetPanel

SUBNETS = (1, 2, 3)
BLOCKS = 30
WIDE = (260, 50)
"""Columns and lines of a terminal in which every column of the tables fits."""

pytestmark = pytest.mark.e2e


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    port = free_port()
    chain = Options("small", seal=Seal.MANUAL, state_dir=tmp_path / "chain")
    running = service.start_detached(Launch(chain, port))
    service.ask(port, "dev_newBlock", {"count": BLOCKS}, timeout=60)
    yield running
    service.stop(port)


def drive(
    node: Running,
    steps: Callable[[Pilot[Any], Dashboard], Awaitable[None]],
    wallets: tuple[WalletRef, ...] = (),
) -> None:
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


async def painted(pilot: Pilot[Any], dash: Dashboard) -> tuple[int, list[dict[str, str]]]:
    """The block on the screen, and the table's lines taken apart into words by column."""
    await pilot.pause(0.1)
    screen = dash.live_screen
    live, table = screen.live, screen.table
    assert live is not None and live.block is not None and live.problem is None
    keys = [column.key for column in table.shown_columns]
    found = []
    for y in range(1, 1 + table.model.total):
        words = table.render_line(y).text.replace("●", " ").split()
        assert len(words) == len(keys), words
        found.append(dict(zip(keys, words, strict=True)))
    return live.block, found


def storage(node: Running, block: int) -> RawStorage:
    at = RawStorage(node.endpoint, "")
    return RawStorage(node.endpoint, str(at.call("chain_getBlockHash", block)))


def share(value: int) -> str:
    exact = Decimal(value) / Decimal(65_535)
    return str(exact.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def holds(text: str, rao: int, digits: int) -> bool:
    """Whether a figure cut to some digits can be this amount; only nothing is shown as 0."""
    if text.startswith("<"):
        return 0 < rao < Decimal(text[1:]) * 10**9
    if text == "0":
        return rao == 0
    shown = int(Decimal(text.replace(",", "")) * 10**9)
    return shown <= rao < shown + 10 ** (9 - digits) and rao > 0


def short(address: str) -> str:
    return f"{address[:5]}…{address[-4:]}"


def lost_percent(raw: RawStorage, netuid: int) -> float:
    """What a buy for 10 TAO loses of its value at the price, from the pool's curve and fee."""
    known, order = subnet(raw, netuid), 10 * 10**9
    rate = raw.number("FeeRate", twox64(u16(netuid)), default=33, pallet="Swap")
    quote = raw.number("SwapBalancer", twox64(u16(netuid)), default=5 * 10**17, pallet="Swap")
    tao, alpha = known["tao_in"], known["alpha_in"]
    kept = (tao / (tao + order - order * rate // 65_535)) ** (quote / (10**18 - quote))
    spot = (10**18 - quote) / quote * tao / alpha
    return float(100 * (1 - alpha * (1 - kept) * spot / order))


def check_neuron(line: dict[str, str], known: dict[str, Any], block: int) -> None:
    assert line["uid"] == str(known["uid"])
    assert line["hotkey"] == short(known["hotkey"])
    assert line["coldkey"] == short(known["coldkey"])
    assert line["role"] == ("vali" if known["validator_permit"] else "miner")
    for key in ("incentive", "dividends", "consensus", "validator_trust"):
        assert line[key] == share(known[key]), (key, known["uid"])
    assert holds(line["emission_rao"], known["emission"], 4)
    for key in ("stake", "alpha_stake", "tao_stake"):
        if known[key] is not None:
            assert holds(line[f"{key}_rao"], known[key], 2), (key, known["uid"])
    rank = known["prune_rank"]
    assert line["prune_rank"] == ("-" if rank is None else str(rank))
    assert line["immunity_left_blocks"] == str(known["immunity_left_blocks"])
    age = str(block - known["last_update"]) if known["validator_permit"] else "-"
    assert line["weights_age"] == age
    assert line["active"] == ("yes" if known["active"] else "no")
    assert line["registered_at"] == str(known["registered_at"])


def test_every_uid_on_the_metagraph_screen(node: Running) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        for netuid in SUBNETS:
            await pilot.press("2")
            await until(lambda: dash.live_screen.table.model.total == len(SUBNETS) + 1)
            assert dash.live_screen.table.move_to(netuid)
            await pilot.press("n")
            await until(lambda: dash.live_screen.table.model.total == 16)
            block, lines = await painted(pilot, dash)
            stored = await asyncio.to_thread(neurons, storage(node, block), netuid)
            assert block >= BLOCKS
            assert len(stored) == len(lines)
            for line, known in zip(lines, stored, strict=True):
                check_neuron(line, known, block)
            assert any(known["incentive"] for known in stored)
            assert any(known["dividends"] for known in stored)
            await pilot.press("escape")

    drive(node, steps)


def test_every_subnet_on_the_subnets_screen(node: Running) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("2")
        await until(lambda: dash.live_screen.table.model.total == len(SUBNETS) + 1)
        table = dash.live_screen.table
        live = dash.live_screen.live
        assert live is not None and live.block is not None
        block = live.block
        raw = storage(node, block)
        foretold: dict[int, str] = {}
        for netuid in SUBNETS:
            known = await asyncio.to_thread(subnet, raw, netuid)
            cells = dict(
                zip(
                    (column.key for column in table.model.columns),
                    (cell.text for cell in table.model.cells(netuid)),
                    strict=True,
                )
            )
            assert cells["netuid"] == str(netuid)
            assert holds(cells["price_rao"], known["price"], 6)
            for key, digits in (("tao_in", 0), ("burn", 4), ("alpha_in", 0), ("alpha_out", 0)):
                assert holds(cells[f"{key}_rao"], known[key], digits), key
            foretold[netuid] = cells["next_burn_rao"]
            slip = float(cells["slippage_ppm"].removesuffix("%"))
            assert slip > 0 and abs(slip - lost_percent(raw, netuid)) < 0.006
            assert cells["owner_coldkey"] == short(raw.account("SubnetOwner", u16(netuid)) or "")
            assert cells["uids"] == f"{known['neurons']}/{known['max_neurons']}"
            assert cells["prune_rank"] == "-" and cells["price_change_ppm"] == "-"
            assert cells["tempo"] == str(known["tempo"])
            assert cells["next_epoch"] == str(max(0, known["next_epoch_block"] - block))
            assert cells["registered_at"] == str(known["registered_at"])
        panel = dash.screen.query_one(NewSubnetPanel)
        said = "".join(piece.text for piece in panel.lines(panel.size.width)[0]).split()
        assert holds(said[0], raw.number("NetworkMinLockCost", default=10**12), 4)
        service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
        later = storage(node, block + 1)
        for netuid, text in foretold.items():
            assert holds(text, later.number("Burn", u16(netuid)), 6)

    drive(node, steps)


def test_the_stake_screen_is_storage(node: Running) -> None:
    wallets = tuple(
        WalletRef(wallet.name, wallet.coldkey_ss58, tuple(wallet.hotkeys.items()))
        for wallet in demo_wallets("small")
    )

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await pilot.press("4")
        await until(lambda: dash.live_screen.table.model.total > 0)
        await pilot.pause(0.1)
        live, model = dash.live_screen.live, dash.live_screen.table.model
        assert live is not None and live.block is not None and live.problem is None
        raw = await asyncio.to_thread(storage, node, live.block)
        keys = [column.key for column in model.columns]
        assert model.total == 10
        for place in model.order:
            coldkey, hotkey, netuid = place
            cells = dict(zip(keys, (cell.text for cell in model.cells(place)), strict=True))
            exact = await asyncio.to_thread(position, raw, hotkey, coldkey, netuid)
            price = 10**9
            if netuid:
                price = (await asyncio.to_thread(subnet, raw, netuid))["price"]
            stake = int(exact)
            assert any(holds(cells["alpha_rao"], one, 4) for one in (stake, stake - 1)), cells
            values = (stake * price // 10**9, (stake - 1) * price // 10**9)
            assert any(holds(cells["value_tao_rao"], one, 4) for one in values), cells
            assert cells["netuid"] == str(netuid)

    drive(node, steps, wallets)


NEWCOMER = KeySigner("//Nobody/zero").ss58


async def register_newcomer(node: Running, home: Path) -> int:
    """Give a hotkey of //Alice that nobody stakes through a UID on subnet 1, and a place in the
    last epoch's figures that the next one would have given it; returns the UID."""
    alice = KeySigner("//Alice")
    async with connect(node.endpoint, timeout=30) as chain:
        plan = await make_plan(
            chain, Register(1, (NEWCOMER,), Tolerance(10_000)), alice.ss58, TxOptions()
        )
        assert not plan.refusals
        with Journal(home / "journal.sqlite") as journal:
            await send(chain, plan, alice, journal, TxOptions(wait=Wait.NONE))
        await chain.call("dev_newBlock", [{"count": 1}])
        view = await chain.at_block(plan.block + 1)
        uid = int(await view.value("SubtensorModule", "Uids", 1, NEWCOMER))
        for item, value in (("Incentive", 1_234), ("Emission", 987_654_321)):
            vector = list(await view.value("SubtensorModule", item, 1))
            vector[uid] = value
            key = view.codec.storage_key("SubtensorModule", item, 1)
            kind = view.codec.need_storage("SubtensorModule", item).value_type
            await chain.call(
                "dev_setStorage",
                [[["0x" + key.hex(), "0x" + view.codec.encode(kind, vector).hex()]]],
            )
        await chain.call("dev_newBlock", [{"count": 1}])
    return uid


def earned_a_day(raw: RawStorage, emission: int) -> tuple[int, int]:
    """Rao of alpha and of TAO that an epoch's emission on subnet 1 comes to in 7200 blocks."""
    known = subnet(raw, 1)
    alpha = emission * 7_200 // known["tempo"]
    return alpha, alpha * known["price"] // 10**9


def test_a_neuron_without_stake_is_listed_and_in_the_overview_as_storage_has_it(
    node: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alice = KeySigner("//Alice").ss58
    asyncio.run(register_newcomer(node, tmp_path))
    capsys.readouterr()
    words = ["neuron", "list", alice, "-o", "json", "-n", node.endpoint, "--timeout", "30"]
    assert dispatch(words) == 0
    whole = json.loads(capsys.readouterr().out)
    raw = RawStorage(node.endpoint, whole["block_hash"])
    (row,) = (one for one in whole["data"] if one["hotkey"] == NEWCOMER)
    stored = neurons(raw, 1)
    known = stored[row["uid"]]
    assert (known["hotkey"], known["stake"], known["incentive"]) == (NEWCOMER, 0, 1_234)
    plain = set(known) - {"emission", "stake", "alpha_stake", "tao_stake"}
    assert {key: row[key] for key in plain} == {key: known[key] for key in plain}
    for amount in ("emission", "stake", "alpha_stake", "tao_stake"):
        assert int(row[amount]["rao"]) == known[amount]
    alpha, tao = earned_a_day(raw, known["emission"])
    assert (int(row["alpha_per_day"]["rao"]), int(row["tao_per_day"]["rao"])) == (alpha, tao)
    assert known["prune_rank"] is not None and known["immunity_left_blocks"] > 0
    first = next(one for one in stored if one["prune_rank"] == 1)
    assert int(row["margin"]["rao"]) == known["emission"] - first["emission"]

    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        place = (1, NEWCOMER)
        await until(lambda: place in dash.live_screen.table.model.keys)
        await pilot.press("w")
        await pilot.pause(0.1)
        live, model = dash.live_screen.live, dash.live_screen.table.model
        assert live is not None and live.block == raw.block()
        cells = {
            column.key: cell.text
            for column, cell in zip(model.columns, model.cells(place), strict=True)
        }
        assert cells["uid"] == str(known["uid"]) and cells["hotkey"] == short(NEWCOMER)
        assert cells["stake_rao"] == "0"
        for key in ("incentive", "dividends", "consensus", "validator_trust"):
            assert cells[key] == share(known[key])
        assert cells["prune_rank"] == str(known["prune_rank"])
        assert cells["immunity_left_blocks"] == str(known["immunity_left_blocks"])
        for key, rao in (
            ("margin_rao", known["emission"] - first["emission"]),
            ("emission_rao", known["emission"]),
            ("alpha_per_day_rao", alpha),
            ("tao_per_day_rao", tao),
        ):
            assert holds(cells[key], rao, 4), (key, cells[key], rao)

    drive(node, steps, (WalletRef("alice", alice),))
