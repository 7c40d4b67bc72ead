"""Answer types of the Subtensor runtime APIs, field by field as mainnet declares them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.localnet.pallets.subtensor.types import (
    AxonInfo,
    ChainIdentityV2,
    PrometheusInfo,
    SubnetIdentityV3,
)
from taoctl.localnet.types import (
    I32F32,
    I96F32,
    U64F64,
    AccountId32,
    Array,
    Bytes,
    Compact,
    Enum,
    Option,
    Struct,
    Tup,
    Type,
    Variant,
    Vec,
    bool_,
    u8,
    u16,
    u32,
    u64,
    u128,
)

Row = tuple[str, Type, str]

_INFO = "pallet_subtensor::rpc_info"
_ACCOUNT = (("AccountId", AccountId32),)
_PAIR = Tup(Compact(u16), Compact(u16))


def _c16(*names: str) -> list[Row]:
    return [(name, Compact(u16), "Compact<u16>") for name in names]


def _c64(*names: str) -> list[Row]:
    return [(name, Compact(u64), "Compact<u64>") for name in names]


def _tao(*names: str) -> list[Row]:
    return [(name, Compact(u64), "Compact<TaoBalance>") for name in names]


def _alpha(*names: str) -> list[Row]:
    return [(name, Compact(u64), "Compact<AlphaBalance>") for name in names]


def _flags(*names: str) -> list[Row]:
    return [(name, bool_, "bool") for name in names]


def _accounts(*names: str) -> list[Row]:
    return [(name, AccountId32, "AccountId") for name in names]


def _texts(*names: str) -> list[Row]:
    return [(name, Vec(Compact(u8)), "Vec<Compact<u8>>") for name in names]


def _many(rows: Sequence[Row]) -> list[Row]:
    return [(name, Vec(inner), f"Vec<{source}>") for name, inner, source in rows]


def _maybe(rows: Sequence[Row]) -> list[Row]:
    return [(name, Option(inner), f"Option<{source}>") for name, inner, source in rows]


def _struct(module: str, name: str, rows: Sequence[Row], *, keyed: bool = True) -> Struct:
    return Struct(f"{_INFO}::{module}::{name}", rows, _ACCOUNT if keyed else ())


_NETUID: list[Row] = [("netuid", Compact(u16), "Compact<NetUid>")]
_IDENTITY: list[Row] = [("identity", Option(SubnetIdentityV3), "Option<SubnetIdentityV3>")]
_VOLUME: list[Row] = [("subnet_volume", Compact(u128), "Compact<u128>")]
_MOVING: list[Row] = [("moving_price", I96F32, "I96F32")]


def _subnet_info(emission: str) -> list[Row]:
    return [
        *_NETUID,
        *_c16("rho", "kappa"),
        *_c64("difficulty"),
        *_c16("immunity_period", "max_allowed_validators", "min_allowed_weights"),
        *_c16("max_weights_limit", "scaling_law_power", "subnetwork_n", "max_allowed_uids"),
        *_c64("blocks_since_last_step"),
        *_c16("tempo", "network_modality"),
        ("network_connect", Vec(Array(u16, 2)), "Vec<[u16; 2]>"),
        *_c64(emission),
        *_tao("burn"),
        *_accounts("owner"),
    ]


SubnetInfo = _struct("subnet_info", "SubnetInfo", _subnet_info("emission_values"))
SubnetInfoV2 = _struct("subnet_info", "SubnetInfov2", [*_subnet_info("emission_value"), *_IDENTITY])

_HYPERPARAMETERS: list[Row] = [
    *_c16("rho", "kappa", "immunity_period", "min_allowed_weights", "max_weights_limit", "tempo"),
    *_c64("min_difficulty", "max_difficulty", "weights_version", "weights_rate_limit"),
    *_c16("adjustment_interval"),
    *_c64("activity_cutoff"),
    *_flags("registration_allowed"),
    *_c16("target_regs_per_interval"),
    *_tao("min_burn", "max_burn"),
    *_c64("bonds_moving_avg"),
    *_c16("max_regs_per_block"),
    *_c64("serving_rate_limit"),
    *_c16("max_validators"),
    *_c64("adjustment_alpha", "difficulty", "commit_reveal_period"),
    *_flags("commit_reveal_weights_enabled"),
    *_c16("alpha_high", "alpha_low"),
    *_flags("liquid_alpha_enabled"),
]
SubnetHyperparams = _struct("subnet_info", "SubnetHyperparams", _HYPERPARAMETERS, keyed=False)
SubnetHyperparamsV2 = _struct(
    "subnet_info",
    "SubnetHyperparamsV2",
    [
        *_HYPERPARAMETERS,
        ("alpha_sigmoid_steepness", I32F32, "I32F32"),
        *_c16("yuma_version"),
        *_flags("subnet_is_active", "transfers_enabled"),
        *_flags("bonds_reset_enabled", "user_liquidity_enabled"),
    ],
    keyed=False,
)
HyperparamValue = Enum(
    f"{_INFO}::subnet_info::HyperparamValue",
    [
        Variant("Bool", 0, [(None, bool_, "bool")]),
        Variant("U16", 1, [(None, Compact(u16), "Compact<u16>")]),
        Variant("U32", 2, [(None, Compact(u32), "Compact<u32>")]),
        Variant("U64", 3, [(None, Compact(u64), "Compact<u64>")]),
        Variant("U128", 4, [(None, Compact(u128), "Compact<u128>")]),
        Variant("TaoBalance", 5, [(None, Compact(u64), "Compact<TaoBalance>")]),
        Variant("I32F32", 6, [(None, I32F32, "I32F32")]),
        Variant("U64F64", 7, [(None, U64F64, "U64F64")]),
    ],
)
HyperparamEntry = _struct(
    "subnet_info",
    "HyperparamEntry",
    [("name", Bytes, "Vec<u8>"), ("value", HyperparamValue, "HyperparamValue")],
    keyed=False,
)

_POOL: list[Row] = [
    *_alpha("alpha_in", "alpha_out"),
    *_tao("tao_in"),
    *_alpha("alpha_out_emission", "alpha_in_emission"),
    *_tao("tao_in_emission"),
    *_alpha("pending_alpha_emission"),
    *_tao("pending_root_emission"),
    *_VOLUME,
]
DynamicInfo = _struct(
    "dynamic_info",
    "DynamicInfo",
    [
        *_NETUID,
        *_accounts("owner_hotkey", "owner_coldkey"),
        *_texts("subnet_name", "token_symbol"),
        *_c16("tempo"),
        *_c64("last_step", "blocks_since_last_step", "emission"),
        *_POOL,
        *_c64("network_registered_at"),
        ("subnet_identity", Option(SubnetIdentityV3), "Option<SubnetIdentityV3>"),
        *_MOVING,
    ],
)

_PER_UID: list[Row] = [
    *_many(_flags("active", "validator_permit")),
    *_many(_c16("pruning_score")),
    *_many(_c64("last_update")),
    *_many(_alpha("emission")),
    *_many(_c16("dividends", "incentives", "consensus", "trust", "rank")),
    *_many(_c64("block_at_registration")),
    *_many(_alpha("alpha_stake")),
    *_many(_tao("tao_stake", "total_stake")),
]
_KEYS = _many(_accounts("hotkeys", "coldkeys"))
_DIVIDENDS: list[Row] = [
    (
        f"{token.lower()}_dividends_per_hotkey",
        Vec(Tup(AccountId32, Compact(u64))),
        f"Vec<(AccountId, Compact<{token}Balance>)>",
    )
    for token in ("Tao", "Alpha")
]
_METAGRAPH: list[Row] = [
    *_texts("name", "symbol"),
    *_IDENTITY,
    *_c64("network_registered_at"),
    *_accounts("owner_hotkey", "owner_coldkey"),
    *_c64("block"),
    *_c16("tempo"),
    *_c64("last_step", "blocks_since_last_step", "subnet_emission"),
    *_POOL,
    *_MOVING,
    *_c16("rho", "kappa", "min_allowed_weights", "max_weights_limit"),
    *_c64("weights_version", "weights_rate_limit", "activity_cutoff"),
    *_c16("max_validators", "num_uids", "max_uids"),
    *_tao("burn"),
    *_c64("difficulty"),
    *_flags("registration_allowed", "pow_registration_allowed"),
    *_c16("immunity_period"),
    *_c64("min_difficulty", "max_difficulty"),
    *_tao("min_burn", "max_burn"),
    *_c64("adjustment_alpha"),
    *_c16("adjustment_interval", "target_regs_per_interval", "max_regs_per_block"),
    *_c64("serving_rate_limit"),
    *_flags("commit_reveal_weights_enabled"),
    *_c64("commit_reveal_period"),
    *_flags("liquid_alpha_enabled"),
    *_c16("alpha_high", "alpha_low"),
    *_c64("bonds_moving_avg"),
    *_KEYS,
    ("identities", Vec(Option(ChainIdentityV2)), "Vec<Option<ChainIdentityOfV2>>"),
    ("axons", Vec(AxonInfo), "Vec<AxonInfo>"),
    *_PER_UID,
    *_DIVIDENDS,
]
_VALIDATORS: list[Row] = [
    ("validators", Vec(Compact(u16)), "Vec<Compact<u16>>"),
    (
        "commitments",
        Vec(Tup(AccountId32, Vec(Compact(u8)))),
        "Vec<(AccountId, Vec<Compact<u8>>)>",
    ),
]
Metagraph = _struct("metagraph", "Metagraph", [*_NETUID, *_METAGRAPH])
SelectiveMetagraph = _struct(
    "metagraph", "SelectiveMetagraph", [*_NETUID, *_maybe([*_METAGRAPH, *_VALIDATORS])]
)
METAGRAPH_FIELDS: tuple[str, ...] = tuple(row[0] for row in (*_NETUID, *_METAGRAPH, *_VALIDATORS))
"""Field names of a selective metagraph; the place is the index by which it is asked for."""
SubnetState = _struct(
    "show_subnet",
    "SubnetState",
    [
        *_NETUID,
        *_KEYS,
        *_PER_UID,
        ("emission_history", Vec(Vec(Compact(u64))), "Vec<Vec<Compact<AlphaBalance>>>"),
    ],
)


def _neuron(rows: Sequence[Row]) -> list[Row]:
    return [
        *_accounts("hotkey", "coldkey"),
        *_c16("uid"),
        *_NETUID,
        *_flags("active"),
        ("axon_info", AxonInfo, "AxonInfo"),
        ("prometheus_info", PrometheusInfo, "PrometheusInfo"),
        ("stake", Vec(Tup(AccountId32, Compact(u64))), "Vec<(AccountId, Compact<AlphaBalance>)>"),
        *_c16("rank"),
        *_alpha("emission"),
        *_c16("incentive", "consensus", "trust", "validator_trust", "dividends"),
        *_c64("last_update"),
        *_flags("validator_permit"),
        *rows,
        *_c16("pruning_score"),
    ]


_LINKS: list[Row] = [
    (name, Vec(_PAIR), "Vec<(Compact<u16>, Compact<u16>)>") for name in ("weights", "bonds")
]
NeuronInfo = _struct("neuron_info", "NeuronInfo", _neuron(_LINKS))
NeuronInfoLite = _struct("neuron_info", "NeuronInfoLite", _neuron(()))

StakeInfo = _struct(
    "stake_info",
    "StakeInfo",
    [
        *_accounts("hotkey", "coldkey"),
        *_NETUID,
        *_alpha("stake"),
        *_c64("locked"),
        *_alpha("emission"),
        *_tao("tao_emission"),
        *_c64("drain"),
        *_flags("is_registered"),
    ],
)
StakeAvailability = _struct(
    "stake_info", "StakeAvailability", _alpha("total", "locked", "available"), keyed=False
)

DelegateInfo = _struct(
    "delegate_info",
    "DelegateInfo",
    [
        *_accounts("delegate_ss58"),
        *_c16("take"),
        (
            "nominators",
            Vec(Tup(AccountId32, Vec(Tup(Compact(u16), Compact(u64))))),
            "Vec<(AccountId, Vec<(Compact<NetUid>, Compact<u64>)>)>",
        ),
        *_accounts("owner_ss58"),
        *[
            (name, Vec(Compact(u16)), "Vec<Compact<NetUid>>")
            for name in ("registrations", "validator_permits")
        ],
        *_c64("return_per_1000", "total_daily_return"),
    ],
)


def _swap_struct(name: str, rows: Sequence[Any]) -> Struct:
    return Struct(f"pallet_subtensor_swap_runtime_api::{name}", rows)


SubnetPrice = _swap_struct("SubnetPrice", [("netuid", u16, "NetUid"), ("price", u64, "u64")])
SimSwapResult = _swap_struct(
    "SimSwapResult",
    [
        (f"{token.lower()}_{what}", u64, f"{token}Balance")
        for what in ("amount", "fee", "slippage")
        for token in ("Tao", "Alpha")
    ],
)
