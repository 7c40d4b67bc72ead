"""Takes: who may change them, between which bounds, and how often."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import Chain, account, error_of

from taoctl.localnet.frame import Call

VALIDATOR = account("h:val0-1")
OWNER = "c:val0-1"
DEFAULT = 11_796
DAY_LIMIT = 216_000


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.begin()
    return made


def take(chain: Chain, call: str, value: int, signer: str = OWNER, hotkey: str = VALIDATOR) -> Any:
    return chain.call(signer, call, hotkey=hotkey, take=value)


def refusal(outcome: Any) -> str | None:
    error = error_of(outcome)
    return error and error.removeprefix("SubtensorModule.")


def move_to(chain: Chain, block: int) -> None:
    """As if nothing had happened in between."""
    chain.rt.state.making = block


def test_a_take_falls_at_any_time_and_rises_after_a_while(chain: Chain) -> None:
    module = chain.rt.subtensor
    move_to(chain, 10)
    assert take(chain, "decrease_take", 1_000).ok
    assert chain.events("TakeDecreased") == [(account(OWNER), VALIDATOR, 1_000)]
    assert module.Delegates[VALIDATOR] == 1_000
    assert take(chain, "decrease_take", 900).ok
    move_to(chain, 10 + DAY_LIMIT)
    assert refusal(take(chain, "increase_take", 901)) == "DelegateTxRateLimitExceeded"
    move_to(chain, 11 + DAY_LIMIT)
    assert take(chain, "increase_take", 901).ok
    assert chain.events("TakeIncreased") == [(account(OWNER), VALIDATOR, 901)]


def test_without_a_limit_a_take_may_rise_twice_in_a_block(chain: Chain) -> None:
    move_to(chain, 10)
    chain.rt.subtensor.TxDelegateTakeRateLimit.put(0)
    assert take(chain, "increase_take", 100).ok
    assert take(chain, "increase_take", 101).ok


def test_a_first_take_has_nothing_to_rise_above(chain: Chain) -> None:
    assert VALIDATOR not in chain.rt.subtensor.Delegates
    assert take(chain, "increase_take", 0).ok
    assert refusal(take(chain, "decrease_take", 0)) == "DelegateTakeTooLow"


@pytest.mark.parametrize(
    ("call", "value", "error"),
    [
        ("increase_take", DEFAULT + 1, "DelegateTakeTooHigh"),
        ("decrease_take", DEFAULT + 1, "DelegateTakeTooHigh"),
        ("increase_take", 5_000, "DelegateTakeTooLow"),
        ("decrease_take", 5_000, "DelegateTakeTooLow"),
        ("decrease_take", 99, "DelegateTakeTooLow"),
        ("increase_take", 99, "DelegateTakeTooLow"),
    ],
)
def test_takes_stay_within_bounds(chain: Chain, call: str, value: int, error: str) -> None:
    chain.rt.subtensor.Delegates[VALIDATOR] = 5_000
    chain.rt.subtensor.MinDelegateTake.put(100)
    assert refusal(take(chain, call, value)) == error


@pytest.mark.parametrize("call", ["increase_take", "decrease_take"])
def test_only_the_owner_sets_a_take(chain: Chain, call: str) -> None:
    assert refusal(take(chain, call, 5_000, "alice")) == "NonAssociatedColdKey"
    unknown = account("nobody's hotkey")
    assert refusal(take(chain, call, 5_000, hotkey=unknown)) == "HotKeyAccountNotExists"
    assert error_of(chain.call(None, call, hotkey=VALIDATOR, take=1)) == "BadOrigin"


def test_the_guards_say_so_before_inclusion(chain: Chain) -> None:
    module = chain.rt.subtensor
    asked = Call("SubtensorModule", "increase_take", {"hotkey": VALIDATOR, "take": DEFAULT + 1})
    assert module.validate(asked, account(OWNER)) == 27
    asked = Call("SubtensorModule", "increase_take", {"hotkey": VALIDATOR, "take": DEFAULT})
    assert module.validate(asked, account("alice")) == 25
    assert module.validate(asked, account(OWNER)) is None
    assert module.extension_weight(asked) == 67_583_000 + 90_378_000


def childkey(chain: Chain, value: int, signer: str = OWNER, netuid: int = 1) -> Any:
    return chain.call(signer, "set_childkey_take", hotkey=VALIDATOR, netuid=netuid, take=value)


def test_a_childkey_take_is_per_subnet_and_rises_after_a_while(chain: Chain) -> None:
    module = chain.rt.subtensor
    move_to(chain, 10)
    assert childkey(chain, 500).ok
    assert chain.events("ChildKeyTakeSet") == [(VALIDATOR, 500)]
    assert (module.childkey_take(VALIDATOR, 1), module.childkey_take(VALIDATOR, 2)) == (500, 0)
    assert refusal(childkey(chain, 501)) == "TxChildkeyTakeRateLimitExceeded"
    assert childkey(chain, 400).ok
    assert childkey(chain, 501, netuid=2).ok
    move_to(chain, 9 + DAY_LIMIT)
    assert refusal(childkey(chain, 401)) == "TxChildkeyTakeRateLimitExceeded"
    move_to(chain, 10 + DAY_LIMIT)
    assert childkey(chain, 401).ok
    assert module.TransactionKeyLastBlock[VALIDATOR, 1, 1] == 10 + DAY_LIMIT


def test_childkey_takes_stay_within_bounds(chain: Chain) -> None:
    module = chain.rt.subtensor
    assert refusal(childkey(chain, 1, "alice")) == "NonAssociatedColdKey"
    assert refusal(childkey(chain, DEFAULT + 1)) == "InvalidChildkeyTake"
    module.MinChildkeyTakePerSubnet[1] = 100
    assert refusal(childkey(chain, 99)) == "InvalidChildkeyTake"
    assert childkey(chain, 100).ok
    assert chain.call(None, "sudo_set_min_childkey_take", take=200).ok
    assert module.childkey_take(VALIDATOR, 1) == 200
    assert refusal(childkey(chain, 199)) == "InvalidChildkeyTake"
    assert chain.call(None, "sudo_set_max_childkey_take", take=250).ok
    assert refusal(childkey(chain, 251)) == "InvalidChildkeyTake"
    assert chain.call(None, "sudo_set_tx_childkey_take_rate_limit", tx_rate_limit=0).ok
    assert childkey(chain, 250).ok
    assert error_of(chain.call("alice", "sudo_set_min_childkey_take", take=1)) == "BadOrigin"
