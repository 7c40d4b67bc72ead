"""Fewer UIDs: who leaves, and that those who stay keep all that is theirs."""

from __future__ import annotations

import random
from typing import Any

import pytest
from subtensor_chain import PALLETS, Chain, account, error_of

from taoctl.localnet.pallets.admin_utils.pallet import AdminUtils

OWNER = "c:owner0-1"


@pytest.fixture
def chain() -> Chain:
    made = Chain(tempo=360, miners=16, pallets=[*PALLETS, AdminUtils])
    made.begin()
    module = made.rt.subtensor
    made.rt.state.making = 10_000
    module.LastEpochBlock[1] = 10_000
    module.MinAllowedUids[1] = 2
    module.MechanismCountCurrent[1] = 2
    _fill(made)
    return made


def _fill(chain: Chain) -> None:
    """Tell all neurons apart by what is stored of them."""
    module, chance = chain.rt.subtensor, random.Random(5)
    n = module.SubnetworkN[1]
    uids = range(n)
    module.Emission[1] = tuple(100 * (uid % 7) for uid in uids)
    for vector in (module.Consensus, module.Dividends, module.ValidatorTrust, module.StakeWeight):
        vector[1] = tuple(1_000 + uid for uid in uids)
    module.Active[1] = tuple(uid % 2 == 0 for uid in uids)
    module.ValidatorPermit[1] = tuple(uid % 3 == 0 for uid in uids)
    for index in (1, 4_097):
        module.Incentive[index] = tuple(index + uid for uid in uids)
        module.LastUpdate[index] = tuple(index * 2 + uid for uid in uids)
        for uid in uids:
            for store in (module.set_weight_row, module.set_bond_row):
                targets = sorted(chance.sample(uids, 6))
                store(index, uid, [(target, uid * 100 + target + 1) for target in targets])
    for uid in uids:
        module.BlockAtRegistration[1, uid] = uid


def _all(chain: Chain) -> dict[str, Any]:
    """All that is stored of each neuron, with hotkeys for UIDs."""
    module = chain.rt.subtensor
    names = {uid: module.Keys[1, uid] for uid in range(module.SubnetworkN[1])}
    assert {name: module.Uids[1, name] for name in names.values()} == {
        name: uid for uid, name in names.items()
    }
    assert dict(module.Uids.prefix(1)) == {name: uid for uid, name in names.items()}
    vectors = ("Emission", "Consensus", "Dividends", "ValidatorTrust", "StakeWeight", "Active")
    found: dict[str, Any] = {}
    for uid, name in names.items():
        rows = [
            {names.get(target): value for target, value in row(index, uid)}
            for index in (1, 4_097)
            for row in (module.weight_row, module.bond_row)
        ]
        by_index = [
            item[i][uid] for i in (1, 4_097) for item in (module.Incentive, module.LastUpdate)
        ]
        values = [getattr(module, one)[1][uid] for one in vectors]
        permit = module.ValidatorPermit[1][uid]
        found[name] = (values, permit, by_index, module.BlockAtRegistration[1, uid], rows)
    return found


def trim(chain: Chain, most: int, signer: str | None = OWNER) -> str | None:
    args = {"netuid": 1, "max_n": most}
    return error_of(chain.call(signer, "sudo_trim_to_max_allowed_uids", "AdminUtils", **args))


@pytest.mark.parametrize("most", [19, 12, 3])
def test_the_least_earning_leave_and_the_rest_keep_what_is_theirs(chain: Chain, most: int) -> None:
    module = chain.rt.subtensor
    module.ImmunityPeriod[1] = 1
    before, emission = _all(chain), module.Emission[1]
    hotkeys = {uid: module.Keys[1, uid] for uid in range(20)}
    left = sorted(range(1, 20), key=lambda uid: (emission[uid], -uid))[: 20 - most]
    assert trim(chain, most) is None
    assert module.MaxAllowedUids[1] == module.SubnetworkN[1] == most
    after = _all(chain)
    stay = [hotkeys[uid] for uid in range(20) if uid not in left]
    assert list(after) == stay
    for name in stay:
        assert after[name][:4] == before[name][:4]
        kept = [{to: v for to, v in row.items() if to in stay} for row in before[name][4]]
        assert after[name][4] == kept
    for uid in left:
        assert (hotkeys[uid], 1) not in module.IsNetworkMember
    assert len(list(module.Keys.prefix(1))) == len(list(module.Weights.prefix(1))) == most
    assert module.TransactionKeyLastBlock[account(OWNER), 1, 9] == 10_000


def test_room_that_nobody_uses_is_just_taken_away(chain: Chain) -> None:
    before = _all(chain)
    assert trim(chain, 20) is None
    assert chain.rt.subtensor.MaxAllowedUids[1] == 20
    assert _all(chain) == before


def test_those_in_immunity_and_the_owner_s_stay(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.ImmunityPeriod[1] = 5_000
    for uid in (3, 4, 7):
        module.BlockAtRegistration[1, uid] = 9_000
    module.Emission[1] = tuple(0 if uid in (0, 3, 4, 7) else 50 for uid in range(20))
    immune = [module.Keys[1, uid] for uid in (0, 3, 4, 7)]
    # Four of five would be immune: not less than 80 %.
    assert trim(chain, 5) == "SubtensorModule.TrimmingWouldExceedMaxImmunePercentage"
    assert module.MaxAllowedUids[1] == 256
    assert trim(chain, 6) is None
    assert set(immune) < set(_all(chain))


def test_a_subnet_keeps_its_least_and_grows_no_room_by_it(chain: Chain) -> None:
    assert trim(chain, 1) == trim(chain, 257) == "SubtensorModule.InvalidValue"
    assert trim(chain, 20, "c:val0-1") == "BadOrigin"
    chain.rt.state.making = 100
    args = {"netuid": 99, "max_n": 20}
    name = "sudo_trim_to_max_allowed_uids"
    assert (
        error_of(chain.call(None, name, "AdminUtils", **args)) == "SubtensorModule.SubnetNotExists"
    )


def test_an_owner_trims_once_in_thirty_days(chain: Chain) -> None:
    assert trim(chain, 20) is None
    chain.rt.state.making = chain.rt.subtensor.LastEpochBlock[1] = 225_999
    assert trim(chain, 20) == "SubtensorModule.TxRateLimitExceeded"
    assert trim(chain, 20, None) is None
    chain.rt.state.making = chain.rt.subtensor.LastEpochBlock[1] = 226_000
    assert trim(chain, 20) is None


def test_a_mechanism_that_goes_takes_all_it_holds_along(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.MaxAllowedUids[1] = 128
    module.MechanismEmissionSplit[1] = (1, 65_534)
    args = {"netuid": 1, "mechanism_count": 1}
    assert chain.call(OWNER, "sudo_set_mechanism_count", "AdminUtils", **args).ok
    for vector in (module.Incentive, module.LastUpdate):
        assert 4_097 not in vector and 1 in vector
    for rows in (module.Weights, module.Bonds):
        assert not list(rows.prefix(4_097)) and list(rows.prefix(1))
    assert 1 not in module.MechanismEmissionSplit
