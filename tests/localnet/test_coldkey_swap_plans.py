"""What plans say of swaps of coldkeys comes true, and what a swap stops is refused beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chain_thread import ThreadChain
from nodes import TAO
from settings_chain import (
    ALICE,
    BOB,
    BOBS,
    HELD,
    OTHER,
    OWN,
    PALLET,
    carried_out,
    caught_up,
    on,
    put,
    settings_chain,
    stored,
)

from taoctl.calls.base import ChainCall, Effect, Intent
from taoctl.calls.batch import Batch
from taoctl.calls.coldkey_swap.announcing import (
    AnnounceColdkeySwap,
    ClearColdkeySwap,
    DisputeColdkeySwap,
)
from taoctl.calls.coldkey_swap.executing import SwapColdkey
from taoctl.calls.generic import Generic
from taoctl.calls.multisig import ByMultisig, Group
from taoctl.calls.proxied import ByProxy
from taoctl.calls.proxy import AddProxy
from taoctl.calls.stake.amount import alpha_amount
from taoctl.calls.stake.auto_stake import SetAutoStake
from taoctl.calls.stake.lock_state import lock_on
from taoctl.calls.stake.locks import LockStake, SetPerpetualLock, SetRejectLockedAlpha
from taoctl.calls.stake.takes import SetTake
from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.errors import RefusedError
from taoctl.journal.store import Journal
from taoctl.reads.coldkey_swaps import coldkey_swaps
from taoctl.scale.crypto import KeySigner, account_hash
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import Plan, make_plan
from taoctl.units import Alpha, Tao

NEW = KeySigner("//Coldkey/new").ss58
EMPTY = KeySigner("//Coldkey/empty").ss58
CHARLIE, DAVE = (KeySigner(f"//{name}").ss58 for name in ("Charlie", "Dave"))
COST = 100_000_000
DELAY, AGAIN = 36_000, 7_200
TO_NEW = AnnounceColdkeySwap.of(NEW)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


async def _announced(chain: Chain, due: int, new: str = NEW, who: str = ALICE) -> None:
    """Announce a swap behind everybody's back, due in a block counted from the newest."""
    block = (await caught_up(chain)).block
    await put(chain, "ColdkeySwapAnnouncements", (who,), (block + due, account_hash(new)))


async def _changeable(chain: Chain) -> None:
    """Announce a swap behind everybody's back that may be replaced or called off."""
    await put(chain, "ColdkeySwapReannouncementDelay", (), 1)
    await _announced(chain, 0)


async def _disputed(chain: Chain, who: str = ALICE) -> None:
    await put(chain, "ColdkeySwapDisputes", (who,), 7)


async def _plan(chain: Chain, intent: Intent, uri: str = "//Alice") -> Plan:
    await caught_up(chain)
    return await make_plan(chain, intent, KeySigner(uri).ss58, TxOptions(again=True))


def _names(plan: Plan) -> list[str]:
    return [one.name for one in plan.refusals]


# announcing


def test_an_announcement_becomes_what_its_plan_says(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan, outcome = await carried_out(chain, TO_NEW)
        assert (plan.refusals, outcome.error) == ((), None)
        assert outcome.block is not None and outcome.block_hash is not None
        assert outcome.block == plan.block + 1
        view = await chain.at_hash(outcome.block_hash)
        due, new_hash = await stored(view, "ColdkeySwapAnnouncements", ALICE)
        said = {one.what: (one.before, one.after) for one in plan.effects}
        assert said["coldkey swap"] == ("none", new_hash)
        assert said["swap possible from block"] == ("none", str(due))
        free = int((await view.value("System", "Account", ALICE))["data"]["free"])
        assert outcome.record.fee is not None
        assert said["free"] == (plan.balance_before, Tao(free) + outcome.record.fee)
        assert plan.balance_after == Tao(free)
        assert plan.balance_before.rao - free - outcome.record.fee.rao == COST
        (row,) = await coldkey_swaps(view, [ALICE], {NEW: "the new one", ALICE: "mine"})
        assert (row.wallet_name, row.state, row.new_coldkey) == ("mine", "waiting", NEW)
        assert (row.announced_block, row.execute_from_block) == (outcome.block, due)
        assert (row.execute_in_blocks, row.change_from_block) == (DELAY - 1, due + AGAIN)
        (unknown,) = await coldkey_swaps(view, [ALICE])
        assert (unknown.new_coldkey, unknown.new_coldkey_hash) == (None, new_hash)

    on(net.url, work)


def test_the_warnings_of_an_announcement_say_what_it_stops_and_what_stays(
    net: ThreadChain,
) -> None:
    async def work(chain: Chain) -> None:
        text = " ".join((await _plan(chain, TO_NEW)).warnings)
        assert "36000 blocks (5.0 days" in text and "43200 blocks (6.0 days" in text
        for word in ("no transfer", "proxy", "pure", "multisig", "deposits", "dispute", NEW):
            assert word in text
        assert "locked alpha" not in text
        ok = await carried_out(chain, LockStake(OWN, 1, alpha_amount(TAO)))
        assert ok[1].error is None
        assert "stake lock accept yes" in " ".join((await _plan(chain, TO_NEW)).warnings)

    on(net.url, work)


def test_a_later_announcement_takes_the_place_of_the_first_and_costs_nothing(
    net: ThreadChain,
) -> None:
    async def work(chain: Chain) -> None:
        await _changeable(chain)
        plan, outcome = await carried_out(chain, AnnounceColdkeySwap.of(EMPTY))
        assert (plan.refusals, outcome.error) == ((), None)
        assert [one.what for one in plan.effects] == ["coldkey swap", "swap possible from block"]
        assert plan.effects[0].before == account_hash(NEW)
        view = await caught_up(chain)
        due, new_hash = await stored(view, "ColdkeySwapAnnouncements", ALICE)
        assert [str(new_hash), str(due)] == [one.after for one in plan.effects]
        assert outcome.record.fee is not None and plan.balance_after is not None
        assert plan.balance_before - outcome.record.fee == plan.balance_after

    on(net.url, work)


# every refusal, before signing and by the chain

Prepare = Callable[[Chain], Any]


async def _nothing(chain: Chain) -> None:
    """As the chain is."""


def _cases() -> list[tuple[str, Prepare, Intent, str]]:
    waiting: Prepare = lambda chain: _announced(chain, 50)  # noqa: E731
    ready: Prepare = lambda chain: _announced(chain, 0)  # noqa: E731

    def ready_for(new: str) -> Prepare:
        return lambda chain: _announced(chain, 0, new)

    async def locked(chain: Chain) -> None:
        lock = {"locked_mass": TAO, "conviction": {"bits": 0}, "last_update": 1}
        await put(chain, "Lock", (NEW, 1, OWN), lock)
        await _announced(chain, 0)

    return [
        ("again too early", waiting, TO_NEW, "ColdkeySwapReannouncedTooEarly"),
        ("none to carry out", _nothing, SwapColdkey(NEW), "ColdkeySwapAnnouncementNotFound"),
        ("another", ready, SwapColdkey(EMPTY), "AnnouncedColdkeyHashDoesNotMatch"),
        ("too early", waiting, SwapColdkey(NEW), "ColdkeySwapTooEarly"),
        ("in use", ready_for(BOB), SwapColdkey(BOB), "ColdKeyAlreadyAssociated"),
        ("a hotkey", ready_for(BOBS), SwapColdkey(BOBS), "NewColdKeyIsHotkey"),
        ("locked", locked, SwapColdkey(NEW), "ActiveLockExists"),
        ("none to clear", _nothing, ClearColdkeySwap(), "ColdkeySwapAnnouncementNotFound"),
        ("clear too early", ready, ClearColdkeySwap(), "ColdkeySwapClearTooEarly"),
        ("none to dispute", _nothing, DisputeColdkeySwap(), "ColdkeySwapAnnouncementNotFound"),
    ]


@pytest.mark.parametrize("what", [case[0] for case in _cases()])
def test_what_the_chain_refuses_is_refused_before_signing(net: ThreadChain, what: str) -> None:
    ((_, prepare, intent, name),) = [case for case in _cases() if case[0] == what]

    async def work(chain: Chain) -> None:
        await prepare(chain)
        plan, outcome = await carried_out(chain, intent)
        assert _names(plan) == [name]
        assert plan.refusals[0].hint
        assert outcome.error is not None
        assert outcome.error.name == f"{PALLET}.{name}"
        if name.endswith(("TooEarly", "ClearTooEarly")):
            first = plan.refusals[0].allowed_from_block
            assert first is not None and first > plan.block + 1

    on(net.url, work)


def test_the_block_that_a_refusal_names_is_the_first_that_is_taken(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _announced(chain, 4)
        plan = await _plan(chain, SwapColdkey(NEW))
        first = plan.refusals[0].allowed_from_block
        assert first is not None
        while (await caught_up(chain)).block + 2 < first:
            await chain.call("dev_newBlock", [])
        assert _names(await _plan(chain, SwapColdkey(NEW))) == ["ColdkeySwapTooEarly"]
        await chain.call("dev_newBlock", [])
        plan, outcome = await carried_out(chain, SwapColdkey(NEW))
        assert (plan.refusals, outcome.error, outcome.block) == ((), None, first)

    on(net.url, work)


def test_who_cannot_pay_announces_nothing(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        fee = (await _plan(chain, TO_NEW)).fee
        assert fee is not None
        short = COST + fee.rao + 500 - 1
        sent = await carried_out(chain, Transfer(EMPTY, Tao(short)))
        assert sent[1].error is None
        uri = "//Coldkey/empty"
        plan = await _plan(chain, TO_NEW, uri)
        assert _names(plan) == ["NotExpendable"]
        poorer = await carried_out(chain, Transfer(BOB, Tao(COST // 2)), uri)
        assert poorer[1].error is None
        plan, outcome = await carried_out(chain, TO_NEW, uri)
        assert _names(plan) == ["NotEnoughBalanceToPaySwapColdKey"]
        assert outcome.error is not None
        assert outcome.error.name == f"{PALLET}.NotEnoughBalanceToPaySwapColdKey"

    on(net.url, work)


@pytest.mark.parametrize(
    ("new", "name"),
    [(BOB, "ColdKeyAlreadyAssociated"), (OTHER, "NewColdKeyIsHotkey"), (CHARLIE, "SameColdkey")],
)
def test_a_coldkey_that_could_not_take_over_is_not_even_announced(
    net: ThreadChain, new: str, name: str
) -> None:
    async def work(chain: Chain) -> None:
        plan = await _plan(chain, AnnounceColdkeySwap.of(new), "//Charlie")
        assert _names(plan) == [name]
        assert _names(await _plan(chain, AnnounceColdkeySwap(account_hash(new)))) == []

    on(net.url, work)


# what else an announced coldkey may not do


def _writes() -> list[tuple[str, str, Intent]]:
    one = Transfer(DAVE, Tao(1))
    remark = ChainCall("System", "remark", {"remark": b"x"})
    return [
        ("a transfer", "//Alice", one),
        ("a setting", "//Alice", SetTake(OWN, 1)),
        ("a lock", "//Alice", LockStake(OWN, 1, alpha_amount(TAO))),
        ("a batch", "//Alice", Batch((one, one))),
        ("any call", "//Alice", Generic(remark)),
        ("a right for a proxy", "//Alice", AddProxy(DAVE, "Any", 0)),
        ("a proxy's call", "//Bob", ByProxy(one, ALICE)),
        ("a call for a proxy of another", "//Alice", ByProxy(one, BOB)),
        ("a batch of a proxy", "//Bob", ByProxy(Batch((one, one)), ALICE)),
        ("one of a multisig's", "//Bob", ByMultisig(one, Group(1, (ALICE, BOB)))),
    ]


@pytest.mark.parametrize("disputed", [False, True])
def test_every_other_write_is_refused_beforehand(
    net: ThreadChain, home: Path, disputed: bool
) -> None:
    name = "ColdkeySwapDisputed" if disputed else "ColdkeySwapAnnounced"
    shared = Group(1, (ALICE, BOB)).ss58

    async def work(chain: Chain) -> None:
        for uri, delegate in (("//Alice", BOB), ("//Bob", ALICE)):
            right = await carried_out(chain, AddProxy(delegate, "Any", 0), uri)
            assert right[1].error is None
        for who in (ALICE, shared):
            await _announced(chain, 9, who=who)
            if disputed:
                await _disputed(chain, who)
        for what, uri, intent in _writes():
            plan = await _plan(chain, intent, uri)
            assert _names(plan)[:1] == [name], what
            assert plan.refusals[0].hint, what
        assert not Journal(home / "journal.sqlite3").pending((await _plan(chain, TO_NEW)).genesis)
        for _, uri, intent in _writes()[:2]:
            said = "21 .*ColdkeySwapDisputed" if disputed else "0 .*ColdkeyInSwapSchedule"
            with pytest.raises(RefusedError, match=f"Custom error: {said}") as caught:
                await carried_out(chain, intent, uri)
            assert "swap" in (caught.value.hint or "")

    on(net.url, work)


def test_who_has_nothing_announced_goes_on(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _announced(chain, 9)
        for uri, intent in (
            ("//Bob", Transfer(ALICE, Tao(1))),
            ("//Bob", SetTake(BOBS, 1)),
            ("//Bob", ByMultisig(Transfer(DAVE, Tao(1)), Group(2, (ALICE, BOB)))),
        ):
            assert _names(await _plan(chain, intent, uri)) == []

    on(net.url, work)


def test_a_proxy_carries_the_swap_on(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        right = await carried_out(chain, AddProxy(BOB, "Any", 0), "//Alice")
        assert right[1].error is None
        plan, outcome = await carried_out(chain, ByProxy(TO_NEW, ALICE), "//Bob")
        assert (plan.refusals, outcome.error) == ((), None)
        plan, outcome = await carried_out(chain, ByProxy(DisputeColdkeySwap(), ALICE), "//Bob")
        assert (plan.refusals, outcome.error) == ((), None)
        (row,) = await coldkey_swaps(await caught_up(chain), [ALICE])
        assert row.state == "disputed" and row.disputed_block == outcome.block

    on(net.url, work)


# disputing and calling off


def test_a_dispute_freezes_all_of_it(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _changeable(chain)
        plan, outcome = await carried_out(chain, DisputeColdkeySwap())
        assert (plan.refusals, outcome.error) == ((), None)
        assert plan.effects == (Effect(ALICE, "swap disputed", "no", "yes"),)
        assert await stored(await caught_up(chain), "ColdkeySwapDisputes", ALICE) == outcome.block
        for intent in (SwapColdkey(NEW), ClearColdkeySwap(), TO_NEW, Transfer(BOB, Tao(1))):
            assert _names(await _plan(chain, intent)) == ["ColdkeySwapDisputed"]
        twice = await _plan(chain, DisputeColdkeySwap())
        assert _names(twice) == ["ColdkeySwapDisputed", "ColdkeySwapAlreadyDisputed"]
        with pytest.raises(RefusedError, match=r"Custom error: 21 .*ColdkeySwapDisputed"):
            await carried_out(chain, DisputeColdkeySwap())

    on(net.url, work)


def test_a_swap_that_is_called_off_is_gone(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _changeable(chain)
        plan, outcome = await carried_out(chain, ClearColdkeySwap())
        assert (plan.refusals, outcome.error) == ((), None)
        assert [one.after for one in plan.effects] == ["none", "none"]
        view = await caught_up(chain)
        assert await stored(view, "ColdkeySwapAnnouncements", ALICE) is None
        (row,) = await coldkey_swaps(view, [ALICE])
        assert (row.state, row.execute_from_block) == ("none", None)
        assert _names(await _plan(chain, Transfer(BOB, Tao(1)))) == []

    on(net.url, work)


# carrying it out


async def _furnished(chain: Chain) -> None:
    steps: list[Intent] = [
        SetAutoStake(1, BOBS),
        LockStake(OWN, 1, alpha_amount(300 * TAO)),
        SetPerpetualLock(2, True),
        LockStake(BOBS, 2, alpha_amount(5 * TAO)),
        SetRejectLockedAlpha(False),
        AddProxy(DAVE, "Any", 0),
    ]
    for intent in steps:
        plan, outcome = await carried_out(chain, intent)
        assert (plan.refusals, outcome.error) == ((), None), intent
    identity = dict.fromkeys(
        ("url", "github_repo", "image", "discord", "description", "additional"), b""
    )
    await put(chain, "IdentitiesV2", (ALICE,), {"name": b"Al\x1b[31mice", **identity})
    await put(chain, "SubnetOwner", (3,), ALICE)
    await _announced(chain, 0)


async def _now(view: View, effect: Effect) -> Any:
    """What an effect is of, as the chain has it."""
    who, what = effect.account, effect.what
    subnet = int(what.rpartition(" ")[2]) if what[-1].isdigit() else None
    if what == "stake":
        api = ("StakeInfoRuntimeApi", "get_stake_info_for_hotkey_coldkey_netuid")
        info = await view.api(*api, effect.hotkey, who, effect.netuid)
        return Alpha(int(info["stake"]) if info else 0, effect.netuid or 0)
    if what == "free":
        return Tao(int((await view.value("System", "Account", who))["data"]["free"]))
    if what == "owner":
        return await stored(view, "Owner", who)
    if what.startswith("owner of"):
        return await stored(view, "SubnetOwner", subnet)
    if what.startswith("auto-stake"):
        return await stored(view, "AutoStakeDestination", who, subnet) or "each miner's own"
    if what.startswith("locked on"):
        assert who is not None and subnet is not None
        held = await lock_on(view, who, subnet, view.block)
        return Alpha(held.lock.locked_mass if held else 0, subnet)
    if what.startswith("lock mode"):
        found = await stored(view, "DecayingLock", who, subnet)
        return "perpetual" if found is False else "decaying"
    if what == "locked alpha":
        return "taken" if await stored(view, "AccountFlags", who) else "refused"
    if what == "identity":
        found = await stored(view, "IdentitiesV2", who)
        return "none" if found is None else "Al[31mice"
    assert what in ("coldkey swap", "swap possible from block")
    return "none" if await stored(view, "ColdkeySwapAnnouncements", who) is None else "some"


def test_a_swap_hands_over_what_its_plan_says(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _furnished(chain)
        plan, outcome = await carried_out(chain, SwapColdkey(NEW))
        assert (plan.refusals, outcome.error) == ((), None)
        assert outcome.block_hash is not None and outcome.record.fee is not None
        view = await chain.at_hash(outcome.block_hash)
        for effect in plan.effects:
            found = await _now(view, effect)
            if isinstance(found, Alpha) and isinstance(effect.after, Alpha):
                assert abs(found.rao - effect.after.rao) <= 1, effect
                assert found.netuid == effect.after.netuid
            elif effect.what == "free" and effect.account == NEW:
                source = next(o for o in plan.effects if (o.account, o.what) == (ALICE, "free"))
                assert isinstance(source.before, Tao) and isinstance(source.after, Tao)
                assert found + outcome.record.fee == source.before - source.after
                assert effect.after == f"{source.before - source.after} less the fee"
            else:
                assert found == effect.after, effect
        kinds = {one.what for one in plan.effects}
        assert {"stake", "free", "owner", "owner of subnet 3", "identity", "locked alpha"} <= kinds
        assert {"auto-stake hotkey on subnet 1", "locked on subnet 1", "lock mode on subnet 2"} <= (
            kinds
        )
        stakes = [one for one in plan.effects if one.what == "stake" and one.account == NEW]
        assert len(stakes) == 9
        assert sum(o.after.rao for o in stakes if isinstance(o.after, Alpha)) == 9 * HELD
        text = " ".join(plan.warnings)
        assert "cannot be undone" in text and "Its own proxies (1, with a deposit of" in text
        assert "\x1b" not in str(plan.effects)

    on(net.url, work)


def test_the_new_coldkey_then_does_what_the_old_one_did(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _announced(chain, 0)
        assert (await carried_out(chain, SwapColdkey(NEW)))[1].error is None
        plan, outcome = await carried_out(chain, SetTake(OWN, 77), "//Coldkey/new")
        assert (plan.refusals, outcome.error) == ((), None)
        gone = await _plan(chain, SetTake(OWN, 78), "//Bob")
        assert _names(gone) == ["NonAssociatedColdKey"]
        (row,) = await coldkey_swaps(await caught_up(chain), [ALICE])
        assert row.state == "none"

    on(net.url, work)
