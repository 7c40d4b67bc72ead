"""Staking from the dashboard on a real localnet, with a real wallet and its password."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from keyboard import Keyboard, at, told, until
from ports import free_port
from textual.widgets import Button, Input, Static
from wallets import PASSWORD, Wallets, btcli_wallets, make_wallets

from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.amount import tao_amount
from taoctl.calls.stake.limits import Unlimited
from taoctl.chain.client import connect
from taoctl.chain.networks import FINNEY_GENESIS, TEST_GENESIS
from taoctl.errors import Exit, NoKeyError, RefusedError, UnknownOutcomeError
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
from tui import submission
from tui.app import Dashboard
from tui.options import DashOptions
from tui.order_desk import OrderDesk
from tui.orders import Draft, Kind
from tui.screens.order import OrderScreen
from tui.screens.password import PasswordScreen
from tui.screens.stake import StakeScreen
from tui.submission import Submission

pytestmark = pytest.mark.e2e

TAO = 10**9
SMALL = (80, 24)
CHIEF = demo_wallets("small")[1].hotkeys["chief"]


@dataclass(frozen=True)
class Net:
    """A chain, and a wallet on it that holds 100 TAO and no stake."""

    node: Running
    wallets: Wallets

    def dashboard(self) -> Dashboard:
        """The dashboard as `taoctl dash --wallet mine` opens it."""
        mine = (self.wallets.mine,)
        return Dashboard(
            DashOptions(
                self.node.endpoint, timeout=30, wallets=mine, wallet_path=self.wallets.folder
            )
        )

    async def buys(self, uri: str, hotkey: str, netuid: int, rao: int) -> None:
        """Let another account buy alpha and wait until that is in a block."""
        key = KeySigner(uri)
        async with connect(self.node.endpoint, timeout=30) as chain:
            intent = AddStake(hotkey, netuid, tao_amount(rao), Unlimited())
            plan = await make_plan(chain, intent, key.ss58, TxOptions())
            assert not plan.refusals
            options = TxOptions(wait=Wait.NONE)
            with Journal(self.wallets.folder.parent / "others.sqlite") as journal:
                await send(chain, plan, key, journal, options)
            await chain.call("dev_newBlock", [{"count": 1}])

    async def on_chain(self, hotkey: str, netuid: int, block: int | None = None) -> tuple[int, int]:
        """Free rao of the wallet, and its alpha on a hotkey, asked anew; at the head by default."""
        coldkey = self.wallets.coldkey_ss58
        async with connect(self.node.endpoint, timeout=30) as chain:
            view = await (chain.at_head() if block is None else chain.at_block(block))
            account = await view.value("System", "Account", coldkey)
            infos = await view.api("StakeInfoRuntimeApi", "get_stake_info_for_coldkey", coldkey)
            alpha = [
                int(info["stake"])
                for info in infos
                if (info["hotkey"], int(info["netuid"])) == (hotkey, netuid)
            ]
            return int(account["data"]["free"]), sum(alpha)


@contextmanager
def running(home: Path, seal: Seal, kept: Callable[[Path], Wallets]) -> Iterator[Net]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.delenv("TAOCTL_PASSWORD_FILE", raising=False)
        port = free_port()
        chain = Options("small", block_time=0.5, seal=seal, state_dir=home / "chain")
        node = service.start_detached(Launch(chain, port))
        wallets = kept(home / "wallets")
        service.ask(port, "dev_faucet", wallets.coldkey_ss58, 100 * TAO, timeout=30)
        yield Net(node, wallets)
        service.stop(port)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    with running(tmp_path_factory.mktemp("stake"), Seal.INTERVAL, btcli_wallets) as net:
        yield net


@pytest.fixture
def still(tmp_path: Path) -> Iterator[Net]:
    """A chain on which nothing happens unless it is told to, and a key that needs no password."""
    with running(tmp_path, Seal.MANUAL, lambda folder: make_wallets(folder, None)) as net:
        yield net


def drive(net: Net, steps: Callable[[Keyboard, Dashboard], Awaitable[None]]) -> Dashboard:
    async def main() -> Dashboard:
        dash = net.dashboard()
        async with dash.run_test(size=SMALL) as pilot:
            await steps(Keyboard(pilot), dash)
        return dash

    return asyncio.run(asyncio.wait_for(main(), 600))


async def unlock(keys: Keyboard, dash: Dashboard) -> None:
    await keys.type(":unlock")
    await keys.press("enter")
    await until(lambda: dash.unlocked or isinstance(dash.screen, PasswordScreen))
    if not dash.unlocked:
        await keys.secret(PASSWORD)
        await keys.press("enter")
    await until(lambda: dash.unlocked)


def test_from_the_start_to_a_completed_stake_by_keys_alone(net: Net) -> None:
    """Unlock, look at subnet 1, stake on its first validator: fewer than 25 keys."""
    taken: dict[str, Any] = {}

    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await until(lambda: dash.pulse.block is not None)
        await unlock(keys, dash)
        await keys.press("3")
        await until(lambda: dash.live_screen.table.model.total > 0)
        await keys.press("a")
        await until(at(dash, "form"))
        taken["place"] = dash.live_screen.place
        await keys.type("10tao")
        await keys.press("enter")
        await until(at(dash, "plan"))
        assert isinstance(dash.screen, OrderScreen) and dash.screen.plan is not None
        taken["plan"] = dash.screen.plan
        assert "at least" in told(dash) and "10.000000000 TAO" in told(dash)
        await keys.press("y")
        await until(lambda: dash.signing.submission is not None and dash.signing.submission.over)
        await until(lambda: "journal" in told(dash))
        taken["said"], taken["keys"] = told(dash), keys.count
        taken["submission"] = dash.signing.submission

    before, _ = asyncio.run(net.on_chain(CHIEF, 1))
    drive(net, steps)
    hotkey, netuid, _ = taken["place"]
    going = taken["submission"]
    assert going.error is None and going.outcome.error is None
    fee, (comparison,) = going.outcome.record.fee.rao, going.compared
    # An epoch in a later block adds to the stake.
    after, alpha = asyncio.run(net.on_chain(hotkey, netuid, going.outcome.record.block))
    assert before - after == 10 * TAO + fee
    assert abs(alpha - comparison.out.rao) <= 1
    assert comparison.out.rao >= taken["plan"].quotes[0].minimum_out.rao
    assert "done in block" in taken["said"] and "quoted" in taken["said"]
    assert "in_block" not in taken["said"]
    assert "`taoctl tx show 1`" in taken["said"]
    with Journal() as journal:
        assert journal.get(1).succeeded
    assert taken["keys"] < 25, taken["keys"]


def test_a_refused_order_is_not_lost_and_the_mended_one_removes_the_row(net: Net) -> None:
    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await until(lambda: dash.pulse.block is not None)
        await keys.press("4")
        await until(lambda: isinstance(dash.live_screen, StakeScreen))
        await until(lambda: dash.live_screen.place is not None)
        await unlock(keys, dash)
        place = dash.live_screen.place
        assert place is not None
        await keys.press("r")
        await until(at(dash, "form"))
        await keys.type("5000alpha")
        await keys.press("enter")
        await until(at(dash, "plan"))
        assert "NotEnoughStakeToWithdraw" in told(dash)
        await keys.press("y")
        assert dash.signing.submission is None
        await keys.press("escape")
        await until(at(dash, "form"))
        assert dash.screen.query_one("#field-amount", Input).value == "5000alpha"
        said = str(dash.screen.query_one("#form-problem", Static).render())
        assert "working out" not in said
        await keys.press("home", "ctrl+k")
        await keys.type("all")
        await keys.press("enter")
        await until(at(dash, "plan"))
        await keys.press("tab", "enter")
        await until(lambda: dash.signing.submission is not None and dash.signing.submission.over)
        assert "done in block" in told(dash)
        await keys.press("escape")
        await until(lambda: dash.live_screen.table.model.total == 0)
        _, alpha = await net.on_chain(place.hotkey, place.netuid)
        assert alpha == 0

    drive(net, steps)


def test_leaving_while_it_is_on_its_way_says_what_is_pending(still: Net) -> None:
    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await until(lambda: dash.pulse.block is not None)
        await unlock(keys, dash)
        await keys.press("3")
        await until(lambda: dash.live_screen.table.model.total > 0)
        await keys.press("a")
        await until(at(dash, "form"))
        await keys.type("1tao")
        await keys.press("enter")
        await until(at(dash, "plan"))
        await keys.press("y")
        await until(lambda: "it waits for a block" in told(dash))
        # Hidden, it goes on; another order shows the one that is on its way.
        await keys.press("escape")
        await until(lambda: not isinstance(dash.screen, OrderScreen))
        await keys.press("a")
        await until(at(dash, "sending"))
        assert "it waits for a block" in told(dash)
        await keys.press("ctrl+c")
        await keys.pilot.pause(0.3)
        assert dash.is_running and dash.failure is None
        await keys.press("ctrl+c")
        await until(lambda: dash.failure is not None)

    dash = drive(still, steps)
    assert isinstance(dash.failure, UnknownOutcomeError)
    assert dash.failure.exit_code is Exit.UNKNOWN_OUTCOME
    assert "taoctl tx resume 1" in f"{dash.failure.message} {dash.failure.hint}"
    with pytest.raises(UnknownOutcomeError):
        dash.raise_failure()
    with Journal() as journal:
        assert journal.get(1).unresolved


def test_a_price_that_moved_meanwhile_is_an_outcome_with_quote_and_price(still: Net) -> None:
    """Somebody buys between the plan and the block: the limit holds, the form says both prices."""

    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await until(lambda: dash.pulse.block is not None)
        await unlock(keys, dash)
        await keys.press("3")
        await until(lambda: dash.live_screen.table.model.total > 0)
        await keys.press("a")
        await until(at(dash, "form"))
        await keys.type("1tao")
        await keys.press("enter")
        await until(at(dash, "plan"))
        await still.buys("//Eve", CHIEF, 1, 5_000 * TAO)
        await keys.press("y")
        await until(lambda: "it waits for a block" in told(dash))
        chain = await dash.connected()
        await chain.call("dev_newBlock", [{"count": 1}])
        await until(lambda: dash.signing.submission is not None and dash.signing.submission.over)
        said = told(dash)
        assert "failed in block" in said and "Swap.PriceLimitExceeded" in said
        assert "not traded; quoted" in said and "the price is" in said

    before, _ = asyncio.run(still.on_chain(CHIEF, 1))
    dash = drive(still, steps)
    going = dash.signing.submission
    assert going is not None and going.outcome is not None
    fee = going.outcome.record.fee
    assert fee is not None
    after, _ = asyncio.run(still.on_chain(CHIEF, 1))
    assert before - after == fee.rao


def test_on_a_public_network_the_amount_is_typed_again(
    still: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "on_public_network", lambda plan: True)

    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await until(lambda: dash.pulse.block is not None)
        await unlock(keys, dash)
        await keys.press("3")
        await until(lambda: dash.live_screen.table.model.total > 0)
        await keys.press("a")
        await until(at(dash, "form"))
        await keys.type("1tao")
        await keys.press("enter")
        await until(at(dash, "plan"))
        again = dash.screen.query_one("#order-again", Input)
        assert dash.focused is again
        for wrong in ("", "y", "1", "10tao", "1alpha"):
            again.value = ""
            await keys.type(wrong)
            await keys.press("enter")
            assert at(dash, "plan")() and dash.signing.submission is None
        dash.screen.query_one("#send", Button).press()
        await keys.pilot.pause()
        assert dash.signing.submission is None
        again.value = ""
        await keys.type("1.0tao")
        await keys.press("enter")
        await until(lambda: "it waits for a block" in told(dash))
        chain = await dash.connected()
        await chain.call("dev_newBlock", [{"count": 1}])
        await until(lambda: "done in block" in told(dash))

    drive(still, steps)


def test_a_plan_is_never_sent_without_its_key_or_on_another_chain(still: Net) -> None:
    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await until(lambda: dash.pulse.block is not None)
        intent = AddStake(CHIEF, 1, tao_amount(TAO), Unlimited())
        plan = await submission.plan(dash, intent, still.wallets.coldkey_ss58)
        desk, draft = OrderDesk(dash, still.wallets.mine), Draft(Kind.ADD, {"amount": "1tao"})
        assert not submission.on_public_network(plan)
        for genesis in (FINNEY_GENESIS, TEST_GENESIS):
            assert submission.on_public_network(replace(plan, genesis=genesis))
        locked = Submission(plan, desk, draft)
        await locked.run(dash, None)
        assert isinstance(locked.error, NoKeyError) and "locked" in locked.error.message
        await unlock(keys, dash)
        signer = dash.signing.held.get(still.wallets.coldkey_ss58)
        elsewhere = Submission(replace(plan, genesis=FINNEY_GENESIS), desk, draft)
        await elsewhere.run(dash, signer)
        assert isinstance(elsewhere.error, RefusedError)
        assert "another chain" in elsewhere.error.message and elsewhere.record_id is None

    drive(still, steps)
