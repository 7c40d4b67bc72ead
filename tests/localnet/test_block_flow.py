"""What is worked out of a block's emission beforehand is what the chain then does, to the rao."""

from __future__ import annotations

from typing import Any

import pytest
from scenario_chain import ScenarioChain

from taoctl.economics.block_flow import BlockFlow, EmissionState, EmittingSubnet, next_block
from taoctl.localnet.pallets.subtensor.pending import Pending

PENDING = {
    "server": "PendingServerEmission",
    "validator": "PendingValidatorEmission",
    "root": "PendingRootAlphaDivs",
    "owner": "PendingOwnerCut",
}


def state(module: Any) -> EmissionState:
    """The inputs of the next block, from storage."""
    return EmissionState(
        issuance_rao=module.TotalIssuance.get(),
        root_tao_rao=module.SubnetTAO[0],
        tao_weight_u64=module.TaoWeight.get(),
        owner_cut_u16=module.SubnetOwnerCut.get(),
        subnets=[
            EmittingSubnet(
                netuid=netuid,
                pool=module.rt.swap.pool(netuid),
                dynamic=module.SubnetMechanism[netuid] == 1,
                alpha_out_rao=module.SubnetAlphaOut[netuid],
                moving_price_bits=module.SubnetMovingPrice[netuid],
                miner_burned_bits=module.MinerBurned[netuid],
                emission_enabled=module.SubnetEmissionEnabled[netuid],
                owner_cut_enabled=module.OwnerCutEnabled[netuid],
            )
            for netuid in module.emitting_subnets()
        ],
    )


def waiting(module: Any, netuid: int) -> dict[str, int]:
    return {part: getattr(module, name)[netuid] for part, name in PENDING.items()}


def check(
    flow: BlockFlow, module: Any, netuid: int, before: dict[str, int], paid: dict[int, Pending]
) -> None:
    assert module.SubnetAlphaOutEmission[netuid] == flow.alpha_out
    assert module.SubnetAlphaInEmission[netuid] == flow.alpha_in
    assert module.SubnetTaoInEmission[netuid] == flow.tao_in
    assert module.SubnetExcessTao[netuid] == flow.tao_buys
    expected = {part: before[part] + getattr(flow, part) for part in PENDING}
    if netuid in paid:
        assert expected == {part: getattr(paid[netuid], part) for part in PENDING}
        expected = dict.fromkeys(PENDING, 0)
    assert waiting(module, netuid) == expected
    parts = flow.owner + flow.server + flow.validator + flow.root + flow.recycled
    assert 0 <= flow.alpha_out - parts <= 4


@pytest.mark.parametrize(
    "epochs, prices", [(3, 1), (20, 1), pytest.param(60, 3, marks=pytest.mark.soak), (2, 0)]
)
def test_every_block_and_every_epoch_share_out_what_was_worked_out(
    epochs: int, prices: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = ScenarioChain("small")
    module = chain.runtime.subtensor
    paid: dict[int, Pending] = {}
    kind = type(module)
    real = kind.distribute_emission

    def noted(self: Any, netuid: int, pending: Pending) -> None:
        paid[netuid] = pending
        real(self, netuid, pending)

    monkeypatch.setattr(kind, "distribute_emission", noted)
    chain.run(2)
    _strange(chain, prices)
    counted = dict.fromkeys(module.emitting_subnets(), 0)
    assert len(counted) >= 2
    while min(counted.values()) < epochs:
        before = {netuid: waiting(module, netuid) for netuid in counted}
        known = state(module)
        flows = {netuid: next_block(known, netuid) for netuid in counted}
        paid.clear()
        chain.run(1)
        for netuid, flow in flows.items():
            assert flow is not None
            check(flow, module, netuid, before[netuid], paid)
            counted[netuid] += netuid in paid
    for flow in flows.values():
        assert flow is not None and bool(flow.recycled) is not bool(flow.root)


def _strange(chain: ScenarioChain, prices: int) -> None:
    """One without an owner's cut, one without TAO, and prices that sum above one or not."""
    module = chain.runtime.subtensor
    state_of = chain.runtime.state
    state_of.begin_block(state_of.head + 1)
    first, second, *_ = module.emitting_subnets()
    module.OwnerCutEnabled[first] = False
    module.SubnetEmissionEnabled[second] = False
    for netuid in module.emitting_subnets():
        module.SubnetMovingPrice[netuid] = max(prices << 32, 1 << 20) // (1 + netuid % 2)
    state_of.commit_block()


def test_a_subnet_that_has_no_part_has_no_flow() -> None:
    chain = ScenarioChain("small")
    module = chain.runtime.subtensor
    assert next_block(state(module), 0) is None
    assert next_block(state(module), 77) is None
