"""Deposits: free TAO set aside, the references that keep its account, and the issuance."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wrapped import ALICE, BOB, CHARLIE, RICH, TAO, Wrapped, error_of, transfer

from taoctl.localnet.dispatch_error import DispatchError
from taoctl.localnet.frame import Call, Signed
from taoctl.localnet.pallets.account_balances import EXISTENTIAL_DEPOSIT as ED
from taoctl.scale.crypto import KeySigner

NOBODY = KeySigner("//Nobody").ss58


@pytest.fixture
def chain() -> Wrapped:
    return Wrapped()


def test_a_deposit_is_set_aside_and_freed(chain: Wrapped) -> None:
    balances = chain.rt.balances
    balances.reserve(ALICE, 3 * TAO)
    assert (balances.free(ALICE), chain.held(ALICE)) == (RICH - 3 * TAO, 3 * TAO)
    assert chain.last("Reserved") == {"who": ALICE, "amount": 3 * TAO}
    assert chain.rt.system.Account[ALICE]["consumers"] == 1
    assert balances.unreserve(ALICE, TAO) == 0
    assert chain.rt.system.Account[ALICE]["consumers"] == 1
    assert balances.unreserve(ALICE, 5 * TAO) == 3 * TAO
    assert chain.last("Unreserved") == {"who": ALICE, "amount": 2 * TAO}
    assert (balances.free(ALICE), chain.held(ALICE)) == (RICH, 0)
    assert chain.rt.system.Account[ALICE]["consumers"] == 0


def test_nothing_is_set_aside_without_a_trace(chain: Wrapped) -> None:
    chain.rt.balances.reserve(ALICE, 0)
    assert chain.rt.balances.unreserve(ALICE, 0) == 0
    assert chain.rt.balances.unreserve(NOBODY, 7) == 7
    assert chain.rt.events == []


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (RICH - ED, None),
        (RICH - ED + 1, "ConsumerRemaining"),
        (RICH, "ConsumerRemaining"),
        (RICH + 1, "Balances.InsufficientBalance"),
    ],
)
def test_an_account_keeps_what_it_lives_on(chain: Wrapped, amount: int, error: str | None) -> None:
    if error is None:
        chain.rt.balances.reserve(ALICE, amount)
        return
    with pytest.raises(DispatchError) as refused:
        chain.rt.balances.reserve(ALICE, amount)
    assert str(refused.value) == error


def test_frozen_tao_is_no_deposit(chain: Wrapped) -> None:
    account = chain.rt.system.Account
    info = account[ALICE]
    account[ALICE] = {**info, "consumers": 1, "data": {**info["data"], "frozen": RICH - TAO}}
    chain.rt.balances.reserve(ALICE, TAO)
    with pytest.raises(DispatchError) as refused:
        chain.rt.balances.reserve(ALICE, 1)
    assert str(refused.value) == "Balances.LiquidityRestrictions"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "unreserve", "transfer", "transfer_all", "burn"]),
        st.sampled_from([ALICE, BOB, CHARLIE, NOBODY]),
        st.sampled_from([ALICE, BOB, CHARLIE, NOBODY]),
        st.sampled_from([0, 1, ED - 1, ED, TAO, RICH - ED, RICH - ED + 1, RICH, 2 * RICH]),
    ),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_no_rao_appears_or_is_lost(steps: list[tuple[str, str, str, int]]) -> None:
    chain = Wrapped()
    balances, account = chain.rt.balances, chain.rt.system.Account
    for what, who, dest, amount in steps:
        before = balances.total_issuance
        try:
            with chain.rt.state.transaction():
                if what in ("reserve", "unreserve"):
                    getattr(balances, what)(who, amount)
                elif what == "transfer":
                    balances.transfer(who, dest, amount, keep_alive=False)
        except DispatchError:
            continue
        if what == "transfer_all":
            args = {"dest": dest, "keep_alive": False}
            chain.rt.dispatch(Call("Balances", what, args), Signed(who))
        elif what == "burn":
            args = {"value": amount, "keep_alive": True}
            chain.rt.dispatch(Call("Balances", what, args), Signed(who))
        held = sum(i["data"]["free"] + i["data"]["reserved"] for _, i in account.items())
        assert held == balances.total_issuance <= before
        for _, info in account.items():
            assert info["consumers"] == (1 if info["data"]["reserved"] else 0)
            assert info["providers"] == 1
            assert info["data"]["free"] >= ED


def test_an_account_without_tao_has_no_deposit_to_give(chain: Wrapped) -> None:
    poor = chain.do(NOBODY, "Proxy", "add_proxy", delegate=ALICE, proxy_type="Any", delay=0)
    assert error_of(poor) == "Balances.InsufficientBalance"


def test_what_was_paid_too_much_does_not_bring_a_dead_account_back(chain: Wrapped) -> None:
    payment, issued = chain.rt.transaction_payment, chain.rt.balances.total_issuance
    everything = Call("Balances", "transfer_all", {"dest": BOB, "keep_alive": False})
    paid = payment.withdraw(everything, ALICE, 100_000)
    calls = (everything, transfer(BOB, TAO), transfer(BOB, TAO))
    assert chain.do(ALICE, "Utility", "batch", calls=calls).ok
    payment.settle(ALICE, paid, 40_000, 0)
    assert chain.last("TransactionFeePaid") == {"who": ALICE, "actual_fee": 100_000, "tip": 0}
    assert ALICE not in chain.rt.system.Account
    assert chain.rt.balances.total_issuance == issued - 100_000
