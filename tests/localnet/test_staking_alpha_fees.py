"""Fees in alpha: which calls may pay so, with how much, and that every door agrees on it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from nodes import ALICE, BOB, event_names, signed
from subtensor_chain import TAO, Chain, account

from taoctl.localnet.boot import Kind, Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.subtensor.subnets import BURN_ACCOUNT, subnet_account
from taoctl.localnet.rpc.registry import RpcError
from taoctl.localnet.sealing import Seal

T = TypeVar("T")
ED = 500
HELD = 100 * TAO
HOTKEY, OTHER, MINE = account("h:val0-1"), account("h:val0-2"), account("h:val1-1")

ONE_POSITION: dict[str, dict[str, Any]] = {
    "remove_stake": {"netuid": 1, "amount_unstaked": TAO},
    "remove_stake_limit": {
        "netuid": 1,
        "amount_unstaked": TAO,
        "limit_price": 1,
        "allow_partial": False,
    },
    "remove_stake_full_limit": {"netuid": 1, "limit_price": None},
    "unstake_all": {},
    "unstake_all_alpha": {},
    "move_stake": {
        "origin_hotkey": HOTKEY,
        "destination_hotkey": OTHER,
        "origin_netuid": 1,
        "destination_netuid": 2,
        "alpha_amount": TAO,
    },
    "transfer_stake": {
        "destination_coldkey": ALICE,
        "origin_netuid": 1,
        "destination_netuid": 1,
        "alpha_amount": TAO,
    },
    "swap_stake": {"origin_netuid": 1, "destination_netuid": 2, "alpha_amount": TAO},
    "swap_stake_limit": {
        "origin_netuid": 1,
        "destination_netuid": 2,
        "alpha_amount": TAO,
        "limit_price": 900_000_000,
        "allow_partial": False,
    },
    "recycle_alpha": {"amount": TAO, "netuid": 1},
    "burn_alpha": {"amount": TAO, "netuid": 1},
}
"""The arguments, beside the hotkey, of every call whose fee may be paid in alpha."""


def opened(free: int = ED) -> DevNode:
    """A node on which //Bob holds next to no TAO, and 100 alpha on one hotkey of subnet 1."""

    def build(runtime: Runtime, sudo: str) -> int:
        chain = object.__new__(Chain)
        chain.rt, chain.validators, chain.miners = runtime, 2, 1
        module = runtime.subtensor
        module.init_root_network()
        module.SubtokenEnabled[0] = True
        for netuid in (1, 2):
            chain._add_subnet(netuid, 360)
            del module.FirstEmissionBlockNumber[netuid]  # pools stand still
        hold(runtime, 1, HELD)
        chain.endow_account(ALICE, 1_000 * TAO)
        if free:
            chain.endow_account(BOB, free)
        module.TotalIssuance.put(runtime.balances.total_issuance)
        return 0

    options = Options(scenario="plain", seal=Seal.MANUAL, state_dir=None)
    return open_chain(options, Kind(PALLETS, build), ALICE).node


def hold(runtime: Runtime, netuid: int, rao: int) -> None:
    """Give //Bob alpha."""
    runtime.subtensor.add_stake_shares(HOTKEY, BOB, netuid, rao)
    runtime.subtensor.SubnetAlphaOut[netuid] += rao


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def composed(node: DevNode, name: str, args: dict[str, Any]) -> bytes:
    hotkey = {} if "origin_hotkey" in args else {"hotkey": HOTKEY}
    call: bytes = node.runtime.codec.compose_call("SubtensorModule", name, {**hotkey, **args})
    return call


def event(node: DevNode, name: str) -> Any:
    """The data of the only event of that name in the last block."""
    (found,) = [e.data for e in node.runtime.events if e.name == name]
    return found


@pytest.mark.parametrize("name", list(ONE_POSITION))
def test_the_fee_of_these_calls_may_come_from_their_alpha(name: str) -> None:
    node = opened()
    raw = signed(node, composed(node, name, ONE_POSITION[name]), "//Bob")
    cost, pool = node.fee_info(raw).total, node.head.swap.pool(1)
    fee = (cost << 64) // node.head.swap.price_bits(1)
    assert run(node.dry_run(raw)) == b"\x00\x00"
    node.submit(raw)
    run(node.author_block())
    assert "System.ExtrinsicFailed" not in event_names(node, 1)
    told = event(node, "TransactionFeePaidWithAlpha")
    assert (told["who"], told["netuid"], told["alpha_fee"]) == (BOB, 1, fee)
    worth = pool.tao_reserve * fee // (pool.alpha_reserve + fee)
    assert abs(told["tao_amount"] - worth) <= 1
    assert node.head.balances.free(BURN_ACCOUNT) == told["tao_amount"]
    assert event(node, "TransactionFeePaid") == {"who": BOB, "actual_fee": cost, "tip": 0}
    first = next(e.data for e in node.runtime.events if e.name == "StakeRemoved")
    assert first == (BOB, HOTKEY, told["tao_amount"], fee, 1, 0)
    sold = [e.data for e in node.runtime.events if e.name in ("StakeRemoved", "AlphaRecycled")]
    assert node.head.system.Account[BOB]["nonce"] == 1
    assert len(sold) == (1 if name == "burn_alpha" else 2)


def test_tao_is_taken_first_where_there_is_enough_to_live_on() -> None:
    node = opened(TAO)
    node.submit(signed(node, composed(node, "burn_alpha", ONE_POSITION["burn_alpha"]), "//Bob"))
    run(node.author_block())
    assert "SubtensorModule.TransactionFeePaidWithAlpha" not in event_names(node, 1)
    assert node.head.balances.free(BOB) < TAO


def test_a_failed_call_costs_its_alpha_too_and_nothing_comes_back() -> None:
    node = opened()
    args = {**ONE_POSITION["remove_stake_limit"], "amount_unstaked": HELD}
    raw = signed(node, composed(node, "remove_stake_limit", args), "//Bob", tip=1_000_000)
    cost = node.fee_info(raw).total + 1_000_000
    node.submit(raw)
    run(node.author_block())
    # All of the position was asked for, and the fee has made it smaller.
    assert "System.ExtrinsicFailed" in event_names(node, 1)
    fee = event(node, "TransactionFeePaidWithAlpha")["alpha_fee"]
    assert fee == (cost << 64) // (TAO // 10 * 2**64 // TAO)
    assert abs(HELD - fee - node.head.subtensor.stake_of(HOTKEY, BOB, 1)) <= 1


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "a purchase": ("add_stake", {"netuid": 1, "amount_staked": TAO}),
    "a position of another hotkey": ("burn_alpha", {"hotkey": OTHER, "amount": 1, "netuid": 1}),
    "a subnet with nothing in it": ("burn_alpha", {"amount": 1, "netuid": 2}),
    "a call for nothing": ("unstake_all", {"hotkey": OTHER}),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_who_can_pay_neither_way_is_kept_out(name: str) -> None:
    node = opened()
    raw = signed(node, composed(node, *REFUSED[name]), "//Bob")
    assert run(node.dry_run(raw)) == b"\x01\x00\x01"  # Err(Invalid(Payment))
    with pytest.raises(RpcError, match="Invalid Transaction"):
        node.submit(raw)


def test_a_position_must_be_worth_the_fee() -> None:
    node = opened()
    raw = signed(node, composed(node, "burn_alpha", ONE_POSITION["burn_alpha"]), "//Bob")
    fee = (node.fee_info(raw).total << 64) // node.head.swap.price_bits(1)
    held = node.head.subtensor.stake_of(HOTKEY, BOB, 1)
    keep(node, held - fee)
    assert run(node.dry_run(raw)) == b"\x00\x00"
    keep(node, 1)
    assert run(node.dry_run(raw)) == b"\x01\x00\x01"


def keep(node: DevNode, taken: int) -> None:
    """Take alpha from //Bob's position in a block of its own."""

    def change(runtime: Runtime) -> None:
        runtime.subtensor.remove_stake_shares(HOTKEY, BOB, 1, taken)

    run(node.amend(change))


def test_unstaking_all_pays_in_alpha_only_from_a_single_position() -> None:
    node = opened()
    raw = signed(node, composed(node, "unstake_all", {}), "//Bob")
    run(node.amend(lambda runtime: hold(runtime, 2, TAO)))
    assert run(node.dry_run(raw)) == b"\x01\x00\x01"

    def close(runtime: Runtime) -> None:
        runtime.subtensor.SubtokenEnabled[2] = False

    run(node.amend(close))
    assert run(node.dry_run(raw)) == b"\x00\x00"


def test_calls_inside_others_do_not_pay_in_alpha() -> None:
    node = opened()
    codec = node.runtime.codec
    inner = composed(node, "burn_alpha", ONE_POSITION["burn_alpha"])
    batch = codec.compose_call("Utility", "batch_all", {"calls": [inner]})
    assert run(node.dry_run(signed(node, batch, "//Bob"))) == b"\x01\x00\x01"
    alone = codec.compose_call("Utility", "as_derivative", {"index": 0, "call": inner})
    assert run(node.dry_run(signed(node, alone, "//Bob"))) == b"\x01\x00\x01"


def test_an_account_without_any_tao_pays_nothing_at_all() -> None:
    node = opened(0)
    raw = signed(node, composed(node, "burn_alpha", ONE_POSITION["burn_alpha"]), "//Bob")
    assert run(node.dry_run(raw)) == b"\x01\x00\x01"


def test_root_stake_pays_one_to_one() -> None:
    node = opened()
    run(node.amend(lambda runtime: hold(runtime, 0, TAO)))
    args = {"origin_netuid": 0, "destination_netuid": 2, "alpha_amount": TAO}
    raw = signed(node, composed(node, "swap_stake", args), "//Bob")
    cost = node.fee_info(raw).total
    run(node.amend(lambda runtime: fund_root(runtime, TAO)))
    node.submit(raw)
    block = run(node.author_block())
    assert "System.ExtrinsicFailed" not in event_names(node, block.header.number)
    told = event(node, "TransactionFeePaidWithAlpha")
    assert told == {"who": BOB, "netuid": 0, "alpha_fee": cost, "tao_amount": cost}


def fund_root(runtime: Runtime, rao: int) -> None:
    """Put the TAO of stake that was given by hand where staking would have put it."""
    runtime.balances.endow(subnet_account(0), rao)
    runtime.subtensor.SubnetTAO[0] += rao
