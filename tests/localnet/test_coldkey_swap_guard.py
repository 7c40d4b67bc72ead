"""What an announced or disputed swap of a coldkey stops is refused before anything is signed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chain_thread import ThreadChain
from coldkey_swap_chain import (
    NEW,
    TO_NEW,
    announced,
    changeable,
    planned,
    put_in_dispute,
    refused_names,
)
from nodes import TAO
from settings_chain import (
    ALICE,
    BOB,
    BOBS,
    OWN,
    carried_out,
    caught_up,
    on,
    settings_chain,
    stored,
)

from taoctl.calls.base import ChainCall, Effect, Intent
from taoctl.calls.batch import Batch
from taoctl.calls.coldkey_swap.announcing import (
    ClearColdkeySwap,
    DisputeColdkeySwap,
)
from taoctl.calls.coldkey_swap.executing import SwapColdkey
from taoctl.calls.generic import Generic
from taoctl.calls.multisig import ByMultisig, Group
from taoctl.calls.proxied import ByProxy
from taoctl.calls.proxy import AddProxy
from taoctl.calls.stake.amount import alpha_amount
from taoctl.calls.stake.locks import LockStake
from taoctl.calls.stake.takes import SetTake
from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain
from taoctl.errors import RefusedError
from taoctl.reads.coldkey_swaps import coldkey_swaps
from taoctl.scale.crypto import KeySigner
from taoctl.units import Tao

DAVE = KeySigner("//Dave").ss58


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


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
def test_every_other_write_is_refused_beforehand(net: ThreadChain, disputed: bool) -> None:
    name = "ColdkeySwapDisputed" if disputed else "ColdkeySwapAnnounced"
    shared = Group(1, (ALICE, BOB)).ss58

    async def work(chain: Chain) -> None:
        for uri, delegate in (("//Alice", BOB), ("//Bob", ALICE)):
            right = await carried_out(chain, AddProxy(delegate, "Any", 0), uri)
            assert right[1].error is None
        for who in (ALICE, shared):
            await announced(chain, 9, who=who)
            if disputed:
                await put_in_dispute(chain, who)
        for what, uri, intent in _writes():
            plan = await planned(chain, intent, uri)
            assert refused_names(plan)[:1] == [name], what
            assert plan.refusals[0].hint, what
        for _, uri, intent in _writes()[:2]:
            said = "21 .*ColdkeySwapDisputed" if disputed else "0 .*ColdkeyInSwapSchedule"
            with pytest.raises(RefusedError, match=f"Custom error: {said}") as caught:
                await carried_out(chain, intent, uri)
            assert "swap" in (caught.value.hint or "")

    on(net.url, work)


def test_who_has_nothing_announced_goes_on(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await announced(chain, 9)
        for uri, intent in (
            ("//Bob", Transfer(ALICE, Tao(1))),
            ("//Bob", SetTake(BOBS, 1)),
            ("//Bob", ByMultisig(Transfer(DAVE, Tao(1)), Group(2, (ALICE, BOB)))),
        ):
            assert refused_names(await planned(chain, intent, uri)) == []

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
        await changeable(chain)
        plan, outcome = await carried_out(chain, DisputeColdkeySwap())
        assert (plan.refusals, outcome.error) == ((), None)
        assert plan.effects == (Effect(ALICE, "swap disputed", "no", "yes"),)
        assert await stored(await caught_up(chain), "ColdkeySwapDisputes", ALICE) == outcome.block
        for intent in (SwapColdkey(NEW), ClearColdkeySwap(), TO_NEW, Transfer(BOB, Tao(1))):
            assert refused_names(await planned(chain, intent)) == ["ColdkeySwapDisputed"]
        twice = await planned(chain, DisputeColdkeySwap())
        assert refused_names(twice) == ["ColdkeySwapDisputed", "ColdkeySwapAlreadyDisputed"]
        with pytest.raises(RefusedError, match=r"Custom error: 21 .*ColdkeySwapDisputed"):
            await carried_out(chain, DisputeColdkeySwap())

    on(net.url, work)


def test_a_swap_that_is_called_off_is_gone(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await changeable(chain)
        plan, outcome = await carried_out(chain, ClearColdkeySwap())
        assert (plan.refusals, outcome.error) == ((), None)
        assert [one.after for one in plan.effects] == ["none", "none"]
        view = await caught_up(chain)
        assert await stored(view, "ColdkeySwapAnnouncements", ALICE) is None
        (row,) = await coldkey_swaps(view, [ALICE])
        assert (row.state, row.execute_from_block) == ("none", None)
        assert refused_names(await planned(chain, Transfer(BOB, Tao(1)))) == []

    on(net.url, work)
