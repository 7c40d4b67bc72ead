"""What plans of swaps of hotkeys say comes true, and what they warn of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from hotkey_chain import (
    ALICE,
    BOBS,
    INTERVAL,
    OLD,
    OPEN,
    OTHER,
    OWNED,
    PLAIN,
    hotkey,
    hotkey_chain,
)
from nodes import TAO
from settings_chain import carried_out, caught_up, on, put, stored
from swapped_state import KIN, MECHANISMS, STAKERS

from taoctl.calls.base import Effect
from taoctl.calls.hotkey_swap.associate import ALREADY, AssociateHotkey
from taoctl.calls.hotkey_swap.swap import SwapHotkey
from taoctl.calls.stake.refusals import WOULD_BE_LOST
from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import Plan
from taoctl.units import Alpha, Tao, subnet_name

ROOT = 0
WHERE = {subnet_name(netuid): netuid for netuid in (ROOT, OPEN, OWNED, PLAIN)}
STAKE = "everybody's stake"
SERVED = {"axon": "Axons", "Prometheus": "Prometheus", "certificate": "NeuronCertificates"}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with hotkey_chain() as chain:
        yield chain


async def _now(view: View, effect: Effect, fee: int) -> Any:
    """What the chain has of what an effect is about, read from storage."""
    what, _, place = effect.what.partition(" on ")
    netuid, who = WHERE.get(place, effect.netuid), effect.account
    if what == "free":
        account = await view.value("System", "Account", who)
        return Tao(int(account["data"]["free"]) + fee)
    if what == STAKE:
        assert netuid is not None
        return Alpha(int(await stored(view, "TotalHotkeyAlpha", who, netuid)), netuid)
    if what == "uid":
        return _or_none(await stored(view, "Uids", netuid, who))
    if what == "owner":
        return (await view.map("SubtensorModule", "Owner")).get(who, "none")
    if what == "take":
        return (await view.map("SubtensorModule", "Delegates")).get(who)
    if what == "childkey take":
        takes = await view.map("SubtensorModule", "ChildkeyTake", who)
        return takes.get(netuid)
    if what == "published":
        there = [w for w, item in SERVED.items() if await stored(view, item, netuid, who)]
        return ", ".join(there) or "none"
    if what in ("children", "parents"):
        item = {"children": "ChildKeys", "parents": "ParentKeys"}[what]
        return [one for _, one in await stored(view, item, who, netuid)]
    if what == "pending children":
        return [one for _, one in (await stored(view, "PendingChildKeys", netuid, who))[0]]
    if what == "coldkeys that auto-stake to it":
        return len(await stored(view, "AutoStakeDestinationColdkeys", who, netuid))
    if what == "locks that speak for it":
        return len(await view.map("SubtensorModule", "LockingColdkeys", netuid, who))
    assert effect.what.startswith("owner's hotkey of "), effect
    return await stored(view, "SubnetOwnerHotkey", WHERE[effect.what.rpartition(" of ")[2]])


def _or_none(uid: Any) -> str:
    return "none" if uid is None else str(uid)


def _agrees(said: Any, found: Any) -> bool:
    if isinstance(said, Alpha):
        return abs(said.rao - found.rao) <= len(STAKERS) + 1
    if isinstance(found, list):
        return [one.partition("=")[0] for one in said.split(", ")] == (found or ["none"])
    if isinstance(found, int):
        return bool(said == _or_none(found or None) or f"({found}/" in str(said))
    return bool(said == found or (found is None and said == "not set"))


async def _holds(chain: Chain, plan: Plan, outcome: Outcome) -> set[str]:
    """Every effect is what the chain had and has; returns what they are of."""
    assert outcome.error is None and outcome.block_hash is not None
    assert outcome.fee_paid is not None
    views = [await chain.at_hash(one) for one in (plan.block_hash, outcome.block_hash)]
    for effect in plan.effects:
        for view, said, fee in zip(
            views, (effect.before, effect.after), (0, outcome.fee_paid.rao), strict=True
        ):
            found = await _now(view, effect, fee)
            assert _agrees(said, found), (effect, found)
    return {one.what.partition(" on ")[0] for one in plan.effects}


async def _wait(chain: Chain) -> None:
    for _ in range(INTERVAL + 1):
        await chain.call("dev_newBlock", [])
    await caught_up(chain)


EVERYTHING = {
    "free",
    "owner",
    "take",
    "uid",
    "published",
    "children",
    "parents",
    "childkey take",
    "pending children",
    "coldkeys that auto-stake to it",
    "locks that speak for it",
    f"owner's hotkey of {subnet_name(OWNED)}",
}


def test_a_swap_everywhere_is_what_its_plan_says(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        new = hotkey("new")
        plan, outcome = await carried_out(chain, SwapHotkey(OLD, new))
        assert (plan.refusals, str(plan.call)) == ((), "SubtensorModule.swap_hotkey_v2")
        assert await _holds(chain, plan, outcome) == EVERYTHING | {STAKE}
        assert f"{MECHANISMS} commits to weights on subnet 1 cannot be revealed after" in (
            " ".join(plan.warnings)
        )
        assert any("nobody's after this" in one for one in plan.warnings)
        assert any(f"must run with the key of {new}" in one for one in plan.warnings)
        (event,) = [one for one in outcome.events if one.name == "HotkeySwapped"]
        assert event.values == {"coldkey": ALICE, "old_hotkey": OLD, "new_hotkey": new}

    on(net.url, work)


def test_a_swap_that_keeps_the_stake_warns_of_a_hotkey_that_is_nobodys(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, SwapHotkey(OLD, hotkey("new"), keep_stake=True))
        assert await _holds(chain, plan, outcome) == EVERYTHING
        (warning,) = [one for one in plan.warnings if "taoctl neuron associate" in one]
        assert f"stays with {OLD}" in warning
        refused, _ = await carried_out(chain, SwapHotkey(OLD, hotkey("third")))
        assert [one.name for one in refused.refusals] == ["NonAssociatedColdKey"]
        again, outcome = await carried_out(chain, AssociateHotkey(OLD))
        assert (again.refusals, outcome.error) == ((), None)
        assert await stored(await caught_up(chain), "Owner", OLD) == ALICE

    on(net.url, work)


def test_an_old_hotkey_that_is_kept_is_nobodys_in_no_block(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        intent = SwapHotkey(OLD, hotkey("new"), keep_stake=True, keep_old=True)
        plan, outcome = await carried_out(chain, intent)
        assert (plan.refusals, str(plan.call)) == ((), "Utility.batch_all")
        assert await _holds(chain, plan, outcome) == EVERYTHING
        assert [one.account for one in plan.effects if one.what == "owner"] == [hotkey("new")]
        assert not any("nobody's" in one for one in plan.warnings)
        assert await stored(await caught_up(chain), "Owner", OLD) == ALICE

    on(net.url, work)


@pytest.mark.parametrize("keep_stake", [False, True])
def test_a_swap_on_one_subnet_is_what_its_plan_says(net: ThreadChain, keep_stake: bool) -> None:
    async def work(chain: Chain) -> None:
        await _wait(chain)
        new = hotkey("new")
        for netuid, what in ((OPEN, {"owner"}), (OWNED, set()), (ROOT, set())):
            intent = SwapHotkey(OLD, new, netuid, keep_stake)
            plan, outcome = await carried_out(chain, intent)
            assert plan.refusals == ()
            found = await _holds(chain, plan, outcome)
            expected = EVERYTHING - {"take", "owner"} if netuid else {"free", "uid"}
            if netuid == OPEN:
                expected -= {f"owner's hotkey of {subnet_name(OWNED)}"}
            assert found == expected | what | (set() if keep_stake else {STAKE}), netuid
            assert {one.netuid for one in plan.effects} <= {None, netuid}
        assert any(
            "stays yours" in one and "take of 7.6295% (5000/65535)" in one for one in plan.warnings
        )
        assert await stored(await caught_up(chain), "Owner", OLD) == ALICE

    on(net.url, work)


def test_the_children_of_the_new_hotkey_are_given_up(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "ChildKeys", (OTHER, OPEN), [(1 << 50, BOBS)])
        await put(chain, "ParentKeys", (BOBS, OPEN), [(1 << 50, OTHER)])
        await put(chain, "IsNetworkMember", (OTHER, PLAIN), None)
        plan, outcome = await carried_out(chain, SwapHotkey(OLD, OTHER))
        assert any("are given up for those of" in one for one in plan.warnings)
        await _holds(chain, plan, outcome)
        view = await caught_up(chain)
        assert await stored(view, "ParentKeys", BOBS, OPEN) == []
        assert [one for _, one in await stored(view, "ChildKeys", OTHER, OPEN)] == [KIN["child"]]

    on(net.url, work)


def test_what_stays_behind_is_said(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _wait(chain)
        commit = [(OLD, 5, b"sealed", 9), (BOBS, 5, b"sealed", 9)]
        await put(chain, "TimelockedWeightCommits", (OPEN, 3), commit)
        await put(chain, "TxRateLimit", (), 1_000)
        intent = SwapHotkey(OLD, hotkey("new"), OPEN)
        plan, _ = await carried_out(chain, intent)
        said = " ".join(plan.warnings)
        assert "1 timelocked commit to weights on subnet 1 will be dropped" in said
        assert "no other hotkey for 1000 blocks" in said
        assert f"nor on subnet 1 for {INTERVAL} blocks" in said
        empty, _ = await carried_out(chain, SwapHotkey(OTHER, hotkey("newer"), OPEN))
        assert empty.warnings[0] == f"{OTHER} has nothing on subnet 1 to be swapped"

    on(net.url, work)


def test_a_wait_names_the_block_in_which_it_is_over(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _wait(chain)
        await put(chain, "TxRateLimit", (), 5)
        plan, outcome = await carried_out(chain, SwapHotkey(OLD, hotkey("new"), OPEN))
        assert outcome.block is not None
        again = SwapHotkey(hotkey("new"), hotkey("third"), OPEN)
        for error, block in (
            ("HotKeySetTxRateLimitExceeded", outcome.block + 6),
            ("HotKeySwapOnSubnetIntervalNotPassed", outcome.block + INTERVAL + 1),
        ):
            while True:
                plan, failed = await carried_out(chain, again)
                if plan.block + 1 >= block:
                    break
                (refusal,) = plan.refusals
                assert (refusal.name, refusal.allowed_from_block) == (error, block)
                assert failed.error is not None
                assert failed.error.name == f"SubtensorModule.{error}"
        assert (plan.refusals, failed.error) == ((), None)

    on(net.url, work)


def test_no_wait_is_named_for_a_subnet_that_is_not_there(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        swap = SwapHotkey(OLD, hotkey("new"), 99)
        plan, failed = await carried_out(chain, swap)
        (refusal,) = plan.refusals
        assert (refusal.message, refusal.allowed_from_block) == ("there is no subnet 99", None)
        assert "taoctl subnet list" in (refusal.hint or "")
        assert failed.error is not None
        assert failed.error.name == f"SubtensorModule.{refusal.name}"
        (young,) = (await carried_out(chain, SwapHotkey(OLD, hotkey("new"), OPEN)))[0].refusals
        assert young.name == refusal.name and young.allowed_from_block == INTERVAL + 1

    on(net.url, work)


def test_stake_that_another_would_get_is_not_moved(net: ThreadChain) -> None:
    api = ("StakeInfoRuntimeApi", "get_stake_info_for_hotkey_coldkey_netuid")

    async def held(view: View, key: str) -> int:
        found = [await view.api(*api, key, who, OPEN) for who in (ALICE, *STAKERS)]
        return sum(int(one["stake"]) for one in found)

    async def work(chain: Chain) -> None:
        await _wait(chain)
        await put(chain, "TotalHotkeySharesV2", (OTHER, OPEN), {"mantissa": 5, "exponent": 0})
        before = await held(await caught_up(chain), OLD)
        plan, outcome = await carried_out(chain, SwapHotkey(OLD, OTHER, OPEN))
        assert [one.name for one in plan.refusals] == [WOULD_BE_LOST]
        assert outcome.error is None
        assert await held(await caught_up(chain), OTHER) <= before - 100 * TAO

    on(net.url, work)


def test_kept_stake_needs_no_place_at_the_new_hotkey(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _wait(chain)
        await put(chain, "TotalHotkeySharesV2", (OTHER, OPEN), {"mantissa": 5, "exponent": 0})
        plan, outcome = await carried_out(chain, SwapHotkey(OLD, OTHER, OPEN, keep_stake=True))
        assert (plan.refusals, outcome.error) == ((), None)

    on(net.url, work)


def test_a_hotkey_that_is_nobodys_becomes_the_signers(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        fresh = hotkey("fresh")
        plan, outcome = await carried_out(chain, AssociateHotkey(fresh))
        assert plan.refusals == ()
        assert await _holds(chain, plan, outcome) == {"owner"}
        view = await caught_up(chain)
        assert fresh in await stored(view, "OwnedHotkeys", ALICE)
        for taken, word in ((fresh, "yours"), (BOBS, "of the coldkey")):
            plan, outcome = await carried_out(chain, AssociateHotkey(taken))
            (refusal,) = plan.refusals
            assert refusal.name == ALREADY and f"{taken} is {word}" in refusal.message
            assert outcome.error is None
            assert await _holds(chain, plan, outcome) == {"owner"}

    on(net.url, work)
