"""Hyperparameters that root sets: what is refused root is said before, and then is so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from chain_thread import ThreadChain
from settings_chain import BOB, caught_up, forced, on, put, settings_chain, stored

from taoctl.calls.base import Intent
from taoctl.calls.owner.hyperparameter import SetHyperparameter
from taoctl.calls.owner.symbol import SetSymbol
from taoctl.calls.owner.trim import TrimUids
from taoctl.calls.sudo import BySudo
from taoctl.chain.client import Chain
from taoctl.economics.hyperparameter import Value
from taoctl.scale.crypto import KeySigner
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import Plan, make_plan

ALICE = KeySigner("//Alice").ss58


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


async def planned(chain: Chain, intent: Intent) -> Plan:
    await caught_up(chain)
    return await make_plan(chain, BySudo(intent), ALICE, TxOptions(again=True))


SET: list[tuple[str, Value]] = [
    ("kappa", 30_000),
    ("max_validators", 100),
    ("min_non_immune_uids", 3),
    ("weights_rate_limit", 7),
    ("registration_allowed", False),
    # Bounds of owners that do not hold for root.
    ("bonds_moving_avg", 990_000),
    ("alpha_sigmoid_steepness", -5 << 32),
    ("rho", 12),
]
BAD: list[tuple[str, Value, str]] = [
    ("max_validators", 257, "AdminUtils.MaxValidatorsLargerThanMaxUIds"),
    ("min_allowed_uids", 256, "AdminUtils.MinAllowedUidsGreaterThanMaxAllowedUids"),
    ("min_allowed_uids", 2, "AdminUtils.MinAllowedUidsGreaterThanCurrentUids"),
    ("min_burn", 10**9, "AdminUtils.ValueNotInBounds"),
    ("mechanism_count", 9, "SubtensorModule.InvalidValue"),
    ("activity_cutoff_factor", 1, "SubtensorModule.ActivityCutoffFactorMilliOutOfBounds"),
]


@pytest.mark.parametrize(("name", "value"), SET)
def test_root_sets_what_its_plan_says(net: ThreadChain, name: str, value: Value) -> None:
    async def work(chain: Chain) -> None:
        plan = await planned(chain, SetHyperparameter(1, name, value))
        assert plan.refusals == ()
        assert await asyncio.to_thread(forced, net, plan.call) is None

    on(net.url, work)


@pytest.mark.parametrize(("name", "value", "error"), BAD)
def test_values_that_root_is_refused_too(
    net: ThreadChain, name: str, value: Value, error: str
) -> None:
    async def work(chain: Chain) -> None:
        plan = await planned(chain, SetHyperparameter(1, name, value))
        assert [one.name for one in plan.refusals] == [error.rpartition(".")[2]]
        assert plan.refusals[0].hint
        assert await asyncio.to_thread(forced, net, plan.call) == error

    on(net.url, work)


def test_the_freeze_window_holds_for_root_where_it_does_on_the_chain(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        await put(chain, "Tempo", (5,), 1_000)
        await put(chain, "LastEpochBlock", (5,), view.block)
        await put(chain, "AdminFreezeWindow", (), 999)
        frozen = "AdminActionProhibitedDuringWeightsWindow"
        plan = await planned(chain, SetHyperparameter(5, "max_validators", 9))
        (refusal,) = plan.refusals
        assert (refusal.name, refusal.allowed_from_block) == (frozen, view.block + 1_000)
        assert await asyncio.to_thread(forced, net, plan.call) == f"SubtensorModule.{frozen}"
        plan = await planned(chain, TrimUids(5, 100))
        assert [one.name for one in plan.refusals] == [frozen]
        assert await asyncio.to_thread(forced, net, plan.call) == f"SubtensorModule.{frozen}"
        # The chain looks at no window for these.
        free: tuple[Intent, ...] = (
            SetHyperparameter(5, "kappa", 9),
            SetHyperparameter(5, "activity_cutoff_factor", 2_000),
            SetHyperparameter(5, "owner_hotkey", BOB),
            SetSymbol(5, "θ"),
        )
        for intent in free:
            plan = await planned(chain, intent)
            assert plan.refusals == (), intent
            assert await asyncio.to_thread(forced, net, plan.call) is None, intent
        assert await stored(await caught_up(chain), "SubnetOwnerHotkey", 5) == BOB
        again = await planned(chain, SetHyperparameter(5, "owner_hotkey", ALICE))
        assert [one.name for one in again.refusals] == ["TxRateLimitExceeded"]
        late = "SubtensorModule.TxRateLimitExceeded"
        assert await asyncio.to_thread(forced, net, again.call) == late
        taken = await planned(chain, SetSymbol(6, "θ"))
        assert [one.name for one in taken.refusals] == ["SymbolAlreadyInUse"]
        used = "SubtensorModule.SymbolAlreadyInUse"
        assert await asyncio.to_thread(forced, net, taken.call) == used
        await put(chain, "AdminFreezeWindow", (), 1_001)
        plan = await planned(chain, SetHyperparameter(5, "rho", 9))
        (refusal,) = plan.refusals
        assert refusal.allowed_from_block is None and "shorter freeze window" in str(refusal.hint)
        await put(chain, "AdminFreezeWindow", (), 10)

    on(net.url, work)


def test_there_is_nothing_to_set_of_a_subnet_that_is_not_there(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        plan = await planned(chain, SetHyperparameter(99, "kappa", 9))
        assert [one.name for one in plan.refusals] == ["SubnetDoesNotExist"]
        missing = "AdminUtils.SubnetDoesNotExist"
        assert await asyncio.to_thread(forced, net, plan.call) == missing
        for intent in (TrimUids(99, 9), SetSymbol(99, "θ")):
            plan = await planned(chain, intent)
            assert [one.name for one in plan.refusals] == ["SubnetNotExists"]

    on(net.url, work)
