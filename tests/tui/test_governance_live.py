"""Three wallets vote on a real localnet by keys alone, and what the chain would refuse is said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from keyboard import Keyboard, at, told, until
from ports import free_port

from taoctl.chain.client import connect
from taoctl.journal.store import Journal
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.genesis.bodies import senator
from taoctl.localnet.genesis.sudo_multisig import sudo_multisig
from taoctl.localnet.genesis.under_way import DECIDED, LAST_BLOCK
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running
from taoctl.reads.governance.finding import proposal
from taoctl.reads.governance.proposal import Proposal, Status
from taoctl.reads.governance.sudo_multisig import Shared
from tui.app import Dashboard
from tui.governance_page import Entry
from tui.new_proposals import LOOK_BLOCKS
from tui.options import DashOptions, WalletRef
from tui.screens.governance import GovernanceScreen
from tui.screens.order import OrderScreen
from tui.screens.proposal import ProposalScreen

pytestmark = pytest.mark.e2e

SMALL = (80, 24)
NAMES = ("alice", "bob", "charlie")
"""Development accounts, who are the Triumvirate; anybody has their keys."""

Steps = Callable[[Keyboard, Dashboard], Awaitable[None]]


@dataclass(frozen=True)
class Net:
    """A chain that makes blocks when it is told to, and three wallets with a say there."""

    node: Running
    folder: Path

    def dashboard(self) -> Dashboard:
        """The dashboard as `taoctl dash` opens it."""
        wallets = tuple(WalletRef(name, dev_account(name.title())) for name in NAMES)
        coldkeys = tuple(one.coldkey for one in wallets)
        return Dashboard(
            DashOptions(
                self.node.endpoint,
                timeout=60,
                wallets=wallets,
                wallet_path=self.folder,
                shared=(Shared(2, coldkeys),),
            )
        )

    def drive(self, steps: Steps, size: tuple[int, int] = SMALL) -> None:
        """Press keys in a dashboard."""

        async def main() -> None:
            dash = self.dashboard()
            async with dash.run_test(size=size) as pilot:
                await until(lambda: dash.pulse.block is not None)
                await steps(Keyboard(pilot), dash)
            dash.raise_failure()

        asyncio.run(asyncio.wait_for(main(), 600))


def started(home: Path, governance: str) -> Iterator[Net]:
    """The demo chain with that governance, in which all of it is under way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.delenv("TAOCTL_PASSWORD_FILE", raising=False)
        port = free_port()
        chain = Options("demo", seal=Seal.MANUAL, state_dir=home / "chain", governance=governance)
        node = service.start_detached(Launch(chain, port))

        async def begin() -> None:
            async with connect(node.endpoint, timeout=60) as chain:
                await chain.call("dev_newBlock", [{"count": LAST_BLOCK + 1}])

        try:
            asyncio.run(begin())
            yield Net(node, home / "wallets")
        finally:
            service.stop(port)


@pytest.fixture(scope="module")
def referenda(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    yield from started(tmp_path_factory.mktemp("referenda"), "b,c")


@pytest.fixture(scope="module")
def senate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    yield from started(tmp_path_factory.mktemp("senate"), "a")


def listed(dash: Dashboard) -> list[Entry]:
    """The proposals that the screen shows."""
    model = dash.live_screen.table.model
    return [model.row(key) for key in model.order]


def entry(dash: Dashboard) -> Entry:
    """The proposal of the row under the cursor, or of the screen."""
    found = dash.live_screen.entry
    assert found is not None
    return found


def shown_block(dash: Dashboard) -> int:
    live = dash.live_screen.live
    return -1 if live is None or live.rows is None or live.block is None else int(live.block)


async def made(dash: Dashboard, count: int = 1) -> int:
    """Make blocks, and wait until the screen shows the last one."""
    chain = await dash.connected()
    await chain.call("dev_newBlock", [{"count": count}])
    newest = int((await chain.call("chain_getHeader"))["number"], 16)
    await until(lambda: shown_block(dash) >= newest and chain.newest.number >= newest)
    return newest


async def stored(dash: Dashboard, id_: str) -> Proposal:
    """A proposal as storage has it in the block that the screen shows."""
    view = await (await dash.connected()).at_block(shown_block(dash))
    return await proposal(view, id_, dash.options.shared)


async def governance(keys: Keyboard, dash: Dashboard) -> None:
    """The list of proposals, filled."""
    await keys.press("6")
    await until(lambda: isinstance(dash.live_screen, GovernanceScreen) and shown_block(dash) >= 0)


async def on_proposal(keys: Keyboard, dash: Dashboard, id_: str) -> None:
    """The row of a proposal, found by going down, and the proposal itself."""
    await keys.press("home")
    for _ in listed(dash):
        if entry(dash).proposal.id == id_:
            break
        await keys.press("down")
    assert entry(dash).proposal.id == id_
    await keys.press("enter")
    await until(lambda: isinstance(dash.live_screen, ProposalScreen) and shown_block(dash) >= 0)


async def unlocked(keys: Keyboard, dash: Dashboard, name: str) -> None:
    """Open a wallet's key, which is not encrypted."""
    await keys.command(f"unlock {name}")
    await until(lambda: dev_account(name.title()) in dash.signing.held)


async def planned(keys: Keyboard, dash: Dashboard, *press: str) -> str:
    """The plan that keys lead to, as the form says it."""
    await keys.press(*press)
    await until(at(dash, "form"))
    await keys.press("enter")
    await until(at(dash, "plan"))
    return told(dash)


async def sent(keys: Keyboard, dash: Dashboard) -> None:
    """Agree to the plan that is shown, and see it done in the next block."""
    await keys.press("y")
    await until(lambda: "it waits for a block" in told(dash))
    await (await dash.connected()).call("dev_newBlock", [{"count": 1}])
    await until(lambda: "done in block" in told(dash))
    going = dash.signing.submission
    assert going is not None and going.error is None and going.outcome is not None
    block = going.outcome.record.block
    assert block is not None and going.outcome.record.succeeded
    await keys.press("escape")
    await until(lambda: not isinstance(dash.screen, OrderScreen) and shown_block(dash) >= block)


async def dropped(keys: Keyboard, dash: Dashboard) -> None:
    """Leave a plan unsent."""
    await keys.press("escape", "escape")
    await until(lambda: not isinstance(dash.screen, OrderScreen))


def votes(dash: Dashboard) -> dict[str, str]:
    """What is shown of who voted how, by name."""
    model = dash.live_screen.query_one("#votes").model  # type: ignore[attr-defined]
    rows: list[Any] = [model.row(key) for key in model.order]
    return {row.name: row.vote or "-" for row in rows}


async def same_as_stored(dash: Dashboard) -> Proposal:
    """What the screen shows of a proposal is what storage has."""
    one = await stored(dash, str(DECIDED))
    assert entry(dash).proposal == one
    said = {dash.names[who]: "aye" for who in one.ayes} | {dash.names[w]: "nay" for w in one.nays}
    assert {name: vote for name, vote in votes(dash).items() if vote != "-"} == said
    return one


def test_three_wallets_vote_by_keys_alone_and_their_votes_decide(referenda: Net) -> None:
    """One changes its vote, one takes its vote back, two ayes of three approve."""

    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await governance(keys, dash)
        for name in NAMES:
            await unlocked(keys, dash, name)
        await on_proposal(keys, dash, str(DECIDED))
        assert votes(dash) == {"alice": "-", "bob": "-", "charlie": "aye"}
        # Charlie, who has voted aye, is the first to whom a nay is new but for Alice and Bob.
        await keys.command("vote nay charlie")
        await until(at(dash, "form"))
        await keys.press("enter")
        await until(at(dash, "plan"))
        assert "vote nay on referendum" in told(dash)
        await sent(keys, dash)
        one = await same_as_stored(dash)
        assert (one.ayes, one.nays) == ((), (dev_account("Charlie"),))
        said = await planned(keys, dash, "a")
        assert f"vote aye on referendum {DECIDED}" in said
        await sent(keys, dash)
        one = await same_as_stored(dash)
        assert one.ayes == (dev_account("Alice"),) and one.status is Status.ONGOING
        await planned(keys, dash, "r")
        await dropped(keys, dash)
        # The next key that has not said so votes: Bob's.
        said = await planned(keys, dash, "a")
        assert "approved" in said
        await sent(keys, dash)
        await made(dash)
        one = await stored(dash, str(DECIDED))
        assert one.status is Status.DELEGATED and entry(dash).proposal == one
        await keys.press("escape")
        await until(lambda: isinstance(dash.live_screen, GovernanceScreen))
        await made(dash)
        ids = {one.proposal.id for one in listed(dash)}
        assert str(DECIDED) not in ids and one.child in ids
        await made(dash, LOOK_BLOCKS)
        await until(
            lambda: any(f"referendum {one.child}: 6" in n.message for n in dash._notifications)
        )
        with Journal() as journal:
            assert [row.succeeded for row in journal.list()] == [True] * 3
        assert keys.count < 120, keys.count

    referenda.drive(steps)


def test_what_the_chain_would_refuse_is_said_in_the_form_and_not_sent(referenda: Net) -> None:
    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await governance(keys, dash)
        before = dash.signing.submission
        await keys.press("home", "a")
        said = [one.message for one in dash._notifications]
        assert any("is locked" in text for text in said), said
        await keys.press("u")
        await until(lambda: len(dash.signing.held) == 1)
        waiting = next(one for one in listed(dash) if one.proposal.account_role == "sudo")
        assert dash.live_screen.table.move_to(waiting.key)
        # Who has approved it already is refused; the last approval needs the call.
        await unlocked(keys, dash, "alice")
        said_so = waiting.proposal.ayes
        assert len(said_so) == 1
        name = dash.names[said_so[0]]
        await unlocked(keys, dash, name)
        await keys.command(f"vote aye {name}")
        await until(at(dash, "form"))
        await keys.press("enter")
        await until(at(dash, "plan"))
        assert "refused" in told(dash), told(dash)
        await keys.press("y")
        assert at(dash, "plan")() and dash.signing.submission is before
        await dropped(keys, dash)
        await keys.command(f"vote nay {name}")
        await until(at(dash, "form"))
        await keys.press("enter")
        await until(lambda: "has no nays" in str(dash.screen.query_one("#form-problem").render()))
        await keys.press("escape")
        await until(lambda: not isinstance(dash.screen, OrderScreen))
        await keys.command("vote perhaps")
        await until(at(dash, "form"))
        assert "aye, nay" in str(dash.screen.query_one("#form-problem").render())
        await keys.press("escape")
        await until(lambda: not isinstance(dash.screen, OrderScreen))

    referenda.drive(steps)


def test_senators_vote_through_their_coldkeys_and_anybody_closes(senate: Net) -> None:
    async def steps(keys: Keyboard, dash: Dashboard) -> None:
        await governance(keys, dash)
        for name in NAMES:
            await unlocked(keys, dash, name)
        await on_proposal(keys, dash, "0")
        said = await planned(keys, dash, "e")
        assert "TooEarlyToCloseProposal" in said
        await dropped(keys, dash)
        for name in NAMES:
            said = await planned(keys, dash, "a")
            assert f"as the senator {senator(name.title())}" in said.replace("\n", " ")
            await sent(keys, dash)
            one = await stored(dash, "0")
            assert senator(name.title()) in one.ayes and entry(dash).proposal == one
        assert one.decided is Status.APPROVED
        await planned(keys, dash, "e")
        await sent(keys, dash)
        assert (await stored(dash, "0")).status is Status.GONE
        chain = await dash.connected()
        limit = await (await chain.at_head()).value("SubtensorModule", "SubnetLimit")
        assert int(limit) == 160

    senate.drive(steps)


def test_the_demo_has_its_accounts() -> None:
    assert Shared(2, tuple(dev_account(n.title()) for n in NAMES)).ss58 == sudo_multisig()
