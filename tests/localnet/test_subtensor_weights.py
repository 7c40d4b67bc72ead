"""Setting weights: what is stored, what is refused, what the pool keeps out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.frame import Call
from taoctl.localnet.pallets.subtensor import rows


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.run(2)
    made.begin()
    return made


def put(
    chain: Chain,
    dests: Sequence[int] = (4, 5),
    weights: Sequence[int] = (1, 2),
    *,
    signer: str = "h:val0-1",
    netuid: int = 1,
    version: int = 0,
) -> Any:
    return chain.call(
        signer,
        "set_weights",
        netuid=netuid,
        dests=tuple(dests),
        weights=tuple(weights),
        version_key=version,
    )


def test_weights_are_scaled_and_dated(chain: Chain):
    assert put(chain, (4, 5, 6), (10, 0, 40)).ok
    module = chain.rt.subtensor
    assert module.weight_row(1, 1) == ((4, 16384), (5, 0), (6, 65535))
    assert module.LastUpdate[1][1] == chain.rt.block_number
    assert chain.events("WeightsSet") == [(1, 1)]


def test_stored_rows_are_scale_bytes_that_clients_can_read(chain: Chain):
    assert put(chain, (4, 5), (1, 2)).ok
    runtime = chain.rt
    chain.end()
    key = runtime.codec.storage_key("SubtensorModule", "Weights", 1, 1)
    data = runtime.storage_read(key, runtime.state.head)
    assert runtime.codec.decode_storage("SubtensorModule", "Weights", data) == [
        (4, 32768),
        (5, 65535),
    ]


def test_row_bytes_round_trip():
    for count in (0, 1, 63, 64, 300):
        pairs = tuple((uid, 65535 - uid) for uid in range(count))
        assert rows.unpack_row(rows.pack_row(pairs)) == pairs
    assert rows.pack_row(()) == rows.EMPTY


def test_refusals_come_in_the_chains_order(chain: Chain):
    module, name = chain.rt.subtensor, "SubtensorModule."
    stranger = "h:stranger"
    module.CommitRevealWeightsEnabled[2] = True
    assert error_of(put(chain, netuid=2, signer=stranger)) == name + "CommitRevealEnabled"
    module.CommitRevealWeightsEnabled[0] = False
    root = error_of(put(chain, (1,), (), netuid=0, signer=stranger))
    assert root == name + "CanNotSetRootNetworkWeights"
    module.CommitRevealWeightsEnabled[9] = False
    uneven = error_of(put(chain, (1,), (), netuid=9, signer=stranger))
    assert uneven == name + "WeightVecNotEqualSize"
    missing = error_of(put(chain, netuid=9, signer=stranger))
    assert missing == name + "MechanismDoesNotExist"
    many = tuple(range(20))
    assert (
        error_of(put(chain, many, many, signer=stranger)) == name + "UidsLengthExceedUidsInSubNet"
    )
    assert error_of(put(chain, signer=stranger)) == name + "HotKeyNotRegisteredInSubNet"
    module.StakeThreshold.put(5_000 * TAO)
    module.WeightsVersionKey[1] = 7
    assert error_of(put(chain)) == name + "NotEnoughStakeToSetWeights"
    module.StakeThreshold.put(1_000 * TAO)
    assert error_of(put(chain, version=6)) == name + "IncorrectWeightVersionKey"
    module.WeightsSetRateLimit[1] = 100
    module.set_last_update(1, 1, 1)
    assert error_of(put(chain, version=7)) == name + "SettingWeightsTooFast"
    module.WeightsSetRateLimit[1] = 0
    module.WeightsVersionKey[1] = 0
    module.StakeThreshold.put(0)
    miner = "h:miner0-1"
    assert error_of(put(chain, (4, 4), signer=miner)) == name + "NeuronNoValidatorPermit"
    assert error_of(put(chain, (4, 4, 99), (1, 1, 1))) == name + "DuplicateUids"
    assert error_of(put(chain, (4, 99), (1, 1))) == name + "UidVecContainInvalidOne"
    module.MinAllowedWeights[1] = 3
    assert error_of(put(chain)) == name + "WeightVecLengthIsLow"
    assert put(chain, (4, 5, 6), (1, 1, 1)).ok


def test_no_share_may_exceed_the_limit(chain: Chain):
    chain.rt.subtensor.MaxWeightsLimit[1] = 65535 // 2
    assert error_of(put(chain, (4, 5), (2, 1))) == "SubtensorModule.MaxWeightExceeded"
    assert put(chain, (4, 5, 6), (1, 1, 1)).ok
    assert put(chain, (4,), (1,), signer="h:miner0-1").ok
    chain.rt.subtensor.MaxWeightsLimit[1] = 65535
    assert put(chain, (4, 5), (65535, 0)).ok


def test_a_lone_self_weight_needs_no_permit(chain: Chain):
    chain.rt.subtensor.MinAllowedWeights[1] = 3
    assert put(chain, (4,), (1,), signer="h:miner0-1").ok


def test_the_owner_needs_neither_stake_nor_permit(chain: Chain):
    chain.rt.subtensor.StakeThreshold.put(10**18)
    assert put(chain, signer="h:owner0-1").ok


def test_the_pool_refuses_with_custom_codes(chain: Chain):
    module = chain.rt.subtensor
    args = {"netuid": 1, "dests": (4,), "weights": (1,), "version_key": 0}
    call = Call("SubtensorModule", "set_weights", args)
    who = account("h:val0-1")
    assert module.validate(call, who) is None
    module.StakeThreshold.put(10**18)
    assert module.validate(call, who) == 1
    module.StakeThreshold.put(0)
    module.WeightsSetRateLimit[1] = 100
    module.set_last_update(1, 1, 1)
    assert module.validate(call, who) == 6
    transfer = Call("Balances", "transfer_all", {})
    assert module.validate(transfer, who) is None
    module.ColdkeySwapAnnouncements[who] = (100, "0x" + "11" * 32)
    assert module.validate(transfer, who) == 0
    module.ColdkeySwapDisputes[who] = 5
    assert module.validate(transfer, who) == 21
