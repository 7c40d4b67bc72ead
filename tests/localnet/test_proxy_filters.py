"""The proxy rules: told by the runtime API as they are applied, with mainnet's own indices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from metadata_reader import read_metadata
from wrapped import CLASSES, transfer

from taoctl.localnet.frame import Call, Runtime
from taoctl.localnet.pallets.proxy_filters import RULES, CallRef, is_superset
from taoctl.localnet.pallets.proxy_types import PROXY_TYPES

CHAIN = Path(__file__).resolve().parents[3] / "shared" / "chain"
API = "ProxyFilterRuntimeApi"


@pytest.fixture(scope="module")
def rt() -> Runtime:
    runtime = Runtime(CLASSES)
    runtime.state.seal(0)
    return runtime


def ask(rt: Runtime, method: str, *args: Any) -> Any:
    info = rt.codec.need_api(API, method)
    data = rt.call_api(info.rpc_name, rt.codec.encode_api_args(info, args))
    return rt.codec.decode_api_result(info, data)


def subtensor(name: str, **args: Any) -> Call:
    return Call("SubtensorModule", name, args)


def set_code(pallet: str = "System", name: str = "set_code") -> Call:
    inner = Call(pallet, name, {})
    return Call("Sudo", "sudo_unchecked_weight", {"call": inner})


@pytest.mark.parametrize(
    ("kind", "call", "allowed"),
    [
        ("Staking", subtensor("add_stake"), True),
        ("Staking", subtensor("transfer_stake"), False),
        ("Staking", subtensor("set_root_claim_type"), True),
        ("NonFungible", subtensor("add_stake"), False),
        ("NonFungible", subtensor("set_weights"), True),
        ("NonTransfer", subtensor("add_stake"), True),
        ("NonTransfer", subtensor("swap_coldkey_announced"), False),
        ("NonCritical", subtensor("burned_register"), False),
        ("NonCritical", Call("Sudo", "remove_key", {}), False),
        ("NonCritical", subtensor("add_stake"), True),
        ("Registration", subtensor("register_limit"), True),
        ("Registration", subtensor("root_register"), False),
        ("Owner", Call("AdminUtils", "sudo_set_tempo", {}), True),
        ("Owner", Call("AdminUtils", "sudo_set_sn_owner_hotkey", {}), False),
        ("Owner", subtensor("update_symbol"), True),
        ("SubnetLeaseBeneficiary", subtensor("start_call"), True),
        ("SubnetLeaseBeneficiary", Call("AdminUtils", "sudo_set_tempo", {}), False),
        ("ChildKeys", subtensor("set_children"), True),
        ("SwapHotkey", subtensor("swap_hotkey_v2"), True),
        ("RootClaim", subtensor("claim_root"), True),
        ("RootWeights", subtensor("set_weights"), False),
        ("SmallTransfer", subtensor("transfer_stake", alpha_amount=499_999_999), True),
        ("SmallTransfer", subtensor("transfer_stake", alpha_amount=500_000_000), False),
        ("SmallTransfer", transfer("", 499_999_999, "transfer_allow_death"), True),
        ("SudoUncheckedSetCode", set_code(), True),
        ("SudoUncheckedSetCode", set_code("System", "remark"), False),
        ("SudoUncheckedSetCode", Call("Sudo", "sudo", {"call": Call("System", "x", {})}), False),
    ],
)
def test_a_rule_decides(kind: str, call: Call, allowed: bool) -> None:
    assert RULES[kind].allows(call) is allowed


def test_every_type_has_a_rule() -> None:
    assert set(RULES) == set(PROXY_TYPES)


def test_supersets() -> None:
    wider = {(a, b) for a in PROXY_TYPES for b in PROXY_TYPES if a != b and is_superset(a, b)}
    non_transfer = {b for a, b in wider if a == "NonTransfer"}
    assert non_transfer == set(PROXY_TYPES) - {"NonTransfer", "Any", "Transfer", "SmallTransfer"}
    assert {a for a, _ in wider} == {"Any", "NonTransfer", "Transfer"}
    assert ("Transfer", "SmallTransfer") in wider


def test_the_types_are_told(rt: Runtime) -> None:
    told = ask(rt, "get_proxy_types")
    assert [t["name"] for t in told] == list(PROXY_TYPES)
    assert [t["index"] for t in told] == list(range(18))
    assert [t["index"] for t in told if t["deprecated"]] == [4, 6, 7, 12]


def test_the_rules_are_told(rt: Runtime) -> None:
    told = ask(rt, "get_proxy_filter", None)
    assert {t["name"] for t in told} == set(PROXY_TYPES)
    (small,) = ask(rt, "get_proxy_filter", 11)
    assert small["filter_mode"] == "Allow"
    assert [c["call_name"] for c in small["calls"]] == [
        "transfer_keep_alive",
        "transfer_allow_death",
        "transfer_stake",
    ]
    limit = {"ParamLessThan": {"param_name": "value", "limit": 500_000_000}}
    assert small["calls"][0]["condition"] == limit
    (owner,) = ask(rt, "get_proxy_filter", 1)
    assert owner["calls"][0] == {
        "pallet_name": "AdminUtils",
        "pallet_index": 19,
        "call_name": None,
        "call_index": None,
        "condition": None,
    }
    assert [c["call_index"] for c in owner["exceptions"]] == [67, 64]
    assert ask(rt, "get_proxy_filter", 18) == []


@pytest.mark.skipif(not CHAIN.is_dir(), reason="needs mainnet's metadata in ../shared/chain")
def test_every_call_named_is_mainnets() -> None:
    meta = read_metadata((CHAIN / "finney-424.v15.scale").read_bytes())
    refs: list[CallRef] = [r for rule in RULES.values() for r in (*rule.calls, *rule.exceptions)]
    for ref in refs:
        pallet = meta.pallets[ref.pallet]
        assert pallet.index == ref.pallet_index
        calls = meta.variants(pallet.calls)
        if ref.name is not None:
            assert calls[ref.name].index == ref.index
        if ref.below is not None:
            assert ref.name is not None
            assert ref.below[0] in [f.name for f in calls[ref.name].fields]
    assert len(refs) > 80
