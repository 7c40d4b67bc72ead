"""What plans say of swaps of coldkeys comes true, and what the chain refuses is refused before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chain_thread import ThreadChain
from coldkey_swap_chain import (
    EMPTY,
    NEW,
    TO_NEW,
    announced,
    changeable,
    planned,
    refused_names,
)
from nodes import TAO
from settings_chain import (
    ALICE,
    BOB,
    BOBS,
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

from taoctl.calls.base import Intent
from taoctl.calls.coldkey_swap.announcing import (
    AnnounceColdkeySwap,
    ClearColdkeySwap,
    DisputeColdkeySwap,
)
from taoctl.calls.coldkey_swap.executing import SwapColdkey
from taoctl.calls.proxied import ByProxy
from taoctl.calls.proxy import AddProxy
from taoctl.calls.stake.amount import alpha_amount
from taoctl.calls.stake.locks import LockStake
from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain
from taoctl.reads.coldkey_swaps import coldkey_swaps
from taoctl.scale.crypto import KeySigner, account_hash
from taoctl.units import Tao

CHARLIE = KeySigner("//Charlie").ss58
COST = 100_000_000
DELAY, AGAIN = 36_000, 7_200


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


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
        await put(chain, "ColdkeySwapAnnouncementDelay", (), DELAY - 1)
        (other,) = await coldkey_swaps(await caught_up(chain), [ALICE])
        assert (other.announced_block, other.execute_from_block) == (None, due)
        (unknown,) = await coldkey_swaps(view, [ALICE])
        assert (unknown.new_coldkey, unknown.new_coldkey_hash) == (None, new_hash)

    on(net.url, work)


def test_the_warnings_of_an_announcement_say_what_it_stops_and_what_stays(
    net: ThreadChain,
) -> None:
    async def work(chain: Chain) -> None:
        text = " ".join((await planned(chain, TO_NEW)).warnings)
        assert "36000 blocks (5.0 days" in text and "43200 blocks (6.0 days" in text
        for word in ("no transfer", "unused", "proxy", "pure", "multisig", "dispute", NEW):
            assert word in text
        assert "locked alpha" not in text
        ok = await carried_out(chain, LockStake(OWN, 1, alpha_amount(TAO)))
        assert ok[1].error is None
        assert "stake lock accept yes" in " ".join((await planned(chain, TO_NEW)).warnings)

    on(net.url, work)


def test_a_later_announcement_takes_the_place_of_the_first_and_costs_nothing(
    net: ThreadChain,
) -> None:
    async def work(chain: Chain) -> None:
        await changeable(chain)
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
    waiting: Prepare = lambda chain: announced(chain, 50)  # noqa: E731
    ready: Prepare = lambda chain: announced(chain, 0)  # noqa: E731

    def ready_for(new: str) -> Prepare:
        return lambda chain: announced(chain, 0, new)

    async def locked(chain: Chain) -> None:
        lock = {"locked_mass": TAO, "conviction": {"bits": 0}, "last_update": 1}
        await put(chain, "Lock", (NEW, 1, OWN), lock)
        await announced(chain, 0)

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
        assert refused_names(plan) == [name]
        assert plan.refusals[0].hint
        assert outcome.error is not None
        assert outcome.error.name == f"{PALLET}.{name}"
        if name.endswith(("TooEarly", "ClearTooEarly")):
            first = plan.refusals[0].allowed_from_block
            assert first is not None and first > plan.block + 1

    on(net.url, work)


def test_the_block_that_a_refusal_names_is_the_first_that_is_taken(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await announced(chain, 4)
        plan = await planned(chain, SwapColdkey(NEW))
        first = plan.refusals[0].allowed_from_block
        assert first is not None
        while (await caught_up(chain)).block + 2 < first:
            await chain.call("dev_newBlock", [])
        assert refused_names(await planned(chain, SwapColdkey(NEW))) == ["ColdkeySwapTooEarly"]
        await chain.call("dev_newBlock", [])
        plan, outcome = await carried_out(chain, SwapColdkey(NEW))
        assert (plan.refusals, outcome.error, outcome.block) == ((), None, first)

    on(net.url, work)


def test_who_cannot_pay_announces_nothing(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        fee = (await planned(chain, TO_NEW)).fee
        assert fee is not None
        short = COST + fee.rao + 500 - 1
        sent = await carried_out(chain, Transfer(EMPTY, Tao(short)))
        assert sent[1].error is None
        uri = "//Coldkey/empty"
        plan = await planned(chain, TO_NEW, uri)
        assert refused_names(plan) == ["NotExpendable"]
        poorer = await carried_out(chain, Transfer(BOB, Tao(COST // 2)), uri)
        assert poorer[1].error is None
        plan, outcome = await carried_out(chain, TO_NEW, uri)
        assert refused_names(plan) == ["NotEnoughBalanceToPaySwapColdKey"]
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
        plan = await planned(chain, AnnounceColdkeySwap.of(new), "//Charlie")
        assert refused_names(plan) == [name]
        assert refused_names(await planned(chain, AnnounceColdkeySwap(account_hash(new)))) == []

    on(net.url, work)


def test_less_than_a_new_account_needs_stands_in_the_way(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        right = await carried_out(chain, AddProxy(BOB, "Any", 0))
        assert right[1].error is None
        await _left_with_free(chain, ALICE, 500 + 499)
        await announced(chain, 0)
        plan, outcome = await carried_out(chain, ByProxy(SwapColdkey(NEW), ALICE), "//Bob")
        assert refused_names(plan) == ["BelowMinimum"]
        assert outcome.error is not None and outcome.error.name == "Token.BelowMinimum"
        sent = await carried_out(chain, Transfer(NEW, Tao(500)), "//Bob")
        assert sent[1].error is None
        plan, outcome = await carried_out(chain, ByProxy(SwapColdkey(NEW), ALICE), "//Bob")
        assert (plan.refusals, outcome.error) == ((), None)

    on(net.url, work)


async def _left_with_free(chain: Chain, who: str, rao: int) -> None:
    """Leave an account so much free TAO, behind everybody's back."""
    view = await caught_up(chain)
    account = await view.value("System", "Account", who)
    changed = {**account, "data": {**account["data"], "free": rao}}
    key = view.codec.storage_key("System", "Account", who)
    encoded = view.codec.encode(view.codec.need_storage("System", "Account").value_type, changed)
    await chain.call("dev_setStorage", [[["0x" + key.hex(), "0x" + encoded.hex()]]])
    await chain.call("dev_newBlock", [])
