"""Rows as the reads give them, for screens that are looked at without a chain."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from hashlib import blake2b
from typing import Any

from taoctl.addresses import encode_ss58
from taoctl.reads.balances import BalanceRow
from taoctl.reads.locks import LockRow
from taoctl.reads.metagraph import Metagraph, NeuronRow
from taoctl.reads.network_cost import NetworkCostRow
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.positions import PositionRow
from taoctl.reads.root_claims import RootClaimRow
from taoctl.reads.subnet_board import BoardRow, SubnetBoard
from taoctl.reads.subnet_prune_order import SubnetPruneLine, SubnetPruneRow
from taoctl.reads.subnets import SubnetRow
from taoctl.units import mul_rao
from tui.options import WalletRef

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


def board(count: int = 13, block: int = 1000) -> SubnetBoard:
    """So many subnets in a full network, and a price that falls; the last ones are immune."""
    return board_of(subnet_rows(count, block), block)


def board_of(rows: Sequence[SubnetRow], block: int = 1000) -> SubnetBoard:
    """The board of some subnets."""
    below = [row for row in rows if row.netuid]
    order = sorted(below[:-2], key=lambda row: (row.moving_price_bits or 0, row.netuid))
    ranks = {row.netuid: place for place, row in enumerate(order, 1)}
    line = [_prune_row(row, ranks.get(row.netuid)) for row in (*order, *below[-2:])]
    return SubnetBoard(
        tuple(_board_row(row, ranks.get(row.netuid)) for row in rows),
        network_cost(block),
        SubnetPruneLine(tuple(line), len(below)),
    )


def network_cost(block: int = 1000) -> NetworkCostRow:
    """The price of a subnet 100 blocks after the last one was made for 1,000 TAO."""
    step = 10_000_000
    return NetworkCostRow(
        cost_rao=2000 * 10**9 - 100 * step,
        next_block_rao=2000 * 10**9 - 101 * step,
        day_rao=2000 * 10**9 - 7_301 * step,
        week_rao=2000 * 10**9 - 50_501 * step,
        step_rao=step,
        least_rao=500 * 10**9,
        least_block=block - 100 + 150_000,
        last_rao=1000 * 10**9,
        last_block=block - 100,
        open_from_block=block - 100 + 7_200,
    )


def _board_row(row: SubnetRow, rank: int | None) -> BoardRow:
    burn = row.burn_rao
    root = row.netuid == 0
    return BoardRow(
        **{one.name: getattr(row, one.name) for one in fields(SubnetRow)},
        slippage_ppm=0 if root else 500 + row.netuid * 37,
        price_change_ppm=None if root else 40_000 - row.netuid * 13_000,
        next_burn_rao=None if root or burn is None else burn * 999 // 1000,
        risen_burn_rao=None if root or burn is None else burn * 1259 // 1000,
        prune_rank=rank,
    )


def _prune_row(row: SubnetRow, rank: int | None) -> SubnetPruneRow:
    return SubnetPruneRow(
        prune_rank=rank,
        netuid=row.netuid,
        name=row.name,
        standing="immune" if rank is None else "exposed",
        moving_price_bits=row.moving_price_bits or 0,
        gap_bits=None,
        registered_at=row.registered_at or 0,
        immunity_left_blocks=50 if rank is None else 0,
        owner_coldkey=row.owner_coldkey,
        tao_in_rao=row.tao_in_rao,
    )


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
        "margin_rao": None if uid == 0 else ((63 - uid) % 256) * 10**7,
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
        active_to_block=values["last_update"] + 5_000,
        free_slots=subnet.free_slots,
        paid_rao=values["emission_rao"],
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


def balance_of(wallet: WalletRef) -> BalanceRow:
    """A wallet with 1,000 TAO free."""
    return replace(balance(wallet.name, 1000 * 10**9, 100 * 10**9), coldkey=wallet.coldkey)


def stake_balances() -> tuple[BalanceRow, ...]:
    """The two wallets that positions are of."""
    return (
        balance("miner", 1_234_567_890_123, 567 * 10**9),
        balance("validator", 98 * 10**9, 23_456 * 10**9),
    )


def position(
    netuid: int, wallet: str, coldkey: str, name: str | None, alpha: int, **changes: Any
) -> PositionRow:
    """Stake of a wallet on a hotkey."""
    price = subnet_row(netuid).price_rao if netuid else 10**9
    assert price is not None
    value = mul_rao(alpha, price)
    values: dict[str, Any] = {
        "wallet_name": wallet,
        "hotkey_name": name,
        "netuid": netuid,
        "hotkey": address("hotkey", netuid, name),
        "coldkey": coldkey,
        "alpha_rao": alpha,
        "price_rao": price,
        "value_tao_rao": value,
        "locked_rao": 0,
        "emission_rao": alpha // 10**6,
        "registered": True,
        "exit_tao_rao": value * 99 // 100 if netuid else value,
        "price_change_ppm": None if netuid == 0 else 40_000 - netuid * 13_000,
        "subnet_share_ppm": 1 + alpha // 10**9,
        "hotkey_share_ppm": 250_000,
    }
    return PositionRow(**(values | changes))


def positions(mine: WalletRef | None = None) -> tuple[PositionRow, ...]:
    """One position of a wallet of the test's, or six of two made ones."""
    if mine is not None:
        return (position(1, mine.name, mine.coldkey, "vali", 100 * 10**9),)
    miner, validator = address("wallet", "miner"), address("wallet", "validator")
    return (
        position(0, "miner", miner, None, 203_224_412_345),
        position(1, "miner", miner, "rig-1", 1_642 * 10**9),
        position(5, "miner", miner, "rig-3", 5_556 * 10**9, locked_rao=500 * 10**9),
        position(0, "validator", validator, "vali-main", 40_644 * 10**9),
        position(1, "validator", validator, "vali-main", 102_624 * 10**9),
        position(8, "validator", validator, "vali-main", 1, registered=False),
    )


def root_claims() -> tuple[RootClaimRow, ...]:
    """Five subnets owe, three of them enough."""
    return tuple(
        RootClaimRow(
            wallet_name="validator",
            hotkey_name="vali-main",
            netuid=netuid,
            hotkey=address("hotkey", 0, "vali-main"),
            coldkey=address("wallet", "validator"),
            owed_rao=netuid * 10**9 // 7,
            price_rao=10**7 * netuid,
            value_tao_rao=netuid * 10**9 // 7 * netuid // 100,
            claimable=netuid > 2,
            threshold_rao=500_000,
            becomes="root",
        )
        for netuid in range(1, 6)
    )


def locks(block: int = 1000) -> tuple[LockRow, ...]:
    """A lock that decays."""
    return (
        LockRow(
            wallet_name="miner",
            hotkey_name="rig-3",
            netuid=5,
            hotkey=address("hotkey", 5, "rig-3"),
            coldkey=address("wallet", "miner"),
            locked_rao=500 * 10**9,
            available_rao=5_056 * 10**9,
            conviction_rao=123 * 10**9,
            mode="decaying",
            half_life_blocks=1_000_000,
            locked_in_30_days_rao=430 * 10**9,
            locked_in_90_days_rao=320 * 10**9,
            locked_in_365_days_rao=80 * 10**9,
            hotkey_conviction_rao=None,
            to_owner=False,
            last_update_block=block - 10,
        ),
    )
