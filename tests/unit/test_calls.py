"""Calls from text and JSON, and what is known of them without a chain."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import bittensor_core
import pytest
from governance_errors import governance_errors
from state_node import FILES, metadata_of

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.calls.argument_values import ValueReader
from taoctl.calls.base import ChainCall, Effect, call_bytes
from taoctl.calls.batch import summed
from taoctl.calls.generic import from_bytes, nested_batches, recognised
from taoctl.calls.multisig import Group, parse_group
from taoctl.calls.proxied import allows
from taoctl.calls.remedies import _BY_NAME, remedy
from taoctl.calls.transfer import Transfer, TransferAll
from taoctl.cli import chain_call
from taoctl.errors import NotInRuntimeError, UsageError
from taoctl.scale.codec import Codec
from taoctl.units import Tao
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS

ROOT = Path(__file__).resolve().parents[2]
ALICE, BOB, CHARLIE, DAVE, EVE, FERDIE = DEV_ACCOUNTS
REMARK = {"pallet": "System", "call": "remark", "args": {"remark": "0xff00"}}


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec(metadata_of(424), 424, 1)


@pytest.fixture(scope="module")
def reader(codec: Codec) -> ValueReader:
    names = {"bob": BOB}
    return ValueReader(codec, lambda text: names.get(text, text))


@pytest.mark.parametrize(
    ("pallet", "call", "given", "wanted"),
    [
        (
            "Balances",
            "transfer_keep_alive",
            {"dest": "bob", "value": "1.5tao"},
            {"dest": BOB, "value": 1_500_000_000},
        ),
        (
            "Balances",
            "transfer_keep_alive",
            {"dest": {"Id": "bob"}, "value": "7 rao"},
            {"dest": BOB, "value": 7},
        ),
        (
            "Balances",
            "transfer_keep_alive",
            {"dest": "0x" + decode_ss58(BOB).hex(), "value": 1_000},
            {"dest": BOB, "value": 1_000},
        ),
        (
            "Balances",
            "transfer_all",
            {"dest": "bob", "keep_alive": "TRUE"},
            {"dest": BOB, "keep_alive": True},
        ),
        ("System", "remark", {"remark": "0x00ff"}, {"remark": b"\x00\xff"}),
        ("System", "remark", {"remark": "grüße"}, {"remark": "grüße".encode()}),
        (
            "Proxy",
            "add_proxy",
            {"delegate": "bob", "proxy_type": "staking", "delay": "1_000"},
            {"delegate": BOB, "proxy_type": "Staking", "delay": 1_000},
        ),
        (
            "Proxy",
            "proxy",
            {"real": "bob", "call": REMARK},
            {
                "real": BOB,
                "force_proxy_type": None,
                "call": ChainCall("System", "remark", {"remark": b"\xff\x00"}),
            },
        ),
        (
            "Utility",
            "batch",
            {"calls": [REMARK, REMARK]},
            {"calls": [ChainCall("System", "remark", {"remark": b"\xff\x00"})] * 2},
        ),
        (
            "SubtensorModule",
            "set_weights",
            {"netuid": "1", "dests": "0,2", "weights": "[1, 65535]", "version_key": 0},
            {"netuid": 1, "dests": [0, 2], "weights": [1, 65_535], "version_key": 0},
        ),
        (
            "SubtensorModule",
            "add_stake",
            {"hotkey": "bob", "netuid": 1, "amount_staked": "2τ"},
            {"hotkey": BOB, "netuid": 1, "amount_staked": 2_000_000_000},
        ),
    ],
)
def test_text_and_json_become_the_values_of_a_call(
    reader: ValueReader,
    codec: Codec,
    pallet: str,
    call: str,
    given: dict[str, Any],
    wanted: dict[str, Any],
) -> None:
    made = reader.call(pallet, call, given)
    assert made == ChainCall(pallet, call, wanted)
    data = call_bytes(codec, made)
    assert call_bytes(codec, from_bytes(codec, data)) == data


@pytest.mark.parametrize(
    ("call", "given", "said"),
    [
        ("Balances.transfer_keep_alive", {"dest": "bob"}, "also needs value (u64)"),
        ("Balances.transfer_keep_alive", {"dest": "bob", "value": "1.5"}, "not a whole number"),
        ("Balances.transfer_keep_alive", {"dest": "bob", "value": "1alpha"}, "wrong token"),
        ("Balances.transfer_keep_alive", {"dest": "bob", "value": "0.5rao"}, "whole number of rao"),
        ("Balances.transfer_keep_alive", {"dest": "bob", "value": "-1"}, "-1 is not a u64"),
        ("Balances.transfer_keep_alive", {"dest": "bob", "value": 2**64}, "is not a u64"),
        ("Balances.transfer_keep_alive", {"dest": "bob", "value": True}, "not a whole number"),
        ("Balances.transfer_keep_alive", {"dest": 5, "value": 1}, "not an account"),
        ("Balances.transfer_keep_alive", {"dest": "bob", "vaule": 1}, "no argument vaule"),
        ("Balances.transfer_all", {"dest": "bob", "keep_alive": "yes"}, "neither true nor false"),
        ("System.remark", {"remark": "0xabc"}, "not hexadecimal"),
        ("System.remark", {"remark": [1, 256]}, "not a list of bytes"),
        ("Proxy.add_proxy", {"delegate": "bob", "proxy_type": "Al", "delay": 0}, "none of its"),
        ("Proxy.announce", {"real": "bob", "call_hash": "0x11"}, "is 1 bytes, not 32"),
        ("Proxy.proxy", {"real": "bob", "call": "{}"}, "is not a call"),
        ("Proxy.proxy", {"real": "bob", "call": {**REMARK, "more": 1}}, "is not a call"),
        ("Utility.batch", {"calls": {"pallet": "System"}}, "not a list"),
        ("Utility.batch", {"calls": "[" * 50_000}, "not JSON"),
    ],
)
def test_what_does_not_fit_is_named(
    reader: ValueReader, call: str, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        reader.call(*call.split("."), given)
    assert said in caught.value.message
    assert caught.value.message.startswith(call)
    assert len(caught.value.message) < 300


def test_names_that_are_close_are_offered(reader: ValueReader) -> None:
    with pytest.raises(NotInRuntimeError) as pallet:
        reader.call("balances", "transfer_all", {})
    assert pallet.value.hint == "did you mean Balances?"
    with pytest.raises(NotInRuntimeError) as call:
        reader.call("Balances", "transfer_keepalive", {})
    assert "transfer_keep_alive" in (call.value.hint or "")


def test_a_call_nested_too_deeply_is_refused(reader: ValueReader) -> None:
    call: dict[str, Any] = REMARK
    for _ in range(3_000):
        call = {"pallet": "Sudo", "call": "sudo", "args": {"call": call}}
    with pytest.raises(UsageError, match="nested too deeply"):
        reader.nested(call)


@pytest.mark.parametrize("spec", sorted(FILES))
def test_the_types_of_every_call_have_words(spec: int) -> None:
    reader = ValueReader(Codec(metadata_of(spec), spec, 1))
    count = 0
    for calls in reader.types.calls.values():
        for arguments in calls.values():
            for one in arguments:
                assert reader.types.words(one.type_id)
                count += 1
    assert count > 50


@pytest.mark.parametrize("spec", sorted(FILES))
def test_what_a_runtime_decodes_is_taken_as_json_again(spec: int) -> None:
    """Decoded values, as a user would copy them out of JSON, give the same bytes."""
    codec = Codec(metadata_of(spec), spec, 1)
    reader = ValueReader(codec)
    plain = ChainCall("Balances", "transfer_keep_alive", {"dest": BOB, "value": 12})
    calls = [
        plain,
        ChainCall("Utility", "batch_all", {"calls": [plain, plain]}),
        ChainCall("Proxy", "proxy", {"real": BOB, "force_proxy_type": "Any", "call": plain}),
        ChainCall("Sudo", "sudo", {"call": plain}),
    ]
    for call in calls:
        data = call_bytes(codec, call)
        decoded = from_bytes(codec, data)
        assert call_bytes(codec, reader.nested(_as_json(decoded))) == data


def _as_json(value: Any) -> Any:
    if isinstance(value, ChainCall):
        args = {name: _as_json(one) for name, one in value.args.items()}
        return {"pallet": value.pallet, "call": value.name, "args": args}
    return [_as_json(one) for one in value] if isinstance(value, list) else value


def test_bytes_that_are_no_call_are_refused(codec: Codec) -> None:
    dice = random.Random(3)
    whole = call_bytes(
        codec, ChainCall("Balances", "transfer_keep_alive", {"dest": BOB, "value": 1})
    )
    for cut in range(1, len(whole)):
        with pytest.raises(UsageError):
            from_bytes(codec, whole[:cut])
    with pytest.raises(UsageError, match="no call of this runtime"):
        from_bytes(codec, whole + b"\x00")
    for _ in range(300):
        data = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 40)))
        try:
            assert call_bytes(codec, from_bytes(codec, data)) == data
        except UsageError:
            continue


def test_the_bytes_in_help_and_documentation_are_calls(codec: Codec) -> None:
    texts = [chain_call.call.__doc__ or "", (ROOT / "docs" / "transactions.md").read_text()]
    shown = [found for text in texts for found in re.findall(r"--call-hex 0x([0-9a-f]+)", text)]
    assert len(shown) == 2
    for one in shown:
        assert from_bytes(codec, bytes.fromhex(one)).pallet == "System"


def test_only_transfers_are_recognised() -> None:
    made = ChainCall("Balances", "transfer_allow_death", {"dest": BOB, "value": 5})
    assert recognised(made) == Transfer(BOB, Tao(5), allow_death=True)
    made = ChainCall("Balances", "transfer_all", {"dest": BOB, "keep_alive": True})
    assert recognised(made) == TransferAll(BOB, allow_death=False)
    assert recognised(ChainCall("Balances", "burn", {"value": 5, "keep_alive": True})) is None


def test_a_batch_in_a_batch_is_found_at_any_depth() -> None:
    remark = ChainCall("System", "remark", {"remark": b""})
    inner = ChainCall("Utility", "batch", {"calls": [remark]})
    assert not nested_batches(inner)
    proxied = ChainCall("Proxy", "proxy", {"real": BOB, "force_proxy_type": None, "call": inner})
    assert not nested_batches(proxied)
    assert not nested_batches(ChainCall("Utility", "batch_all", {"calls": [proxied]}))
    both = ChainCall("Utility", "batch_all", {"calls": [remark, inner]})
    around = ChainCall("Proxy", "proxy", {"real": BOB, "force_proxy_type": None, "call": both})
    for one in (both, around):
        assert [refusal.name for refusal in nested_batches(one)] == ["CallFiltered"]


def test_effects_of_a_batch_add_up_and_what_is_unknown_stays_so() -> None:
    effects = [
        Effect(ALICE, "free", Tao(100), Tao(90)),
        Effect(BOB, "free", Tao(5), Tao(15)),
        Effect(ALICE, "free", Tao(100), Tao(70)),
        Effect(CHARLIE, "free", Tao(1), "1 less the fee"),
        Effect(CHARLIE, "free", Tao(1), Tao(2)),
    ]
    assert summed(effects) == (
        Effect(ALICE, "free", Tao(100), Tao(60)),
        Effect(BOB, "free", Tao(5), Tao(15)),
        Effect(CHARLIE, "free", Tao(1), None),
    )


@pytest.mark.parametrize("size", [2, 3, 7, 64, 100])
def test_a_multisig_address_is_the_one_that_the_chain_derives(size: int) -> None:
    dice = random.Random(size)
    keys = [dice.randbytes(32) for _ in range(size)]
    group = Group(size // 2 + 1, tuple(encode_ss58(key) for key in keys))
    account, ordered = bittensor_core.multisig_account_id(keys, group.threshold)
    assert decode_ss58(group.ss58) == bytes(account)
    assert [decode_ss58(one) for one in group.sorted] == [bytes(one) for one in ordered]
    signer = group.signatories[0]
    assert set(group.others(signer)) == set(group.signatories) - {signer}


def test_a_multisig_is_written_as_a_threshold_and_members() -> None:
    assert parse_group(f"2: {ALICE}, {BOB}", str) == Group(2, (ALICE, BOB))
    for text in (
        ALICE,
        "x:a,b",
        f"3:{ALICE},{BOB}",
        f"0:{ALICE},{BOB}",
        f"1:{ALICE},{ALICE}",
        "2:",
    ):
        with pytest.raises(UsageError):
            parse_group(text, str)


def _filter(mode: Any, *calls: tuple[str, str | None], **more: Any) -> dict[str, Any]:
    infos = [
        {"pallet_name": pallet, "call_name": name, "condition": None} for pallet, name in calls
    ]
    return {"name": "T", "filter_mode": mode, "calls": infos, "exceptions": [], **more}


def test_what_a_proxy_type_allows_is_read_as_the_runtime_tells_it() -> None:
    transfer = ChainCall("Balances", "transfer_keep_alive", {"dest": BOB, "value": 5})
    remark = ChainCall("System", "remark", {"remark": b""})
    batch = ChainCall("Utility", "batch", {"calls": [transfer, remark]})
    assert allows(None, "Any", remark) is True
    assert allows(None, "Transfer", remark) is None
    assert allows({}, "Transfer", remark) is None
    balances = {"T": _filter("Allow", ("Balances", None))}
    assert allows(balances, "T", transfer) is True
    assert allows(balances, "T", remark) is False
    assert allows({"T": _filter("AllowAll")}, "T", remark) is True
    assert allows({"T": _filter("DenyAll")}, "T", remark) is False
    deny = {"T": _filter("Deny", ("System", "remark"))}
    assert allows(deny, "T", transfer) is True
    assert allows(deny, "T", batch) is False
    newer = {"T": {"name": "T", "filter_mode": {"Allow": balances["T"]["calls"]}}}
    assert allows(newer, "T", transfer) is True
    assert allows(newer, "T", remark) is False


def test_conditions_of_a_proxy_type_are_kept() -> None:
    small = _filter("Allow", ("Balances", "transfer_keep_alive"))
    limit = {"param_name": "value", "limit": 500_000_000}
    small["calls"][0]["condition"] = {"ParamLessThan": limit}
    for value, allowed in ((499_999_999, True), (500_000_000, False)):
        call = ChainCall("Balances", "transfer_keep_alive", {"dest": BOB, "value": value})
        assert allows({"T": small}, "T", call) is allowed
    code = _filter("Allow", ("Sudo", "sudo_unchecked_weight"))
    nested = {"pallet_name": "System", "call_name": "set_code"}
    code["calls"][0]["condition"] = {"NestedCallMustBe": nested}
    for name, allowed in (("set_code", True), ("set_heap_pages", False)):
        inner = ChainCall("System", name, {})
        call = ChainCall("Sudo", "sudo_unchecked_weight", {"call": inner})
        assert allows({"T": code}, "T", call) is allowed


def test_remedies_are_for_errors_that_the_runtime_has(codec: Codec) -> None:
    known = {
        f"{pallet}.{error['name']}"
        for pallet, one in codec.pallets.items()
        for error in one.get("errors", ())
    }
    dispatch = {"BadOrigin", "CannotLookup", "ConsumerRemaining", "Exhausted"}
    named = {name for name in _BY_NAME if not name.startswith(("Token.", "Arithmetic."))}
    assert named - dispatch <= known | governance_errors()
    assert remedy("SubtensorModule.DelegateTxRateLimitExceeded") is not None
    assert remedy("Nothing.OfTheKind") is None
