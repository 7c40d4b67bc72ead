"""Rows as the reads give them, for screens that are looked at without a chain."""

from __future__ import annotations

import random
from hashlib import blake2b
from typing import Any

from taoctl.addresses import encode_ss58
from taoctl.reads.balances import BalanceRow
from taoctl.reads.metagraph import Metagraph, NeuronRow
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.subnets import SubnetRow
from taoctl.units import mul_rao

NAMES = ["root", "apex", "targon", "omega", "vision", "chutes", "ridges", "score", "graphite"]


def address(*seed: object) -> str:
    """A valid address that is the same for the same seed."""
    return encode_ss58(blake2b(repr(seed).encode(), digest_size=32).digest())


def subnet_row(netuid: int, block: int = 1000, **changes: Any) -> SubnetRow:
    """A subnet with plausible values that depend on its number."""
    draw = random.Random(netuid)
    tempo = 10 + netuid % 11
    next_epoch = block + (block * 7 + netuid * 3) % tempo
    tao_in = draw.randrange(500, 90_000) * 10**9
    alpha_in = draw.randrange(10**5, 3 * 10**6) * 10**9
    values: dict[str, Any] = {
        "netuid": netuid,
        "name": NAMES[netuid] if netuid < len(NAMES) else f"subnet {netuid}",
        "symbol": "αβγδεζηθικλμνξοπ"[netuid % 16],
        "price_rao": tao_in * 10**9 // alpha_in,
        "moving_price_bits": (tao_in << 32) // alpha_in,
        "emission_share_ppm": draw.randrange(0, 120_000),
        "tao_in_emission_rao": draw.randrange(10**7),
        "alpha_in_emission_rao": draw.randrange(10**9),
        "alpha_out_emission_rao": 10**9,
        "tao_in_rao": tao_in,
        "alpha_in_rao": alpha_in,
        "alpha_out_rao": draw.randrange(10**5, 10**6) * 10**9,
        "volume_rao": draw.randrange(10**15),
        "neurons": 64,
        "max_neurons": 64,
        "burn_rao": draw.randrange(5 * 10**6, 3 * 10**9),
        "registration_allowed": netuid % 5 != 4,
        "trading_enabled": True,
        "tempo": tempo,
        "last_epoch_block": next_epoch - tempo,
        "blocks_since_last_step": block - next_epoch + tempo,
        "next_epoch_block": next_epoch,
        "registered_at": 3 + netuid,
        "owner_hotkey": address("owner hotkey", netuid),
        "owner_coldkey": address("owner", netuid),
        "url": None,
        "github": None,
        "contact": None,
        "discord": None,
        "description": None,
    }
    return SubnetRow(**(values | changes))


def subnet_rows(count: int = 13, block: int = 1000) -> tuple[SubnetRow, ...]:
    """Root and so many subnets less one."""
    return tuple(subnet_row(netuid, block) for netuid in range(count))


def neuron_values(netuid: int, uid: int, block: int = 1000) -> dict[str, Any]:
    """Field values of a neuron; every eighth UID is a validator."""
    draw = random.Random(netuid * 1000 + uid)
    validator = uid % 8 == 0
    stake = draw.randrange(10**3, 10**6) * 10**9 if validator else draw.randrange(10**12)
    return {
        "netuid": netuid,
        "uid": uid,
        "hotkey": address("hotkey", netuid, uid),
        "coldkey": address("coldkey", netuid, uid // 3),
        "active": True,
        "validator_permit": validator,
        "stake_rao": stake,
        "alpha_stake_rao": stake * 3 // 4,
        "tao_stake_rao": stake // 2,
        "incentive": 0 if validator else draw.choice([0, draw.randrange(3000)]),
        "dividends": draw.randrange(20_000) if validator else 0,
        "consensus": 0 if validator else draw.randrange(3000),
        "validator_trust": draw.randrange(50_000, 65_535) if validator else 0,
        "emission_rao": draw.randrange(10**9) if uid % 3 else 0,
        "last_update": block - draw.randrange(30),
        "registered_at": draw.randrange(900),
        "immunity_left_blocks": draw.choice([0, 0, draw.randrange(4000)]),
        "prune_rank": None if uid == 0 else 1 + (63 - uid) % 256,
        "axon": None if validator else f"10.0.{netuid}.{uid}:8091",
    }


def graph(netuid: int = 5, count: int = 64, block: int = 1000) -> Metagraph:
    """A whole subnet."""
    neurons = tuple(NeuronRow(**neuron_values(netuid, uid, block)) for uid in range(count))
    return Metagraph(subnet_row(netuid, block), 4096, 64, neurons)


def my_neuron(netuid: int, uid: int, wallet: str, name: str, block: int = 1000) -> MyNeuronRow:
    """A neuron of mine."""
    subnet = subnet_row(netuid, block)
    values = neuron_values(netuid, uid, block)
    assert subnet.tempo is not None and subnet.price_rao is not None
    alpha = values["emission_rao"] * 7200 // subnet.tempo
    return MyNeuronRow(
        **values,
        wallet_name=wallet,
        hotkey_name=name,
        subnet_name=subnet.name,
        tempo=subnet.tempo,
        price_rao=subnet.price_rao,
        last_epoch_block=subnet.last_epoch_block,
        free_slots=subnet.free_slots,
        alpha_per_day_rao=alpha,
        tao_per_day_rao=mul_rao(alpha, subnet.price_rao),
    )


def my_neurons(block: int = 1000) -> tuple[MyNeuronRow, ...]:
    """Seven neurons of two wallets on four subnets."""
    return (
        my_neuron(1, 8, "validator", "vali-main", block),
        my_neuron(1, 13, "miner", "rig-1", block),
        my_neuron(1, 22, "miner", "rig-2", block),
        my_neuron(3, 16, "validator", "vali-main", block),
        my_neuron(5, 7, "miner", "rig-1", block),
        my_neuron(5, 63, "miner", "rig-3", block),
        my_neuron(8, 40, "validator", "vali-main", block),
    )


def balance(name: str, free: int, staked: int | None) -> BalanceRow:
    """The account of a wallet; amounts in rao."""
    return BalanceRow(
        name=name,
        coldkey=address("wallet", name),
        free_rao=free,
        reserved_rao=0,
        frozen_rao=0,
        staked_value_rao=staked,
        total_rao=None if staked is None else free + staked,
        nonce=3,
    )
