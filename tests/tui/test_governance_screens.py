"""The governance screens, of rows put into them: sizes, hostile text, what is not known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import governance_rows as made
import pytest
from offline import beat, dashboard, live
from textual.pilot import Pilot

from taoctl.errors import UsageError
from taoctl.reads.governance.proposal import Proposal
from tui.app import Dashboard
from tui.ballots import unlockable, voter
from tui.governance_page import GovernancePage
from tui.order_desk import OrderDesk
from tui.orders import Draft, Kind
from tui.screens.detail import DetailScreen
from tui.screens.governance import GovernanceScreen
from tui.screens.order import OrderScreen
from tui.screens.proposal import ProposalScreen
from tui.widgets.bars import Hints
from tui.widgets.lines import Lines, width_of
from tui.widgets.table import Table

BLOCK = 1_000
SIZES = [(60, 14), (80, 24), (100, 30), (120, 40), (200, 50)]
Compare = Callable[..., bool]
Steps = Callable[[Pilot[Any], Dashboard], Awaitable[None]]


def drive(steps: Steps, size: tuple[int, int] = (80, 24)) -> None:
    async def main() -> None:
        dash = dashboard()
        async with dash.run_test(size=size) as pilot:
            await steps(pilot, dash)
        dash.raise_failure()

    asyncio.run(main())


async def listed(pilot: Pilot[Any], rows: GovernancePage | None = None) -> Dashboard:
    """The list of proposals."""
    dash = pilot.app
    assert isinstance(dash, Dashboard)
    beat(dash, BLOCK)
    await pilot.press("6")
    await pilot.pause()
    assert isinstance(dash.screen, GovernanceScreen)
    dash.screen.live = live(rows or made.board(BLOCK), BLOCK)
    await pilot.pause()
    return dash


async def opened(pilot: Pilot[Any], one: Proposal) -> Dashboard:
    """The screen of one proposal."""
    dash = await listed(pilot)
    dash.open_proposal(one.id)
    await pilot.pause()
    assert isinstance(dash.screen, ProposalScreen)
    dash.screen.live = live(made.page(one, BLOCK), BLOCK)
    await pilot.pause()
    return dash


def text_of(dash: Dashboard, id: str) -> str:
    """What a panel shows."""
    panel = dash.screen.query_one(f"#{id}", Lines)
    return "\n".join("".join(p.text for p in line) for line in panel.lines(panel.size.width))


def cells(table: Table) -> str:
    """Every cell of a table, as it is painted."""
    model = table.model
    return "\n".join("  ".join(cell.text for cell in model.cells(key)) for key in model.order)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=lambda size: f"{size[0]}")
def test_what_is_proposed(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        await listed(pilot)
        await pilot.press("down")
        await pilot.pause()

    assert snap_compare(dashboard(), run_before=steps, terminal_size=size)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=lambda size: f"{size[0]}")
def test_one_proposal(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        await opened(pilot, made.referendum(BLOCK))
        await pilot.press("b")
        await pilot.pause()

    assert snap_compare(dashboard(), run_before=steps, terminal_size=size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("one", [made.referendum(), made.motion(), made.pending()])
def test_every_line_fits_and_every_list_has_rows_on_every_terminal(
    size: tuple[int, int], one: Proposal
) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot, one)
        for _ in range(3):
            for panel in dash.screen.query(Lines):
                # The last of the hints has blanks behind it, which are cut off.
                if panel.size.width and not isinstance(panel, Hints):
                    for line in panel.lines(panel.size.width):
                        assert width_of(line) <= panel.size.width, panel
            table = dash.live_screen.table
            assert table.size.height >= 3 and table.region.bottom <= size[1]
            await pilot.press("b")

    drive(steps, size)


def test_the_votes_of_each_backend_are_told_by_what_decides_there() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot, made.motion(BLOCK))
        said = text_of(dash, "proposal")
        assert "aye ━━━━━━ 3 of 3   nay ━━──── 1 of 3   1 have not voted" in said
        assert "motion: ongoing, approved by the votes" in said
        assert "1 block, 12s: approved; closing it carries it out" in said
        assert "rig-1 aye" in said and "close" in said
        await pilot.press("escape")
        await opened(pilot, made.pending(BLOCK))
        said = text_of(dash, "proposal")
        assert "aye ────── 1 of ?" in said and "nay" not in said
        assert "validator approved" in said and "cancel" in said
        assert "the chain keeps only its hash" in said
        assert "nobody can say what it changes" in dash.live_screen.table._empty

    drive(steps)


def test_what_strangers_wrote_reaches_no_terminal_and_long_lines_go_on_below() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await opened(pilot, made.referendum(BLOCK))
        for _ in range(3):
            shown = cells(dash.live_screen.table)  # type: ignore[arg-type]
            assert not set(shown) & set("\x1b\x07\u202e"), shown
            await pilot.press("b")
        await pilot.press("b")
        lines = [row.text for row in made_rows(dash)]
        assert max(map(len, lines)) <= 76
        assert sum("why" in line for line in lines) > 1
        assert any(line.endswith("… (260 bytes)") for line in lines)
        await pilot.press("enter")
        assert isinstance(dash.screen, DetailScreen)

    drive(steps)


def made_rows(dash: Dashboard) -> list[Any]:
    """The rows of the list that is shown."""
    model = dash.live_screen.table.model
    return [model.row(key) for key in model.order]


def test_a_chain_without_governance_says_so() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await listed(pilot, GovernancePage(BLOCK, (), "the runtime has none: no Sudo", ()))
        assert "the runtime has none: no Sudo" in text_of(dash, "governance")
        assert dash.live_screen.table.model.total == 0

    drive(steps)


def test_many_proposals_are_rows_like_few_and_those_that_wait_for_me_are_counted() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await listed(pilot, made.board(BLOCK, more=500))
        assert dash.live_screen.table.model.total == 503
        said = text_of(dash, "governance")
        assert "503 open" in said and "501 of them wait for you" in said
        assert "1 may be closed" in said
        await pilot.press("end")
        assert dash.screen.entry.proposal.id == made.HASH  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.pause()
        assert dash.live_screen.title_text == "Proposal 0x9f1c22ab…"

    drive(steps)


def test_a_call_that_is_opened_again_is_another_row() -> None:
    before = made.entry(made.pending(BLOCK))
    again = made.entry(replace(made.pending(BLOCK), timepoint=(BLOCK + 5, 0)))
    assert before.key != again.key


def test_commands_lead_there_and_say_what_is_no_proposal() -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        beat(dash, BLOCK)
        dash.run_command("gov")
        await pilot.pause()
        assert isinstance(dash.screen, GovernanceScreen)
        dash.run_command("proposal 3")
        await pilot.pause()
        assert dash.trail() == ["Governance", "Proposal 3"]
        dash.run_command("proposal")
        await pilot.pause()
        assert any("name one proposal" in one.message for one in dash._notifications)

    drive(steps)


def test_the_form_of_a_vote(snap_compare: Compare) -> None:
    async def steps(pilot: Pilot[Any]) -> None:
        dash = await listed(pilot)
        draft = Draft(Kind.VOTE, {"proposal": "1", "action": "aye"})
        dash.push_screen(OrderScreen(OrderDesk(dash, dash.options.wallets[0]), draft, "action"))
        await pilot.pause(0.1)

    assert snap_compare(dashboard(), run_before=steps, terminal_size=(80, 24))


def test_who_votes_is_first_the_one_that_has_not_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(pilot: Pilot[Any], dash: Dashboard) -> None:
        await listed(pilot)
        miner, validator = dash.options.wallets
        both = made.referendum(
            BLOCK, voters=(made.MINER, made.VALIDATOR), ayes=(made.MINER,), nays=()
        )
        held: set[str] = set()
        monkeypatch.setattr(dash.signing, "held", held)
        one, other = made.entry(both), made.entry(made.referendum(BLOCK, voters=()))
        assert unlockable(dash, one) == "validator" and unlockable(dash, other) == ""
        for action, name in (("aye", "validator"), ("nay", "miner"), ("unvote", "miner")):
            with pytest.raises(UsageError, match=f"the key of {name} is locked"):
                voter(dash, one, action, "")
        with pytest.raises(UsageError, match="none of your keys can aye on proposal 1"):
            voter(dash, other, "aye", "")
        with pytest.raises(UsageError, match="all keys are locked"):
            voter(dash, other, "close", "")
        held.add(made.MINER)
        # Who has said so already is told by the plan, where nobody else is at hand.
        assert voter(dash, one, "aye", "") == miner
        assert voter(dash, other, "aye", "") == miner == voter(dash, other, "close", "")
        held.add(made.VALIDATOR)
        assert voter(dash, one, "aye", "") == validator
        assert voter(dash, one, "nay", "") == miner
        assert voter(dash, one, "aye", "Miner") == miner
        assert voter(dash, made.entry(made.pending(BLOCK)), "cancel", "") == validator

    drive(steps)
