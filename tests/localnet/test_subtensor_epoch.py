"""Golden epochs through the pallet: from storage, over the consensus, back into storage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from subtensor_chain import PALLETS, account

from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets.subtensor.subnets import ROOT

CASES = json.loads(
    (Path(__file__).parent.parent / "data" / "yuma_vectors.json").read_text(encoding="utf-8")
)["cases"]
NETUID = 5


def hotkey(uid: int) -> str:
    return account(f"h:golden{uid}")


def loaded(case: dict[str, Any]) -> Runtime:
    """A runtime whose storage says what the case's input says, at the case's block."""
    runtime = Runtime(PALLETS)
    runtime.state.begin_block(case["block"])
    module = runtime.subtensor
    module.init_root_network()
    module.init_new_network(NETUID, case["tempo"])
    for uid in range(case["n"]):
        module.append_neuron(NETUID, hotkey(uid), case["block_at_registration"][uid])
        module.TotalHotkeyAlpha[hotkey(uid), NETUID] = case["alpha_stake"][uid]
        module.TotalHotkeyAlpha[hotkey(uid), ROOT] = case["tao_stake"][uid]
        module.set_weight_row(NETUID, uid, [tuple(pair) for pair in case["weights"][uid]])
        module.set_bond_row(NETUID, uid, [tuple(pair) for pair in case["bonds"][uid]])
    module.LastUpdate[NETUID] = tuple(case["last_update"])
    module.ValidatorPermit[NETUID] = tuple(case["validator_permit"])
    if case["owner_uid"] is not None:
        module.SubnetOwnerHotkey[NETUID] = hotkey(case["owner_uid"])
    parameters(module, case)
    return runtime


def parameters(module: Any, case: dict[str, Any]) -> None:
    module.CommitRevealWeightsEnabled[NETUID] = False
    module.LastMechansimStepBlock[NETUID] = case["last_mechanism_step_block"]
    module.ActivityCutoffFactorMilli[NETUID] = -(-case["activity_cutoff"] * 1000 // case["tempo"])
    module.Kappa[NETUID] = case["kappa"]
    module.BondsPenalty[NETUID] = case["bonds_penalty"]
    module.BondsMovingAverage[NETUID] = case["bonds_moving_average"]
    module.Yuma3On[NETUID] = case["yuma3"]
    module.LiquidAlphaOn[NETUID] = case["liquid_alpha"]
    module.AlphaValues[NETUID] = (case["alpha_low"], case["alpha_high"])
    module.AlphaSigmoidSteepness[NETUID] = case["alpha_sigmoid_steepness"]
    module.MaxAllowedValidators[NETUID] = case["max_allowed_validators"]
    module.StakeThreshold.put(case["stake_threshold"])
    module.TaoWeight.put(case["tao_weight_u64"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_stored_epoch_equals_the_golden_one(case: dict[str, Any]):
    module, want = loaded(case["input"]).subtensor, case["output"]
    assert module.activity_cutoff_blocks(NETUID) == case["input"]["activity_cutoff"]
    emitted = module.epoch_with_mechanisms(NETUID, case["input"]["rao_emission"])
    stored = {
        "stake_weight": module.StakeWeight,
        "active": module.Active,
        "validator_permit": module.ValidatorPermit,
        "consensus": module.Consensus,
        "incentive": module.Incentive,
        "dividends": module.Dividends,
        "validator_trust": module.ValidatorTrust,
        "emission": module.Emission,
    }
    for name, item in stored.items():
        assert list(item[NETUID]) == want[name], name
    assert [row.hotkey for row in emitted] == [hotkey(uid) for uid in range(case["input"]["n"])]
    assert [row.server for row in emitted] == want["server_emission"]
    assert [row.validator for row in emitted] == want["validator_emission"]
    bonds = [[list(pair) for pair in module.bond_row(NETUID, uid)] for uid in range(len(emitted))]
    assert bonds == [row or [] for row in want["bonds"]]


def test_two_mechanisms_keep_their_own_rows():
    case = next(c["input"] for c in CASES if c["name"] == "3x3_classic_epoch1")
    module = loaded(case).subtensor
    module.MechanismCountCurrent[NETUID] = 2
    second = module.mechanism_index(NETUID, 1)
    module.LastUpdate[second] = tuple(case["last_update"])
    module.set_weight_row(second, 0, [(1, 65535)])
    emitted = module.epoch_with_mechanisms(NETUID, 1_000)
    assert second == 4096 + NETUID
    assert module.Incentive[second][1] == 65535
    assert module.Incentive[NETUID] != module.Incentive[second]
    assert sum(row.server + row.validator for row in emitted) == pytest.approx(1_000, abs=12)


def test_bonds_averages_beyond_one_do_not_stop_the_chain():
    case = next(c["input"] for c in CASES if c["name"] == "3x3_yuma3")
    module = loaded(case).subtensor
    module.BondsMovingAverage[NETUID] = 5_000_000
    module.epoch_with_mechanisms(NETUID, 1_000)
    beyond = [module.bond_row(NETUID, uid) for uid in range(3)]
    module = loaded(case).subtensor
    module.BondsMovingAverage[NETUID] = 1_000_000
    module.epoch_with_mechanisms(NETUID, 1_000)
    assert [module.bond_row(NETUID, uid) for uid in range(3)] == beyond


def test_commit_reveal_hides_weights_older_than_a_registration():
    case = next(c["input"] for c in CASES if c["name"] == "3x3_classic_epoch1")
    module = loaded(case).subtensor
    module.CommitRevealWeightsEnabled[NETUID] = True
    module.BlockAtRegistration[NETUID, 2] = 800
    plain = module.epoch_input(NETUID, 0, 1_000, module.seated_hotkeys(NETUID))
    assert plain.commit_blocks is None
    module.SubnetEpochIndex[NETUID] = 3
    fresh = ("0x" + "11" * 32, 2, 700, 900)
    stale = ("0x" + "22" * 32, 1, 100, 200)
    module.WeightCommits[NETUID, hotkey(0)] = (stale, fresh)
    hidden = module.epoch_input(NETUID, 0, 1_000, module.seated_hotkeys(NETUID))
    assert hidden.commit_blocks == [700, None, None]
