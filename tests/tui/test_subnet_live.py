"""The screen of one subnet on a real localnet: what it shows, and its owner's changes by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from keyboard import Keyboard, at, told, until
from ports import free_port
from subnet_steps import (
    chosen,
    frozen,
    opened,
    parameter,
    point_to,
    seal,
    shown,
    shown_block,
    thawed,
    unlocked,
)
from textual.widgets import Input, Static
from wallets import Wallets, make_wallets

from taoctl.chain.client import Chain, connect
from taoctl.journal.store import Journal
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running
from taoctl.reads.dynamic import price_of
from taoctl.reads.hyperparameters import hyperparameters
from taoctl.reads.prune_order import prune_rows
from taoctl.reads.subnet_emission import subnet_emission
from tui import submission
from tui.app import Dashboard
from tui.options import DashOptions
from tui.prices import SPANS
from tui.screens.order import OrderScreen
from tui.screens.subnet import SubnetScreen

pytestmark = pytest.mark.e2e

TAO = 10**9
SMALL = (80, 24)
PALLET = "SubtensorModule"
MINE, OTHER = 1, 2
"""The subnet that the wallet owns, and one that it does not."""


@dataclass(frozen=True)
class Net:
    """A chain on which nothing happens unless it is told to, and a wallet that owns a subnet."""

    node: Running
    wallets: Wallets

    def dashboard(self) -> Dashboard:
        """The dashboard as `taoctl dash --wallet mine` opens it."""
        mine = (self.wallets.mine,)
        return Dashboard(
            DashOptions(
                self.node.endpoint, timeout=60, wallets=mine, wallet_path=self.wallets.folder
            )
        )


async def put(chain: Chain, item: str, keys: tuple[Any, ...], value: Any) -> None:
    """Store a value of the subnet pallet behind everybody's back."""
    codec = (await chain.at_head()).codec
    key = codec.storage_key(PALLET, item, *keys)
    encoded = codec.encode(codec.need_storage(PALLET, item).value_type, value)
    await chain.call("dev_setStorage", [[["0x" + key.hex(), "0x" + encoded.hex()]]])


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    home = tmp_path_factory.mktemp("subnet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.delenv("TAOCTL_PASSWORD_FILE", raising=False)
        port = free_port()
        chain = Options("small", seal=Seal.MANUAL, state_dir=home / "chain")
        node = service.start_detached(Launch(chain, port))
        wallets = make_wallets(home / "wallets", None)

        async def hand_over() -> None:
            async with connect(node.endpoint, timeout=60) as chain:
                await put(chain, "SubnetOwner", (MINE,), wallets.coldkey_ss58)
                await chain.call("dev_newBlock", [{"count": 1}])

        try:
            service.ask(port, "dev_faucet", wallets.coldkey_ss58, 100 * TAO, timeout=60)
            asyncio.run(hand_over())
            yield Net(node, wallets)
        finally:
            service.stop(port)


Steps = Callable[[Keyboard, Dashboard], Awaitable[None]]


def drive(net: Net, steps: Steps, size: tuple[int, int] = SMALL) -> Dashboard:
    async def main() -> Dashboard:
        dash = net.dashboard()
        async with dash.run_test(size=size) as pilot:
            await until(lambda: dash.pulse.block is not None)
            await steps(Keyboard(pilot), dash)
        dash.raise_failure()
        return dash

    return asyncio.run(asyncio.wait_for(main(), 600))


async def planned(keys: Keyboard, dash: Dashboard, value: str) -> str:
    """The plan of setting the row's hyperparameter, as the form says it."""
    await keys.press("e")
    await until(at(dash, "form"))
    await keys.type(value)
    await keys.press("enter")
    await until(at(dash, "plan"))
    return told(dash)


async def not_sent(keys: Keyboard, dash: Dashboard, value: str) -> None:
    """A refused plan is not sent, and what was typed stays in the form."""
    before = dash.signing.submission
    await keys.press("y")
    assert dash.signing.submission is before and at(dash, "plan")()
    await keys.press("escape")
    await until(at(dash, "form"))
    assert dash.screen.query_one("#field-value", Input).value == value
    await keys.press("escape")
    await until(lambda: not isinstance(dash.screen, OrderScreen))


def test_a_change_by_its_owner_from_the_start_to_its_end_by_keys_alone(net: Net) -> None:
    """Unlock, open the subnet, set its immunity period, and see it; then it may not be at once."""

    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await keys.command(f"subnet {MINE}")
        await until(lambda: isinstance(dash.live_screen, SubnetScreen) and shown_block(dash) >= 0)
        await unlocked(keys, dash)
        await thawed(dash, MINE)
        await chosen(keys, dash, "immunity_period")
        row = parameter(dash)
        assert (row.setter, row.meaning) == ("owner", "7200 blocks")
        said = await planned(keys, dash, "4321")
        assert "immunity_period" in said and "7200 blocks" in said and "4321 blocks" in said
        await keys.press("y")
        await until(lambda: "it waits for a block" in told(dash))
        await (await dash.connected()).call("dev_newBlock", [{"count": 1}])
        await until(lambda: "done in block" in told(dash))
        going = dash.signing.submission
        assert going is not None and going.error is None and going.outcome is not None
        await keys.press("escape")
        await until(lambda: parameter(dash).meaning == "4321 blocks")
        assert keys.count < 60, keys.count
        chain = await dash.connected()
        block = going.outcome.record.block
        assert block is not None
        stored = await (await chain.at_block(block)).value(PALLET, "ImmunityPeriod", MINE)
        assert int(stored) == 4_321
        with Journal() as journal:
            assert journal.get(1).succeeded
        # The same again, before the chain takes another change of it.
        allowed = parameter(dash).settable_from_block
        assert allowed is not None and allowed > shown_block(dash) + 1
        await thawed(dash, MINE)
        said = await planned(keys, dash, "4000")
        assert "TxRateLimitExceeded" in said and "may be every" in said
        assert "wait until block" in said
        await not_sent(keys, dash, "4000")
        with Journal() as journal:
            assert len(journal.list()) == 1

    drive(net, steps)


def test_what_the_chain_would_refuse_is_said_in_the_form_and_not_sent(net: Net) -> None:
    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await opened(dash, MINE)
        await unlocked(keys, dash)
        await thawed(dash, MINE)
        for name, value, error in (
            ("bonds_moving_avg", "99%", "BondsMovingAverageMaxReached"),
            ("kappa", "60%", "BadOrigin"),
        ):
            point_to(dash, name)
            said = await planned(keys, dash, value)
            assert error in said, (name, said)
            assert "it is not sent" in str(
                dash.screen.query_one("#order-question", Static).render()
            )
            await not_sent(keys, dash, value)
        # What may be set when it is planned, but no more when it is agreed to, is planned anew.
        point_to(dash, "serving_rate_limit")
        await thawed(dash, MINE)
        said = await planned(keys, dash, "77")
        assert "refused" not in said
        await frozen(dash, MINE)
        await keys.press("y")
        await until(lambda: "AdminActionProhibitedDuringWeightsWindow" in told(dash))
        assert "the blocks that the plan held for are made" in told(dash)
        assert f"wait until block {parameter(dash).settable_from_block}" in told(dash)
        await not_sent(keys, dash, "77")
        await opened(dash, OTHER)
        point_to(dash, "serving_rate_limit")
        said = await planned(keys, dash, "77")
        assert "BadOrigin" in said and f"does not own subnet {OTHER}" in said
        await not_sent(keys, dash, "77")

    drive(net, steps)


def test_without_a_key_no_form_opens_and_what_is_wrong_is_said_while_typing(net: Net) -> None:
    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await opened(dash, MINE)
        point_to(dash, "min_burn")
        await keys.press("e")
        assert not isinstance(dash.screen, OrderScreen)
        said = [one.message for one in dash._notifications]
        assert any("the key of mine is locked" in text for text in said), said
        await unlocked(keys, dash)
        await keys.press("e")
        await until(at(dash, "form"))
        problem = dash.screen.query_one("#form-problem", Static)
        assert "write an amount of TAO such as 0.5" in str(problem.render())
        await keys.type("0.5x")
        assert "0.5x" in str(problem.render())
        note = dash.screen.query_one("#note-parameter", Static)
        assert str(note.render()) == "now 0.000500000 TAO"
        await keys.press("enter")
        assert at(dash, "form")()
        await keys.press("escape")
        await until(lambda: not isinstance(dash.screen, OrderScreen))

    drive(net, steps)


def test_on_a_public_network_the_value_is_typed_again(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "on_public_network", lambda plan: True)

    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await opened(dash, MINE)
        await unlocked(keys, dash)
        await thawed(dash, MINE)
        point_to(dash, "bonds_penalty")
        await planned(keys, dash, "18%")
        again = dash.screen.query_one("#order-again", Input)
        assert dash.focused is again
        for wrong in ("", "18", "19%"):
            again.value = wrong
            await keys.press("enter")
            assert at(dash, "plan")() and dash.signing.submission is None
        again.value = ""
        await keys.type("0.18")
        await keys.press("enter")
        await until(lambda: "it waits for a block" in told(dash))
        await (await dash.connected()).call("dev_newBlock", [{"count": 1}])
        await until(lambda: "done in block" in told(dash))

    drive(net, steps)


def test_every_list_and_the_course_of_the_price_are_what_the_blocks_say(net: Net) -> None:
    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await opened(dash, OTHER)
        screen, chain = shown(dash), await dash.connected()
        live = screen.live
        assert live is not None and live.rows is not None
        assert live.rows.prunes is None and not list(rows_of(screen, "prunes"))
        await keys.press("b", "b")
        await until(lambda: bool(list(rows_of(screen, "prunes"))))
        for _ in range(2):
            block = await seal(dash, 1)
            view = await chain.at_block(block)
            rows = {id: list(rows_of(screen, id)) for id in ("parameters", "parts", "prunes")}
            assert [one.row for one in rows["parameters"]] == list(
                await hyperparameters(view, OTHER)
            )
            waits = [(one.row.settable_from_block, one.wait_blocks) for one in rows["parameters"]]
            assert all(
                left is None if opens is None else left == max(0, opens - block - 1)
                for opens, left in waits
            )
            assert rows["parts"] == list((await subnet_emission(view, OTHER)).rows)
            assert rows["prunes"] == list(await prune_rows(view, OTHER, dash.hotkey_names))

        assert dash.prices is not None
        prices = dash.prices
        block = shown_block(dash)
        begins = range(0, block + 1, 5)
        # Block 0 has no price of its own: nothing is asked of it.
        await until(lambda: len(prices.course(OTHER, block, SPANS[0]).known) == len(begins) - 1)
        block = await seal(dash, 7)
        newest = await price_of(await chain.at_block(block), OTHER)
        course = prices.course(OTHER, block, SPANS[0])
        assert course.prices[-1] == newest
        found = dict(zip(range(0, block + 1, 5), course.prices, strict=True))
        assert found.pop(0) is None
        for first, price in found.items():
            last = min(first + 4, block)
            seen = {await price_of(await chain.at_block(n), OTHER) for n in range(first, last + 1)}
            # Of the blocks that came at once the screen may have seen the last one alone.
            assert price in seen or (price is None and last < block)

    drive(net, steps, (200, 50))


def rows_of(screen: SubnetScreen, id: str) -> Iterator[Any]:
    """The rows of a list of the screen, in their order."""
    model = screen.query_one(f"#{id}").model  # type: ignore[attr-defined]
    return (model.row(key) for key in model.order)


def test_keys_lead_to_lists_neurons_weights_and_back_and_what_is_not_there_says_why(
    net: Net,
) -> None:
    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await opened(dash, OTHER)
        screen = shown(dash)
        assert screen.table.id == "parameters"
        await keys.press("b")
        assert screen.table.id == "parts" and dash.focused is screen.table
        await keys.press("b")
        assert screen.table.id == "prunes" and dash.focused is screen.table
        await until(lambda: screen.table.cursor_row is not None)
        row = screen.table.cursor_row
        assert row is not None
        assert screen.copy_text() == row.hotkey
        assert screen.place is not None and screen.place.hotkey == row.hotkey
        for key, title in (
            ("n", f"SN {OTHER}"),
            ("W", f"SN {OTHER}"),
            ("enter", f"SN {OTHER} UID"),
        ):
            await keys.press(key)
            await until(lambda title=title: dash.live_screen.title_text.startswith(title))  # type: ignore[misc]
            await keys.press("escape")
            await until(lambda: dash.live_screen is screen)
        await keys.press("t")
        assert screen.query_one("#price").border_title == "Price of α over 7,200 blocks"
        await keys.press("b")
        assert screen.table.id == "parameters"
        live = screen.live
        assert live is not None and live.rows is not None
        assert screen.copy_text() == live.rows.subnet.owner_coldkey
        await opened(dash, 0)
        live = shown(dash).live
        assert live is not None and live.rows is not None
        assert live.rows.emission.problem == "root emits nothing"
        assert shown(dash).table.model.total > 0
        await keys.press("b", "b")
        await until(lambda: "no order of pruning" in shown(dash).table._empty)
        dash.run_command("subnet 999")
        await until(lambda: shown(dash).netuid == 999 and shown(dash).live is not None)
        problem = shown(dash).live
        assert problem is not None and problem.problem == "there is no subnet 999"

    drive(net, steps)
