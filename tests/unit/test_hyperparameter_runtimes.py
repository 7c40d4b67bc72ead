"""The table of hyperparameters, and setting each, on every runtime we know."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain, codec_of

from taoctl.calls.base import call_bytes
from taoctl.calls.owner.hyperparameter import SetHyperparameter, settable
from taoctl.calls.owner.values import HOW, parse_value
from taoctl.economics.hyperparameter import (
    Known,
    Value,
    as_argument,
    exact_text,
    from_storage,
    value_text,
)
from taoctl.economics.hyperparameters import KNOWN
from taoctl.errors import NotInRuntimeError, UsageError
from taoctl.localnet.frame import Call, Root, Runtime, Signed
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.admin_utils.pallet import AdminUtils
from taoctl.scale.crypto import KeySigner

ALICE, HOTKEY = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Hotkey"))
SETTABLE = [name for name, one in KNOWN.items() if one.change is not None]
WRITTEN = {
    "blocks": ("361", 361),
    "epochs": ("3", 3),
    "tao": ("0.25", 250_000_000),
    "u16": ("18%", 11_796),
    "u64": ("0.5", (2**64 - 1) // 2),
    "millionths": ("97.5%", 975_000),
    "thousandths": ("13.889", 13_889),
    "bool": ("yes", True),
    "i32f32": ("1000", 1000 << 32),
    "u64f64": ("1.26", (1 << 64) * 126 // 100),
    "yuma": ("2", 2),
    "choice": ("recycle", 1),
    "split": ("70%,30%", (45_874, 19_661)),
    "account": (HOTKEY, HOTKEY),
    "count": ("7", 7),
}
"""One value of each unit as it is written, and as the chain counts it."""


def chain_of(spec: int) -> StoredChain:
    chain = StoredChain(spec)
    chain.put("NetworksAdded", 1, value=True)
    chain.put("SubnetOwner", 1, value=ALICE)
    return chain


@pytest.mark.parametrize("unit", sorted(WRITTEN))
def test_values_are_read_as_they_are_written(unit: Any) -> None:
    known = Known(unit, "owner", "")
    text, expected = WRITTEN[unit]
    assert parse_value(known, f" {text} ") == expected
    assert value_text(unit, expected)
    with pytest.raises(UsageError):
        parse_value(known, "12 apples")
    assert set(WRITTEN) == set(HOW)


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("u16", "1"),
        ("u16", "101%"),
        ("count", "-1"),
        ("count", "1.5"),
        ("count", "1" * 30),
        ("blocks", "١٢"),
        ("thousandths", "1.0001"),
        ("yuma", "1"),
        ("split", "50%,49%"),
        ("split", ""),
        ("account", HOTKEY[:-1]),
        ("tao", "1.5rao"),
        ("tao", "-1"),
        ("u64f64", "inf"),
        ("bool", "maybe"),
    ],
)
def test_what_is_no_value_is_said_so(unit: Any, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_value(Known(unit, "owner", ""), text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("u16", "11796", 11_796),
        ("u64f64", str(1 << 64), 1 << 64),
        ("split", "1,65534", (1, 65_534)),
        ("choice", "1", 1),
        ("bool", "0", False),
        ("tao", "500000", 500_000),
    ],
)
def test_raw_values_are_the_chains_own_numbers(unit: Any, text: str, value: Value) -> None:
    assert parse_value(Known(unit, "owner", ""), text, raw=True) == value


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("name", SETTABLE)
def test_each_composes_or_is_absent(spec: int, name: str) -> None:
    known, change = settable(name)
    chain = chain_of(spec)
    value: Value = WRITTEN[known.unit][1]
    intent = SetHyperparameter(1, name, value)
    there = chain.codec.has_call(change.pallet, change.call)

    async def compose() -> bytes:
        view = chain.view()
        view.require(*intent.needs)
        return call_bytes(chain.codec, await intent.call(view, ALICE))

    if not there or chain.codec.storage("SubtensorModule", known.item) is None:
        with pytest.raises(NotInRuntimeError, match=f"spec {spec}"):
            asyncio.run(compose())
        return
    decoded = chain.codec.decode_call(asyncio.run(compose()))
    assert (decoded["call_module"], decoded["call_function"]) == (change.pallet, change.call)
    args = {one["name"]: one["value"] for one in decoded["call_args"]}
    assert args.pop("netuid") == 1
    assert args[change.argument] == as_argument(known, value)
    if spec == 424:
        view = chain.view()
        effects = asyncio.run(intent.effects(view, ALICE))
        assert effects[0].after == exact_text(known.unit, value)
        assert asyncio.run(intent.words(view, ALICE))


def test_the_table_is_of_the_runtime() -> None:
    codec = codec_of(424)
    for name, known in KNOWN.items():
        if known.item:
            assert codec.storage("SubtensorModule", known.item) is not None, name
        if (change := known.change) is not None:
            arguments = dict(codec.call_args(change.pallet, change.call) or ())
            assert {"netuid", change.argument} <= set(arguments), name
            assert (known.setter == "owner") == (change.limit is not None) or name in (
                "owner_cut_enabled",
                "owner_cut_auto_lock_enabled",
            )


def test_every_call_that_sets_something_of_a_subnet_is_in_the_table() -> None:
    codec = codec_of(424)
    known = {one.change.call for one in KNOWN.values() if one.change is not None}
    calls = {one["call_function"] for one in _admin_calls(codec)}
    assert calls - known == {
        "sudo_set_network_pow_registration_allowed",
        "sudo_set_rao_recycled",
        "sudo_set_tempo",
        "sudo_set_subnet_owner_hotkey",
        "sudo_set_ema_price_halving_period",
        "sudo_set_subtoken_enabled",
        "sudo_trim_to_max_allowed_uids",
    }


def _admin_calls(codec: Any) -> list[dict[str, str]]:
    return [
        {"call_function": name}
        for name in AdminUtils.call_specs
        if dict(codec.call_args("AdminUtils", name) or ()).get("netuid") == "u16"
    ]


@pytest.mark.parametrize("name", SETTABLE)
def test_who_sets_it_and_whether_the_window_counts_is_as_the_chain_has_it(name: str) -> None:
    known, change = settable(name)
    runtime = Runtime(PALLETS)
    module = runtime.subtensor
    runtime.state.begin_block(0)
    module.init_new_network(1, 360)
    module.SubnetOwner[1] = ALICE
    runtime.state.commit_block()
    runtime.initialize_block(1)
    runtime.state.making = 355

    def error(root: bool) -> str | None:
        value = WRITTEN[known.unit][1]
        argument = as_argument(known, value)
        argument = argument["bits"] if isinstance(argument, dict) else argument
        args = {"netuid": 1, change.argument: argument}
        if known.place is not None:
            args = {"netuid": 1, "alpha_low": 2_000, "alpha_high": 3_000}
        origin = Root() if root else Signed(ALICE)
        outcome = runtime.dispatch(Call(change.pallet, change.call, args), origin)
        return None if outcome.error is None else outcome.error.name

    refused = error(root=False)
    if known.setter == "root":
        assert refused == "BadOrigin"
        refused = error(root=True)
    assert (refused == "AdminActionProhibitedDuringWeightsWindow") is change.window
    assert (error(root=True) == "BadOrigin") is not change.root


def test_an_unknown_name_says_what_may_be_meant() -> None:
    with pytest.raises(UsageError, match="no hyperparameter 'imunity_period'") as caught:
        settable("imunity_period")
    assert "immunity_period" in (caught.value.hint or "")
    with pytest.raises(UsageError) as caught:
        settable("weights_version_key")
    assert "weights_version" in (caught.value.hint or "")
    for name in ("user_liquidity_enabled", "subnet_is_active"):
        with pytest.raises(UsageError, match="no call sets"):
            settable(name)


def test_nothing_stored_is_no_value() -> None:
    assert from_storage(KNOWN["tempo"], None) is None
    assert from_storage(KNOWN["mechanism_emission_split"], None) == ()
    assert from_storage(KNOWN["alpha_high"], (1, 2)) == 2
