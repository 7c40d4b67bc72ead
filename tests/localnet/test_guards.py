"""What the transaction extensions guard: the signed call itself and every call inside it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from nodes import ALICE, open_plain, signed
from subtensor_chain import Chain, account, error_of

from taoctl.localnet.fees import BASE_EXTRINSIC_WEIGHT, PAYER_WEIGHT, weight_to_fee
from taoctl.localnet.frame import Call, Root
from taoctl.localnet.rpc.registry import RpcError

LOCKED = "SubtensorModule.ColdkeySwapAnnounced"


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.begin()
    module = made.rt.subtensor
    module.ColdkeySwapAnnouncements[account("alice")] = (1, "0x" + "11" * 32)
    return made


def _remark() -> Call:
    return Call("System", "remark_with_event", {"remark": b"x"})


def _batch(kind: str, *calls: Call) -> Call:
    return Call("Utility", kind, {"calls": calls})


def test_a_locked_coldkey_cannot_act_through_a_batch(chain: Chain) -> None:
    outcome = chain.call("alice", "batch_all", "Utility", calls=(_remark(),))
    assert error_of(outcome) == LOCKED
    assert not chain.events("Remarked")
    assert chain.call("c:val0-1", "batch_all", "Utility", calls=(_remark(),)).ok


def test_the_calls_of_a_batch_are_guarded_one_by_one(chain: Chain) -> None:
    poor = account("h:miner0-1")
    chain.rt.subtensor.StakeThreshold.put(10**18)
    args: dict[str, Any] = {"netuid": 1, "dests": (4,), "weights": (1,), "version_key": 0}
    inner = Call("SubtensorModule", "set_weights", args)
    with pytest.raises(Exception, match="NotEnoughStakeToSetWeights"):
        chain.rt.subtensor.check_call(inner, poor)
    outcome = chain.call("h:miner0-1", "force_batch", "Utility", calls=(inner, _remark()))
    assert outcome.ok
    assert len(chain.events("ItemFailed")) == len(chain.events("ItemCompleted")) == 1
    assert [r["sender"] for r in chain.events("Remarked")] == [poor]


def test_root_is_not_guarded(chain: Chain) -> None:
    assert chain.rt.dispatch(_batch("batch_all"), Root()).ok


def test_the_pallets_own_extension_is_paid_for(chain: Chain) -> None:
    module, host = chain.rt.subtensor, chain.rt
    plain, weights = _remark(), Call("SubtensorModule", "set_weights", {})
    for call in (plain, weights):
        assert host.extension_weight(call) == PAYER_WEIGHT + module.extension_weight(call)
    assert host.extension_weight(weights) > host.extension_weight(plain) > PAYER_WEIGHT


def test_the_fee_is_that_of_the_call_and_the_extensions() -> None:
    node = open_plain().node
    call = node.runtime.codec.compose_call("System", "remark", {"remark": b""})
    fee = node.fee_info(signed(node, call, "//Alice"))
    assert fee.weight == 2_119_000 + PAYER_WEIGHT
    assert fee.base == weight_to_fee(BASE_EXTRINSIC_WEIGHT)
    assert node.head.system.Account[ALICE]["nonce"] == 0


@pytest.mark.parametrize("depth", [10, 100, 190, 230, 250, 256, 5_000])
def test_calls_nested_deeply_are_run_or_refused_and_the_chain_goes_on(depth: int) -> None:
    node = open_plain().node
    remark = node.runtime.codec.compose_call("System", "remark", {"remark": b"x"})
    as_derivative = bytes([11, 1, 0, 0])
    raw = signed(node, as_derivative * depth + remark, "//Alice")
    try:
        node.submit(raw)
    except RpcError as error:
        assert error.code == 1002
        assert depth >= 200
    asyncio.run(node.author_block())
    if depth < 200:
        assert len(node.block(1).extrinsics) == 2
    assert len(node.pool) == 0
