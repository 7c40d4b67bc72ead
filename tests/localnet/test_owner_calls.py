"""Tempos, triggered epochs, symbols and identities of subnets, by those who own them."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import Chain, account, error_of

from taoctl.localnet.frame import Outcome
from taoctl.localnet.scaletypes import variant

OWNER, STRANGER = "c:owner0-1", "c:val0-1"
FROZEN = "SubtensorModule.AdminActionProhibitedDuringWeightsWindow"
TOO_SOON = "SubtensorModule.TxRateLimitExceeded"
FIELDS = {
    "subnet_name": 256,
    "github_repo": 1024,
    "subnet_contact": 1024,
    "subnet_url": 1024,
    "discord": 256,
    "description": 1024,
    "logo_url": 1024,
    "additional": 1024,
}


@pytest.fixture
def chain() -> Chain:
    made = Chain(tempo=400)
    made.begin()
    at(made, 1_000)
    return made


def at(chain: Chain, block: int, last_epoch: int | None = None) -> None:
    """As if nothing had happened in between, and the last epoch had just run."""
    chain.rt.state.making = block
    chain.rt.subtensor.LastEpochBlock[1] = block if last_epoch is None else last_epoch


def tempo(chain: Chain, blocks: int, signer: str | None = OWNER) -> str | None:
    return error_of(chain.call(signer, "set_tempo", netuid=1, tempo=blocks))


def trigger(chain: Chain, signer: str | None = OWNER) -> str | None:
    return error_of(chain.call(signer, "trigger_epoch", netuid=1))


def factor(chain: Chain, milli: int, signer: str | None = OWNER) -> str | None:
    args: dict[str, Any] = {"netuid": 1, "factor_milli": milli}
    return error_of(chain.call(signer, "set_activity_cutoff_factor", **args))


def test_a_tempo_counts_from_the_block_it_is_set_in(chain: Chain) -> None:
    module = chain.rt.subtensor
    at(chain, 1_000, last_epoch=700)
    assert tempo(chain, 50_400) is None
    assert (module.Tempo[1], module.LastEpochBlock[1]) == (50_400, 1_000)
    assert chain.events("TempoSet") == [(1, 50_400)]
    at(chain, 1_359)
    assert tempo(chain, 360) == "SubtensorModule.TxRateLimitExceeded"
    at(chain, 1_360)
    assert tempo(chain, 360) is None
    assert module.TransactionKeyLastBlock[account(OWNER), 1, 11] == 1_360


def test_bounds_of_a_tempo_come_before_the_window_and_the_window_before_the_limit(
    chain: Chain,
) -> None:
    assert tempo(chain, 360) is None
    at(chain, 1_001, last_epoch=650)
    assert tempo(chain, 359) == tempo(chain, 50_401) == "SubtensorModule.TempoOutOfBounds"
    assert tempo(chain, 400) == FROZEN
    at(chain, 1_001)
    assert tempo(chain, 400) == TOO_SOON
    assert tempo(chain, 400, None) == tempo(chain, 400, STRANGER) == "BadOrigin"


def test_the_cutoff_factor_is_root_s_too_and_root_does_not_wait(chain: Chain) -> None:
    module = chain.rt.subtensor
    bad = "SubtensorModule.ActivityCutoffFactorMilliOutOfBounds"
    assert factor(chain, 999) == factor(chain, 50_001) == factor(chain, 999, None) == bad
    assert factor(chain, 1_000, STRANGER) == "BadOrigin"
    assert factor(chain, 50_000) is None
    told = {"netuid": 1, "factor_milli": 50_000}
    assert chain.events("ActivityCutoffFactorMilliSet") == [told]
    assert module.activity_cutoff_blocks(1) == 20_000
    at(chain, 1_799)
    assert factor(chain, 1_000) == TOO_SOON
    at(chain, 1_800, last_epoch=1_409)
    assert factor(chain, 1_000) == FROZEN
    assert factor(chain, 2_000, None) is None
    at(chain, 1_800)
    assert factor(chain, 1_000) is None
    assert module.ActivityCutoffFactorMilli[1] == 1_000


def test_a_triggered_epoch_runs_after_the_freeze_window(chain: Chain) -> None:
    module = chain.rt.subtensor
    assert trigger(chain) is None
    fires = {"netuid": 1, "by": account(OWNER), "fires_at": 1_010}
    assert chain.events("EpochTriggered") == [fires]
    assert module.PendingEpochAt[1] == 1_010
    assert tempo(chain, 400) == FROZEN
    chain.rt.state.making = 1
    chain.end()
    epochs = module.SubnetEpochIndex[1]
    module.PendingEpochAt[1] = 11
    chain.run(9)
    assert module.SubnetEpochIndex[1] == epochs
    chain.run(1)
    assert module.SubnetEpochIndex[1] == epochs + 1
    assert module.PendingEpochAt[1] == 0


def test_what_keeps_an_epoch_from_being_triggered(chain: Chain) -> None:
    module = chain.rt.subtensor
    assert trigger(chain, None) == trigger(chain, STRANGER) == "BadOrigin"
    module.CommitRevealWeightsEnabled[1] = True
    assert trigger(chain) == "SubtensorModule.DynamicTempoBlockedByCommitReveal"
    module.CommitRevealWeightsEnabled[1] = False
    at(chain, 1_000, last_epoch=609)
    assert trigger(chain) == "SubtensorModule.AutoEpochAlreadyImminent"
    at(chain, 1_000, last_epoch=610)
    assert trigger(chain) is None
    assert trigger(chain) == "SubtensorModule.EpochTriggerAlreadyPending"
    module.PendingEpochAt[1] = 0
    at(chain, 1_799)
    assert trigger(chain) == TOO_SOON
    key = variant("OwnerHyperparamUpdate", (1, "TriggerEpoch"))
    assert module.LastRateLimitedBlock[key] == 1_000
    at(chain, 1_800)
    assert trigger(chain) is None


def test_a_symbol_is_of_the_chain_s_list_and_of_one_subnet(chain: Chain) -> None:
    module = chain.rt.subtensor

    def name(symbol: str, signer: str | None = OWNER) -> str | None:
        args: dict[str, Any] = {"netuid": 1, "symbol": symbol.encode()}
        return error_of(chain.call(signer, "update_symbol", **args))

    assert name("β", STRANGER) == "BadOrigin"
    for unknown in ("b", "", "ββ", "Τ", "\ud7ff"):  # noqa: RUF001 (Greek capital tau)
        assert name(unknown) == "SubtensorModule.SymbolDoesNotExist"
    assert name("β") is None
    assert module.TokenSymbol[1] == "β".encode()
    assert chain.events("SymbolUpdated") == [{"netuid": 1, "symbol": "β".encode()}]
    assert name("β") == "SubtensorModule.SymbolAlreadyInUse"
    assert name("ක", None) is None
    assert name("β") is None


def identity(chain: Chain, fields: dict[str, bytes], signer: str | None = OWNER) -> Outcome:
    values: dict[str, Any] = {name: fields.get(name, b"") for name in FIELDS}
    return chain.call(signer, "set_subnet_identity", netuid=1, **values)


def test_an_identity_is_the_owner_s_alone(chain: Chain) -> None:
    assert error_of(identity(chain, {}, STRANGER)) == "SubtensorModule.NotSubnetOwner"
    assert error_of(identity(chain, {}, None)) == "BadOrigin"
    full = {name: b"x" * most for name, most in FIELDS.items()}
    assert identity(chain, full).ok
    assert chain.rt.subtensor.SubnetIdentitiesV3[1] == full
    assert chain.events("SubnetIdentitySet") == [1]


@pytest.mark.parametrize(("name", "most"), FIELDS.items())
def test_a_field_of_an_identity_may_be_only_so_long(chain: Chain, name: str, most: int) -> None:
    too_long = identity(chain, {name: b"x" * (most + 1)})
    assert error_of(too_long) == "SubtensorModule.InvalidIdentity"
    assert identity(chain, {name: b"x" * most}).ok
