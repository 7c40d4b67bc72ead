"""Setting hyperparameters: what plans say comes true, and what they refuse the chain refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from settings_chain import (
    BOB,
    OWN,
    carried_out,
    caught_up,
    forced,
    on,
    put,
    settings_chain,
)

from taoctl.calls.owner.hyperparameter import SetHyperparameter, settable
from taoctl.chain.client import Chain
from taoctl.economics.hyperparameter import Value, exact_text
from taoctl.economics.hyperparameters import KNOWN
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.reads.hyperparameters import HyperparameterRow, hyperparameters
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import make_plan

FROZEN = "AdminActionProhibitedDuringWeightsWindow"
TOO_SOON = "TxRateLimitExceeded"
NEW: dict[str, Value] = {
    "activity_cutoff_factor": 20_000,
    "min_childkey_take": 3_000,
    "rho": 11,
    "immunity_period": 4_000,
    "min_allowed_weights": 3,
    "max_difficulty": 12,
    "weights_version": 13,
    "adjustment_alpha": 14,
    "activity_cutoff": 400,
    "min_burn": 250_000_000,
    "max_burn": 50_000_000_000,
    "burn_half_life": 720,
    "burn_increase_mult": 3 << 63,
    "bonds_moving_avg": 950_000,
    "bonds_penalty": 30_000,
    "serving_rate_limit": 25,
    "commit_reveal_period": 3,
    "commit_reveal_weights_enabled": False,
    "liquid_alpha_enabled": True,
    "alpha_high": 60_000,
    "alpha_sigmoid_steepness": 500 << 32,
    "yuma_version": 2,
    "transfers_enabled": False,
    "bonds_reset_enabled": True,
    "owner_cut_enabled": False,
    "owner_cut_auto_lock_enabled": True,
    "max_allowed_uids": 128,
    "immune_owner_uids_limit": 4,
    "recycle_or_burn": 1,
    "mechanism_count": 2,
    "mechanism_emission_split": (40_000, 25_535),
    "owner_hotkey": OWN,
    "tempo": 50_000,
}
"""A value for each that an owner sets, in an order in which none keeps back another."""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


async def rows(chain: Chain, netuid: int) -> dict[str, HyperparameterRow]:
    found = await hyperparameters(await caught_up(chain), netuid)
    return {row.name: row for row in found}


def test_the_values_here_are_of_every_parameter_that_an_owner_sets() -> None:
    owners = {n for n, one in KNOWN.items() if one.setter == "owner" and one.change is not None}
    assert set(NEW) == owners - {"alpha_low"}


def test_each_is_read_set_and_read_back(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        for name, value in NEW.items():
            before = (await rows(chain, 1))[name]
            assert before.settable_from_block == (await caught_up(chain)).block + 1, name
            plan, outcome = await carried_out(chain, SetHyperparameter(1, name, value), "//Bob")
            assert (plan.refusals, outcome.error) == ((), None), name
            (effect,) = plan.effects
            after = (await rows(chain, 1))[name]
            unit = KNOWN[name].unit
            if name != "activity_cutoff":
                assert str(effect.before).startswith(before.meaning), name
                assert str(effect.after).startswith(after.meaning), name
            assert effect.after == exact_text(unit, value) != effect.before, name
            if isinstance(value, int) and name != "activity_cutoff":
                assert after.value == value, name
            limit = settable(name)[1].limit
            waits = after.settable_from_block
            assert outcome.block is not None
            if limit is None:
                assert waits == outcome.block + 1
            elif isinstance(limit, str) and limit != "SetSNOwnerHotkey":
                # Two tempos of 60,000 blocks, at the end of which an epoch is due: the first
                # block of change is one after it.
                assert waits == outcome.block + 2 * 60_000, name

    on(net.url, work)


_LIMITED = (
    "activity_cutoff_factor",
    "immunity_period",
    "weights_version",
    "owner_hotkey",
    "max_allowed_uids",
    "mechanism_count",
    "yuma_version",
    "tempo",
)
"""One of each kind of limit, and some more."""


def test_what_was_set_is_refused_until_its_limit_is_over(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        for name in _LIMITED:
            intent = SetHyperparameter(2, name, NEW[name])
            _, outcome = await carried_out(chain, intent, "//Bob")
            assert outcome.error is None, (name, outcome.error)
            view = await caught_up(chain)
            plan = await make_plan(chain, intent, BOB, TxOptions(again=True))
            (refusal,) = plan.refusals
            assert refusal.name == TOO_SOON, name
            assert refusal.allowed_from_block is not None
            assert refusal.allowed_from_block > view.block + 100
            assert str(refusal.allowed_from_block) in (refusal.hint or "")
            error = await asyncio.to_thread(forced, net, plan.call, "//Bob")
            assert error == f"SubtensorModule.{TOO_SOON}", name

    on(net.url, work)


BAD: list[tuple[str, Value, str]] = [
    ("activity_cutoff_factor", 999, "SubtensorModule.ActivityCutoffFactorMilliOutOfBounds"),
    ("activity_cutoff_factor", 50_001, "SubtensorModule.ActivityCutoffFactorMilliOutOfBounds"),
    ("min_childkey_take", 11_797, "AdminUtils.InvalidValue"),
    ("activity_cutoff", 359, "SubtensorModule.ActivityCutoffTooLow"),
    ("min_burn", 1_000_000_000, "AdminUtils.ValueNotInBounds"),
    ("max_burn", 100_000_000, "AdminUtils.ValueNotInBounds"),
    ("burn_half_life", 0, "AdminUtils.InvalidValue"),
    ("burn_half_life", 36_101, "AdminUtils.InvalidValue"),
    ("burn_increase_mult", (1 << 64) - 1, "AdminUtils.InvalidValue"),
    ("burn_increase_mult", (3 << 64) + 1, "AdminUtils.InvalidValue"),
    ("bonds_moving_avg", 975_001, "AdminUtils.BondsMovingAverageMaxReached"),
    ("commit_reveal_period", 0, "SubtensorModule.RevealPeriodTooSmall"),
    ("commit_reveal_period", 101, "SubtensorModule.RevealPeriodTooLarge"),
    ("alpha_high", 30_000, "SubtensorModule.LiquidAlphaDisabled"),
    ("alpha_low", 30_000, "SubtensorModule.LiquidAlphaDisabled"),
    ("alpha_sigmoid_steepness", -1 << 32, "AdminUtils.NegativeSigmoidSteepness"),
    ("max_allowed_uids", 63, "AdminUtils.MaxAllowedUidsLessThanMinAllowedUids"),
    ("max_allowed_uids", 257, "AdminUtils.MaxAllowedUidsGreaterThanDefaultMaxAllowedUids"),
    ("immune_owner_uids_limit", 0, "SubtensorModule.InvalidValue"),
    ("immune_owner_uids_limit", 11, "SubtensorModule.InvalidValue"),
    ("mechanism_count", 0, "SubtensorModule.InvalidValue"),
    ("mechanism_count", 3, "SubtensorModule.InvalidValue"),
    ("mechanism_count", 2, "SubtensorModule.TooManyUIDsPerMechanism"),
    ("mechanism_emission_split", (1, 65_534), "SubtensorModule.InvalidValue"),
    ("mechanism_emission_split", (65_534,), "SubtensorModule.InvalidValue"),
    ("owner_hotkey", subnet_account(3), "SubtensorModule.CannotUseSystemAccount"),
    ("tempo", 359, "SubtensorModule.TempoOutOfBounds"),
    ("tempo", 50_401, "SubtensorModule.TempoOutOfBounds"),
    *((name, 1, "BadOrigin") for name, one in KNOWN.items() if one.setter == "root"),
]


async def _refused_alike(
    net: ThreadChain, chain: Chain, netuid: int, name: str, value: Value, error: str
) -> Any:
    await caught_up(chain)
    known = KNOWN[name]
    typed = bool(value) if known.unit == "bool" else value
    intent = SetHyperparameter(netuid, name, typed)
    plan = await make_plan(chain, intent, BOB, TxOptions(again=True))
    assert [one.name for one in plan.refusals] == [error.rpartition(".")[2]], (name, value)
    assert plan.refusals[0].hint, name
    found = await asyncio.to_thread(forced, net, plan.call, "//Bob")
    assert found == error, (name, value)
    return plan.refusals[0]


def test_bad_values_are_refused_by_the_chains_own_names(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        for name, value, error in BAD:
            await _refused_alike(net, chain, 3, name, value, error)
        await put(chain, "MaxBurn", (3,), 500_000_000)
        await put(chain, "MinBurn", (3,), 400_000_000)
        bad = "AdminUtils.ValueNotInBounds"
        await _refused_alike(net, chain, 3, "min_burn", 500_000_000, bad)
        await _refused_alike(net, chain, 3, "max_burn", 400_000_000, bad)
        await put(chain, "LiquidAlphaOn", (3,), True)
        high, low = "SubtensorModule.AlphaHighTooLow", "SubtensorModule.AlphaLowOutOfRange"
        await _refused_alike(net, chain, 3, "alpha_high", 1_637, high)
        await _refused_alike(net, chain, 3, "alpha_high", 1_700, low)
        await _refused_alike(net, chain, 3, "alpha_low", 1_637, low)
        await _refused_alike(net, chain, 3, "alpha_low", 60_000, low)
        await put(chain, "MinAllowedUids", (3,), 1)
        crowded = "AdminUtils.MaxAllowedUIdsLessThanCurrentUIds"
        await _refused_alike(net, chain, 3, "max_allowed_uids", 1, crowded)
        await put(chain, "MechanismCountCurrent", (3,), 2)
        many = "SubtensorModule.TooManyUIDsPerMechanism"
        await _refused_alike(net, chain, 3, "max_allowed_uids", 129, many)

    on(net.url, work)


def test_only_the_owner_sets_anything(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        for name, value in list(NEW.items())[::5]:
            for netuid, uri in ((4, "//Alice"), (99, "//Bob")):
                plan, outcome = await carried_out(
                    chain, SetHyperparameter(netuid, name, value), uri
                )
                assert [one.name for one in plan.refusals] == ["BadOrigin"], name
                assert plan.refusals[0].hint
                assert outcome.error is not None and outcome.error.name == "BadOrigin"

    on(net.url, work)


def test_nothing_is_set_within_the_window_before_an_epoch(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        due = view.block + 12
        await put(chain, "Tempo", (5,), 100)
        await put(chain, "LastEpochBlock", (5,), due - 100)
        for name in ("immunity_period", "tempo", "activity_cutoff_factor", "owner_cut_enabled"):
            view = await caught_up(chain)
            assert due - 10 < view.block + 1 < due, name
            plan = await make_plan(
                chain, SetHyperparameter(5, name, NEW[name]), BOB, TxOptions(again=True)
            )
            (refusal,) = plan.refusals
            assert (refusal.name, refusal.allowed_from_block) == (FROZEN, due), name
            if name == "immunity_period":
                found = await asyncio.to_thread(forced, net, plan.call, "//Bob")
                assert found == f"SubtensorModule.{FROZEN}"
        assert (await rows(chain, 5))["immunity_period"].settable_from_block == due
        await chain.call("dev_newBlock", [{"to": due - 2}])
        intent = SetHyperparameter(5, "immunity_period", 77)
        plan, outcome = await carried_out(chain, intent, "//Bob")
        assert plan.refusals and outcome.error is not None and outcome.block == due - 1
        plan, outcome = await carried_out(chain, intent, "//Bob")
        assert (plan.refusals, outcome.error, outcome.block) == ((), None, due)

    on(net.url, work)


def test_a_limit_is_over_in_the_block_that_is_said(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        await put(chain, "Tempo", (6,), 15)
        await put(chain, "LastEpochBlock", (6,), view.block + 2)
        intents = (SetHyperparameter(6, "rho", 20), SetHyperparameter(6, "rho", 21))
        first, outcome = await carried_out(chain, intents[0], "//Bob")
        assert (first.refusals, outcome.error) == ((), None)
        await caught_up(chain)
        plan = await make_plan(chain, intents[1], BOB, TxOptions(again=True))
        allowed = plan.refusals[0].allowed_from_block
        assert plan.refusals[0].name == TOO_SOON and allowed is not None
        assert outcome.block is not None
        assert outcome.block + 30 <= allowed < outcome.block + 45
        await chain.call("dev_newBlock", [{"to": allowed - 2}])
        early, outcome = await carried_out(chain, intents[1], "//Bob")
        assert outcome.block == allowed - 1
        assert early.refusals and outcome.error is not None
        late, outcome = await carried_out(chain, intents[1], "//Bob")
        assert (late.refusals, outcome.error, outcome.block) == ((), None, allowed)

    on(net.url, work)


def test_a_plan_warns_of_what_is_in_vain(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        unused = await SetHyperparameter(7, "rho", 10).warnings(view, BOB)
        assert any("already" in one for one in unused)
        assert any("for nothing any more" in one for one in unused)
        assert any("120000 blocks" in one for one in unused)
        cutoff = await SetHyperparameter(7, "activity_cutoff", 400).warnings(view, BOB)
        assert any("activity_cutoff_factor instead" in one for one in cutoff)
        hotkey = await SetHyperparameter(7, "owner_hotkey", OWN).warnings(view, BOB)
        assert any("pruned" in one for one in hotkey)

    on(net.url, work)
