from __future__ import annotations

from hashlib import blake2b
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taoctl.addresses import encode_ss58
from taoctl.localnet.dispatch_error import DispatchError
from taoctl.localnet.frame import Call, NoneOrigin, Origin, Outcome, Root, Runtime, Signed
from taoctl.localnet.pallets.account_balances import EXISTENTIAL_DEPOSIT
from taoctl.localnet.pallets.balances import Balances
from taoctl.localnet.pallets.sudo import Sudo
from taoctl.localnet.pallets.system import System
from taoctl.localnet.pallets.timestamp import Timestamp
from taoctl.localnet.pallets.transaction_payment import TransactionPayment
from taoctl.localnet.pallets.utility import Utility
from taoctl.localnet.types import variant
from taoctl.scale.crypto import KeySigner, blake2_256
from taoctl.units import U64_MAX

ALICE, BOB, CAROL = (KeySigner(f"//{n}").ss58 for n in ("Alice", "Bob", "Charlie"))
RICH = 10_000 * 10**9
ED = EXISTENTIAL_DEPOSIT
CLASSES = [System, Timestamp, Balances, TransactionPayment, Utility, Sudo]


def chain() -> Runtime:
    rt = Runtime(CLASSES)
    rt.balances.endow(ALICE, RICH)
    rt.balances.endow(BOB, RICH)
    rt.sudo.Key.put(ALICE)
    rt.state.seal(0)
    rt.initialize_block(1)
    return rt


@pytest.fixture
def rt() -> Runtime:
    return chain()


def do(rt: Runtime, origin: Origin | str, pallet: str, name: str, **args: Any) -> Outcome:
    who = Signed(origin) if isinstance(origin, str) else origin
    return rt.dispatch(Call(pallet, name, args), who)


def error(outcome: Outcome) -> Any:
    assert outcome.error is not None
    return outcome.error.value


def send(value: int, dest: str = BOB, name: str = "transfer_keep_alive") -> Call:
    return Call("Balances", name, {"dest": dest, "value": value})


def names(rt: Runtime) -> list[str]:
    return [f"{e.pallet}.{e.name}" for e in rt.events]


def held(rt: Runtime) -> int:
    return sum(a["data"]["free"] for a in rt.system.Account.values())


# Balances


def test_a_transfer_moves_exactly_its_value(rt: Runtime) -> None:
    assert do(rt, ALICE, "Balances", "transfer_keep_alive", dest=BOB, value=7).ok
    assert (rt.balances.free(ALICE), rt.balances.free(BOB)) == (RICH - 7, RICH + 7)
    assert [(e.name, e.data) for e in rt.events] == [
        ("Transfer", {"from": ALICE, "to": BOB, "amount": 7})
    ]


def test_a_new_account_needs_the_deposit_and_says_so(rt: Runtime) -> None:
    short = rt.dispatch(send(ED - 1, CAROL), Signed(ALICE))
    assert error(short) == variant("Token", "BelowMinimum")
    assert rt.events == []
    assert CAROL not in rt.system.Account
    assert rt.dispatch(send(ED, CAROL), Signed(ALICE)).ok
    assert names(rt) == ["System.NewAccount", "Balances.Endowed", "Balances.Transfer"]
    assert rt.system.Account[CAROL]["providers"] == 1


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("transfer_keep_alive", RICH - ED, None),
        ("transfer_keep_alive", RICH - ED + 1, ("Token", "NotExpendable")),
        ("transfer_keep_alive", RICH, ("Token", "NotExpendable")),
        ("transfer_allow_death", RICH, None),
        ("transfer_allow_death", RICH + 1, ("Token", "FundsUnavailable")),
        ("transfer_keep_alive", RICH + 1, ("Token", "FundsUnavailable")),
        ("transfer_allow_death", 2 * RICH + 1, ("Arithmetic", "Underflow")),
        ("transfer_keep_alive", 0, None),
    ],
)
def test_how_much_can_leave(
    rt: Runtime, name: str, value: int, expected: tuple[str, str] | None
) -> None:
    outcome = rt.dispatch(send(value, name=name), Signed(ALICE))
    if expected is None:
        assert outcome.ok
        assert rt.balances.free(BOB) == RICH + value
    else:
        assert error(outcome) == variant(*expected)
        assert rt.balances.free(BOB) == RICH
    assert held(rt) == rt.balances.total_issuance == 2 * RICH


def test_death_leaves_dust_out_of_the_issuance(rt: Runtime) -> None:
    dusty = send(RICH - 3, name="transfer_allow_death")
    assert rt.dispatch(dusty, Signed(ALICE)).ok
    assert names(rt) == ["System.KilledAccount", "Balances.DustLost", "Balances.Transfer"]
    assert ALICE not in rt.system.Account
    assert rt.balances.total_issuance == held(rt) == 2 * RICH - 3
    gone = rt.dispatch(send(1), Signed(ALICE))
    assert error(gone) == variant("Token", "FundsUnavailable")


def test_an_account_that_is_needed_cannot_die(rt: Runtime) -> None:
    rt.system.inc_consumers(ALICE)
    whole = send(RICH, name="transfer_allow_death")
    assert error(rt.dispatch(whole, Signed(ALICE))) == variant("Token", "Frozen")
    assert do(rt, ALICE, "Balances", "transfer_all", dest=BOB, keep_alive=False).ok
    assert rt.balances.free(ALICE) == ED
    with pytest.raises(DispatchError, match="ConsumerRemaining"):
        rt.system.dec_providers(ALICE)
    rt.system.dec_consumers(ALICE)
    assert do(rt, ALICE, "Balances", "transfer_all", dest=BOB, keep_alive=False).ok
    assert ALICE not in rt.system.Account


def test_transfer_all_keeps_what_it_must(rt: Runtime) -> None:
    assert do(rt, ALICE, "Balances", "transfer_all", dest=BOB, keep_alive=True).ok
    assert (rt.balances.free(ALICE), rt.balances.free(BOB)) == (ED, 2 * RICH - ED)


def test_frozen_balance_stays(rt: Runtime) -> None:
    info = rt.system.Account[ALICE]
    data = {**info["data"], "frozen": RICH - 10}
    rt.system.Account[ALICE] = {**info, "data": data}
    assert rt.balances.reducible(ALICE, keep_alive=True) == 10
    assert rt.dispatch(send(10), Signed(ALICE)).ok
    assert error(rt.dispatch(send(1), Signed(ALICE))) == variant("Token", "Frozen")


def test_a_transfer_to_oneself_checks_and_moves_nothing(rt: Runtime) -> None:
    assert rt.dispatch(send(RICH, ALICE, "transfer_allow_death"), Signed(ALICE)).ok
    assert rt.events == []
    assert rt.balances.free(ALICE) == RICH


def test_addresses_that_name_no_account_are_refused(rt: Runtime) -> None:
    raw_address = variant("Raw", b"0x01")
    args = {"dest": raw_address, "value": 1}
    one = Call("Balances", "transfer_keep_alive", args)
    assert rt.decode_call(rt.encode_call(one)) == one
    raw = rt.dispatch(one, Signed(ALICE))
    assert error(raw) == "CannotLookup"
    unsigned = do(rt, NoneOrigin(), "Balances", "transfer_keep_alive", dest=BOB, value=1)
    assert error(unsigned) == "BadOrigin"


def test_root_sets_balances_and_issuance(rt: Runtime) -> None:
    assert do(rt, Root(), "Balances", "force_set_balance", who=CAROL, new_free=5_000).ok
    assert rt.balances.total_issuance == held(rt) == 2 * RICH + 5_000
    assert do(rt, Root(), "Balances", "force_set_balance", who=CAROL, new_free=ED - 1).ok
    assert CAROL not in rt.system.Account
    assert rt.balances.total_issuance == held(rt) == 2 * RICH
    by_user = do(rt, ALICE, "Balances", "force_set_balance", who=CAROL, new_free=1)
    assert error(by_user) == "BadOrigin"
    zero = do(rt, Root(), "Balances", "force_adjust_total_issuance", direction="Increase", delta=0)
    assert str(zero.error) == "Balances.DeltaZero"


def test_an_issuance_that_root_drives_beyond_u64_saturates(rt: Runtime) -> None:
    for who in (BOB, CAROL):
        assert do(rt, Root(), "Balances", "force_set_balance", who=who, new_free=U64_MAX).ok
    assert rt.balances.total_issuance == U64_MAX
    sent = do(rt, ALICE, "Balances", "transfer_keep_alive", dest=BOB, value=ED)
    assert str(sent.error) == "Overflow"


def test_burning_takes_from_the_issuance(rt: Runtime) -> None:
    assert do(rt, ALICE, "Balances", "burn", value=100, keep_alive=True).ok
    assert rt.balances.total_issuance == held(rt) == 2 * RICH - 100
    over = do(rt, ALICE, "Balances", "burn", value=RICH - 100, keep_alive=True)
    assert error(over) == variant("Token", "FundsUnavailable")


MOVES = st.lists(
    st.tuples(
        st.sampled_from([ALICE, BOB, CAROL]),
        st.sampled_from([ALICE, BOB, CAROL]),
        st.one_of(st.integers(0, 3 * ED), st.integers(0, 2 * RICH)),
        st.sampled_from(["transfer_keep_alive", "transfer_allow_death"]),
    ),
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(moves=MOVES)
def test_no_transfer_makes_or_hides_money(moves: list[tuple[str, str, int, str]]) -> None:
    rt = chain()
    for source, dest, value, name in moves:
        before = {who: rt.balances.free(who) for who in (ALICE, BOB, CAROL)}
        outcome = rt.dispatch(send(value, dest, name), Signed(source))
        if not outcome.ok:
            assert before == {who: rt.balances.free(who) for who in (ALICE, BOB, CAROL)}
        elif name == "transfer_keep_alive" and before[source] >= ED:
            assert rt.balances.free(source) >= ED
        assert held(rt) == rt.balances.total_issuance
        for account in rt.system.Account.values():
            assert account["data"]["free"] >= ED
            assert account["providers"] == 1
    dust = sum(e.data["amount"] for e in rt.events if e.name == "DustLost")
    assert rt.balances.total_issuance == 2 * RICH - dust


# Utility


def test_batch_stops_at_the_first_failure_and_keeps_the_rest(rt: Runtime) -> None:
    calls = (send(5), send(3 * RICH), send(6))
    outcome = do(rt, ALICE, "Utility", "batch", calls=calls)
    assert outcome.ok
    assert rt.balances.free(BOB) == RICH + 5
    assert names(rt) == ["Balances.Transfer", "Utility.ItemCompleted", "Utility.BatchInterrupted"]
    failed = {"index": 1, "error": variant("Arithmetic", "Underflow")}
    assert rt.events[-1].data == failed
    assert outcome.weight < rt.weight_of(Call("Utility", "batch", {"calls": calls})).ref_time


def test_batch_all_is_all_or_nothing(rt: Runtime) -> None:
    outcome = do(rt, ALICE, "Utility", "batch_all", calls=(send(5), send(3 * RICH)))
    assert error(outcome) == variant("Arithmetic", "Underflow")
    assert (rt.balances.free(BOB), rt.events) == (RICH, [])
    assert do(rt, ALICE, "Utility", "batch_all", calls=(send(5), send(6))).ok
    assert rt.balances.free(BOB) == RICH + 11
    assert names(rt)[-2:] == ["Utility.ItemCompleted", "Utility.BatchCompleted"]


def test_force_batch_runs_everything(rt: Runtime) -> None:
    assert do(rt, ALICE, "Utility", "force_batch", calls=(send(5), send(3 * RICH), send(6))).ok
    assert rt.balances.free(BOB) == RICH + 11
    assert names(rt) == [
        "Balances.Transfer",
        "Utility.ItemCompleted",
        "Utility.ItemFailed",
        "Balances.Transfer",
        "Utility.ItemCompleted",
        "Utility.BatchCompletedWithErrors",
    ]


@pytest.mark.parametrize(
    "inner",
    [
        Call("Utility", "batch", {"calls": ()}),
        Call("Utility", "batch_all", {"calls": ()}),
        Call("Utility", "force_batch", {"calls": ()}),
    ],
)
def test_batches_hold_no_batches(rt: Runtime, inner: Call) -> None:
    outcome = do(rt, ALICE, "Utility", "batch", calls=(inner,))
    assert str(outcome.error) == "System.CallFiltered"
    by_root = do(rt, Root(), "Utility", "batch", calls=(inner,))
    assert by_root.ok


def test_batch_all_is_not_nested_at_any_depth(rt: Runtime) -> None:
    deep = Call("Utility", "batch_all", {"calls": ()})
    between = Call("Utility", "as_derivative", {"index": 0, "call": deep})
    outcome = do(rt, ALICE, "Utility", "batch_all", calls=(between,))
    assert str(outcome.error) == "System.CallFiltered"
    assert do(rt, ALICE, "Utility", "batch", calls=(between,)).ok


def test_a_batch_is_free_when_everything_in_it_is(rt: Runtime) -> None:
    assert not rt.weight_of(Call("Utility", "batch", {"calls": ()})).pays
    assert rt.weight_of(Call("Utility", "batch", {"calls": (send(1),)})).pays


def test_a_batch_in_a_batch_in_if_else_is_filtered_too(rt: Runtime) -> None:
    nested = Call("Utility", "batch", {"calls": (Call("Utility", "batch", {"calls": ()}),)})
    outcome = do(rt, ALICE, "Utility", "if_else", main=nested, fallback=send(9))
    assert outcome.ok
    assert rt.balances.free(BOB) == RICH + 9
    assert rt.events[-1].name == "IfElseFallbackCalled"


def test_batches_are_limited_and_need_an_account(rt: Runtime) -> None:
    many = tuple([Call("System", "remark", {"remark": b""})] * 10_923)
    assert str(do(rt, ALICE, "Utility", "batch", calls=many).error) == "Utility.TooManyCalls"
    assert error(do(rt, NoneOrigin(), "Utility", "batch", calls=())) == "BadOrigin"


def test_a_derivative_account_is_the_chains(rt: Runtime) -> None:
    probe = Call("System", "remark_with_event", {"remark": b"x"})
    assert do(rt, ALICE, "Utility", "as_derivative", index=0, call=probe).ok
    seed = b"modlpy/utilisuba" + KeySigner("//Alice").public_key + b"\x00\x00"
    derived = blake2b(seed, digest_size=32).digest()
    assert rt.events[0].data["sender"] == encode_ss58(derived)


def test_dispatch_as_needs_root(rt: Runtime) -> None:
    as_bob = {"system": variant("Signed", BOB)}
    back = send(4, ALICE)
    assert (
        error(do(rt, ALICE, "Utility", "dispatch_as", as_origin=as_bob, call=back)) == "BadOrigin"
    )
    assert do(rt, Root(), "Utility", "dispatch_as", as_origin=as_bob, call=back).ok
    assert rt.balances.free(ALICE) == RICH + 4
    failing = do(rt, Root(), "Utility", "dispatch_as", as_origin=as_bob, call=send(3 * RICH, ALICE))
    assert failing.ok
    assert rt.events[-1].data == {"result": {"Err": variant("Arithmetic", "Underflow")}}


# Sudo, System, Timestamp, TransactionPayment


def test_sudo_succeeds_and_tells_how_it_went(rt: Runtime) -> None:
    force = Call("Balances", "force_set_balance", {"who": CAROL, "new_free": 9_000})
    done = do(rt, ALICE, "Sudo", "sudo", call=force)
    assert (done.ok, done.pays) == (True, False)
    assert rt.events[-1].data == {"sudo_result": {"Ok": ()}}
    failed = do(rt, ALICE, "Sudo", "sudo", call=send(1))
    assert failed.ok
    assert rt.events[-1].data == {"sudo_result": {"Err": "BadOrigin"}}
    assert str(do(rt, BOB, "Sudo", "sudo", call=force).error) == "Sudo.RequireSudo"
    assert rt.sudo.validate(Call("Sudo", "remove_key", {}), BOB) == "BadSigner"
    assert rt.sudo.validate(Call("Sudo", "remove_key", {}), ALICE) is None


def test_the_sudo_key_changes_hands(rt: Runtime) -> None:
    assert do(rt, ALICE, "Sudo", "set_key", new=BOB).ok
    assert rt.events[-1].data == {"old": ALICE, "new": BOB}
    as_alice = do(rt, BOB, "Sudo", "sudo_as", who=ALICE, call=send(3))
    assert as_alice.ok
    assert rt.balances.free(BOB) == RICH + 3
    assert do(rt, BOB, "Sudo", "remove_key").ok
    assert rt.sudo.Key.get() is None


def test_remarks_cost_by_the_byte(rt: Runtime) -> None:
    assert do(rt, ALICE, "System", "remark_with_event", remark=b"hello").ok
    assert rt.events[0].data["hash"] == "0x" + blake2_256(b"hello").hex()
    short, long = (Call("System", "remark", {"remark": bytes(n)}) for n in (0, 1_000))
    assert rt.weight_of(long).ref_time - rt.weight_of(short).ref_time == 390_000


def test_the_time_is_set_once_a_block_and_goes_on(rt: Runtime) -> None:
    assert do(rt, NoneOrigin(), "Timestamp", "set", now=1_000).ok
    assert not do(rt, NoneOrigin(), "Timestamp", "set", now=2_000).ok
    rt.finalize_block()
    rt.state.commit_block()
    rt.initialize_block(2)
    assert not do(rt, NoneOrigin(), "Timestamp", "set", now=1_000).ok
    assert error(do(rt, ALICE, "Timestamp", "set", now=3_000)) == "BadOrigin"
    assert do(rt, NoneOrigin(), "Timestamp", "set", now=1_001).ok


def test_block_hashes_are_kept_for_a_while() -> None:
    rt = Runtime(CLASSES)
    rt.state.seal(0)
    for number in range(1, 2_405):
        rt.state.begin_block(number)
        rt.begin(number, number.to_bytes(32, "big"))
        rt.state.commit_block()
    assert sorted(rt.system.BlockHash.keys()) == [0, *range(4, 2_404)]
    assert rt.system.BlockHash[2_403] == "0x" + (2_404).to_bytes(32, "big").hex()
    assert rt.system.Number.get() == 2_404


def test_fees_are_taken_and_returned(rt: Runtime) -> None:
    payment = rt.transaction_payment
    assert payment.can_withdraw(send(5), ALICE, RICH - ED)
    assert not payment.can_withdraw(send(5), ALICE, RICH - ED + 1)
    paid = payment.withdraw(send(5), ALICE, 1_000)
    payment.settle(ALICE, paid, 400, 100)
    assert rt.balances.free(ALICE) == RICH - 400
    assert rt.balances.total_issuance == held(rt) == 2 * RICH - 400
    assert [(e.name, e.data) for e in rt.events] == [
        ("Withdraw", {"who": ALICE, "amount": 1_000}),
        ("Deposit", {"who": ALICE, "amount": 600}),
        ("TransactionFeePaid", {"who": ALICE, "actual_fee": 400, "tip": 100}),
    ]


def test_a_free_call_is_told_of_as_paying_nothing(rt: Runtime) -> None:
    payment = rt.transaction_payment
    payment.settle(ALICE, payment.withdraw(send(5), ALICE, 0), 0, 0)
    paid = {"who": ALICE, "actual_fee": 0, "tip": 0}
    assert [(e.name, e.data) for e in rt.events] == [("TransactionFeePaid", paid)]


def test_fee_queries_agree_with_each_other(rt: Runtime) -> None:
    call_bytes = rt.encode_call(send(5))
    args = call_bytes + (150).to_bytes(4, "little")

    def ask(method: str) -> Any:
        api = "TransactionPaymentCallApi"
        raw = rt.call_api(f"{api}_{method}", args, 0)
        return rt.codec.decode_api_result(rt.codec.need_api(api, method), raw)

    info, parts = ask("query_call_info"), ask("query_call_fee_details")["inclusion_fee"]
    assert info["class"] == "Normal"
    assert info["partial_fee"] == sum(parts.values())
    assert parts["len_fee"] == 150


def test_the_nonce_is_the_accounts(rt: Runtime) -> None:
    rt.system.inc_account_nonce(ALICE)
    rt.finalize_block()
    rt.state.commit_block()
    info = rt.codec.need_api("AccountNonceApi", "account_nonce")
    args = rt.codec.encode_api_args(info, [ALICE])
    answers = [rt.call_api("AccountNonceApi_account_nonce", args, block) for block in (0, 1)]
    assert answers == [b"\x00\x00\x00\x00", b"\x01\x00\x00\x00"]
