"""What events say of a transaction, in the runtimes of the main network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taoctl.errors import BadDataError
from taoctl.scale.codec import Codec
from taoctl.submit.events import failure_of, read_events

CHAIN = Path(__file__).resolve().parents[2].parent / "shared" / "chain"


@pytest.fixture(scope="module", params=["finney-424.v15", "finney-393.v15", "subtensor-218.v14"])
def codec(request: pytest.FixtureRequest) -> Codec:
    path = CHAIN / f"{request.param}.scale"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")
    return Codec(path.read_bytes(), int(request.param[-7:-4]), 1)


def event(pallet: str, name: str, values: Any, index: int | None = 1) -> dict[str, Any]:
    phase = "Initialization" if index is None else "ApplyExtrinsic"
    return {
        "phase": phase,
        "extrinsic_idx": index,
        "module_id": pallet,
        "event_id": name,
        "attributes": values,
    }


def module_error(codec: Codec, pallet: str, name: str) -> dict[str, Any]:
    facts = codec.pallets[pallet]
    for number in range(256):
        try:
            found, _ = codec.module_error(facts["index"], number)
        except BadDataError:
            continue
        if found == name:
            error = "0x" + bytes([number, 0, 0, 0]).hex()
            return {"Module": {"index": facts["index"], "error": error}}
    raise AssertionError(f"{pallet} has no error {name}")


def test_every_module_error_has_its_name_and_words(codec: Codec) -> None:
    for number in (0, 1, 65, 10, 31):
        index = codec.pallets["SubtensorModule"]["index"]
        name, docs = codec.module_error(index, number)
        error = {"Module": {"index": index, "error": f"0x{number:02x}000000"}}
        failure = failure_of(codec, error, None)
        assert failure.name == f"SubtensorModule.{name}"
        assert (failure.docs or "") == docs
    failure = failure_of(codec, module_error(codec, "Balances", "InsufficientBalance"), "here")
    assert (failure.name, failure.where) == ("Balances.InsufficientBalance", "here")
    assert failure.docs == "Balance too low to send value."


@pytest.mark.parametrize(
    ("error", "name"),
    [
        ("BadOrigin", "BadOrigin"),
        ({"Token": "BelowMinimum"}, "Token.BelowMinimum"),
        ({"Arithmetic": "Underflow"}, "Arithmetic.Underflow"),
        ({"Module": {"index": 250, "error": "0x01000000"}}, "Module 250 error '0x01000000'"),
        ({"Module": {"index": "x"}}, "Module x error None"),
    ],
)
def test_other_errors_have_the_chains_words(codec: Codec, error: Any, name: str) -> None:
    assert failure_of(codec, error, None).name == name


def test_what_fails_inside_is_found_and_other_extrinsics_are_not_looked_at(codec: Codec) -> None:
    bad = module_error(codec, "Balances", "InsufficientBalance")
    done = event("System", "ExtrinsicSuccess", {"dispatch_info": {}})
    fee = event("TransactionPayment", "TransactionFeePaid", {"actual_fee": 12, "tip": 2})
    records = [
        event("System", "ExtrinsicFailed", {"dispatch_error": bad}, 0),
        event("Proxy", "ProxyExecuted", {"result": {"Err": bad}}),
        fee,
        done,
        event("Multisig", "MultisigExecuted", {"result": {"Err": bad}}, 2),
        event("System", "ExtrinsicSuccess", {}, 2),
        event("Multisig", "MultisigExecuted", {"result": {"Ok": ()}}, 3),
        event("System", "ExtrinsicSuccess", {}, 3),
        event("Balances", "Issued", {"amount": 1}, None),
    ]
    first = read_events(codec, records, 1)
    assert first.failure is not None and first.failure.where == "Proxy.proxy"
    assert first.fee_rao == 12 and len(first.events) == 3
    second = read_events(codec, records, 2)
    assert second.failure is not None and second.failure.where == "Multisig.as_multi"
    assert second.fee_rao is None
    assert read_events(codec, records, 3).failure is None


def test_the_innermost_failure_is_told_and_batches_inside_batches_are_counted(
    codec: Codec,
) -> None:
    bad = module_error(codec, "Balances", "InsufficientBalance")
    item = event("Utility", "ItemCompleted", ())
    records = [
        item,
        item,
        event("Utility", "BatchCompleted", ()),
        item,
        event("Utility", "ItemFailed", {"error": bad}),
        event("Utility", "BatchCompletedWithErrors", ()),
        event("Sudo", "Sudid", {"sudo_result": {"Err": "BadOrigin"}}),
        event("System", "ExtrinsicSuccess", {}),
    ]
    failure = read_events(codec, records, 1).failure
    assert failure is not None
    assert failure.where == "Utility.force_batch call 2"


@pytest.mark.parametrize("records", [[], [event("Balances", "Issued", {})], [{}], [None]])
def test_events_that_say_nothing_are_bad_data(codec: Codec, records: Any) -> None:
    with pytest.raises(BadDataError):
        read_events(codec, records, 1)
