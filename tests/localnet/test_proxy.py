"""Proxies: who may act for whom, what they may call, what is held and who pays."""

from __future__ import annotations

import asyncio
from hashlib import blake2b
from typing import Any

import pytest
from nodes import TAO, event_names, free, plain_kind, signed
from wrapped import (
    ALICE,
    BOB,
    CHARLIE,
    CLASSES,
    DAVE,
    RICH,
    Wrapped,
    error_of,
    remark,
    transfer,
)

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.localnet.boot import Kind, Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Call
from taoctl.localnet.pallets.proxy_types import PROXY_TYPES
from taoctl.localnet.rpc.registry import RpcError
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import KeySigner, blake2_256

BASE, EACH = 60_000_000, 33_000_000
ANN_BASE, ANN_EACH = 36_000_000, 68_000_000
FILTERED = {"Err": {"Module": {"index": 0, "error": bytes([5, 0, 0, 0])}}}
OK: dict[str, Any] = {"Ok": ()}


@pytest.fixture
def chain() -> Wrapped:
    return Wrapped()


def add(chain: Wrapped, real: str, delegate: str, kind: str = "Any", delay: int = 0) -> Any:
    return chain.do(real, "Proxy", "add_proxy", delegate=delegate, proxy_type=kind, delay=delay)


def remove(chain: Wrapped, real: str, delegate: str, kind: str = "Any", delay: int = 0) -> Any:
    return chain.do(real, "Proxy", "remove_proxy", delegate=delegate, proxy_type=kind, delay=delay)


def act(chain: Wrapped, who: str, real: str, call: Call, kind: str | None = None) -> Any:
    return chain.do(who, "Proxy", "proxy", real=real, force_proxy_type=kind, call=call)


def act_result(chain: Wrapped, who: str, real: str, call: Call, kind: str | None = None) -> Any:
    """How the call inside ended."""
    assert error_of(act(chain, who, real, call, kind)) is None
    return chain.last("ProxyExecuted")["result"]


def test_a_proxy_spends_for_the_account_that_added_it(chain: Wrapped) -> None:
    assert error_of(act(chain, BOB, ALICE, transfer(CHARLIE, TAO))) == "Proxy.NotProxy"
    assert add(chain, ALICE, BOB).ok
    assert act_result(chain, BOB, ALICE, transfer(CHARLIE, TAO)) == OK
    assert chain.rt.balances.free(CHARLIE) == RICH + TAO
    assert chain.rt.balances.free(ALICE) == RICH - TAO - BASE - EACH
    assert chain.rt.balances.free(BOB) == RICH
    assert chain.rt.proxy.LastCallResult[ALICE] == OK
    chain.next_block()
    assert ALICE not in chain.rt.proxy.LastCallResult


def test_a_failure_inside_is_only_told_in_the_event(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB).ok
    result = act_result(chain, BOB, ALICE, transfer(CHARLIE, 2 * RICH))
    assert result == {"Err": {"Token": "FundsUnavailable"}}
    assert chain.rt.balances.free(CHARLIE) == RICH


def test_deposits_follow_the_number_of_proxies(chain: Wrapped) -> None:
    for count, kind in enumerate(("Any", "Staking", "Transfer"), 1):
        assert add(chain, ALICE, BOB, kind).ok
        assert chain.held(ALICE) == BASE + EACH * count
    assert chain.rt.system.Account[ALICE]["consumers"] == 1
    assert remove(chain, ALICE, BOB, "Staking").ok
    assert chain.held(ALICE) == BASE + 2 * EACH
    assert chain.do(ALICE, "Proxy", "remove_proxies").ok
    assert chain.held(ALICE) == 0
    assert chain.rt.balances.free(ALICE) == RICH
    assert chain.rt.system.Account[ALICE]["consumers"] == 0
    assert ALICE not in chain.rt.proxy.Proxies


def test_what_cannot_be_added_or_removed(chain: Wrapped) -> None:
    assert error_of(add(chain, ALICE, ALICE)) == "Proxy.NoSelfProxy"
    assert error_of(remove(chain, ALICE, BOB)) == "Proxy.NotFound"
    assert add(chain, ALICE, BOB).ok
    assert error_of(add(chain, ALICE, BOB)) == "Proxy.Duplicate"
    assert error_of(remove(chain, ALICE, BOB, delay=1)) == "Proxy.NotFound"
    for delay in range(1, 20):
        assert add(chain, ALICE, BOB, delay=delay).ok
    assert error_of(add(chain, ALICE, CHARLIE)) == "Proxy.TooMany"
    assert add(chain, BOB, ALICE).ok
    poor = KeySigner("//Poor").ss58
    chain.rt.balances.endow(poor, BASE)
    assert error_of(add(chain, poor, ALICE)) == "Balances.InsufficientBalance"
    assert poor not in chain.rt.proxy.Proxies


def test_proxies_are_kept_sorted(chain: Wrapped) -> None:
    for who in (DAVE, BOB, CHARLIE):
        for kind in ("Staking", "Any"):
            assert add(chain, ALICE, who, kind, 1).ok
            assert add(chain, ALICE, who, kind).ok
    listed = chain.rt.proxy.Proxies[ALICE][0]
    rank = [
        (decode_ss58(p["delegate"]), PROXY_TYPES.index(p["proxy_type"]), p["delay"]) for p in listed
    ]
    assert rank == sorted(rank)
    assert len(rank) == 12


def test_the_deposit_stays_out_of_reach(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB).ok
    everything = chain.do(ALICE, "Balances", "transfer_all", dest=BOB, keep_alive=False)
    assert everything.ok
    assert chain.rt.balances.data(ALICE)["free"] == 500
    assert chain.held(ALICE) == BASE + EACH
    last = chain.do(ALICE, "Balances", "transfer_allow_death", dest=BOB, value=500)
    assert last.error is not None
    assert last.error.value == {"Token": "Frozen"}


ALLOWED = {
    "Any": {"transfer", "small", "all", "remark", "batch"},
    "NonTransfer": {"remark", "batch"},
    "NonFungible": {"remark", "batch"},
    "NonCritical": {"transfer", "small", "all", "remark", "batch"},
    "Transfer": {"transfer", "small", "all"},
    "SmallTransfer": {"small"},
}
PROBES = {
    "transfer": transfer(DAVE, TAO // 2),
    "small": transfer(DAVE, TAO // 2 - 1),
    "all": Call("Balances", "transfer_all", {"dest": DAVE, "keep_alive": True}),
    "remark": remark(),
    "batch": Call("Utility", "batch", {"calls": ()}),
}


@pytest.mark.parametrize("kind", PROXY_TYPES)
def test_every_type_allows_its_calls_and_no_other(chain: Wrapped, kind: str) -> None:
    assert add(chain, ALICE, BOB, kind).ok
    for name, call in PROBES.items():
        result = act_result(chain, BOB, ALICE, call)
        assert (result == OK) is (name in ALLOWED.get(kind, ())), name
        assert result in (OK, FILTERED)


def test_the_filter_reaches_into_batches(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB, "NonTransfer").ok
    calls = (remark(), transfer(CHARLIE, TAO))
    for name in ("batch", "batch_all", "force_batch"):
        act_result(chain, BOB, ALICE, Call("Utility", name, {"calls": calls}))
    assert chain.rt.balances.free(CHARLIE) == RICH
    derived = Call("Utility", "as_derivative", {"index": 0, "call": transfer(CHARLIE, 1)})
    assert act_result(chain, BOB, ALICE, derived) == FILTERED
    nested = Call("Utility", "batch", {"calls": (Call("Utility", "batch", {"calls": ()}),)})
    assert act_result(chain, BOB, ALICE, nested) == FILTERED


def test_a_proxied_call_starts_with_a_fresh_origin(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB, "NonTransfer").ok
    assert add(chain, CHARLIE, ALICE, "Any").ok
    through = Call(
        "Proxy",
        "proxy",
        {"real": CHARLIE, "force_proxy_type": None, "call": transfer(DAVE, TAO)},
    )
    assert act_result(chain, BOB, ALICE, through) == OK
    assert chain.rt.balances.free(DAVE) == RICH + TAO


def test_a_proxy_gives_no_more_than_it_has(chain: Wrapped) -> None:
    def adding(kind: str) -> Call:
        return Call("Proxy", "add_proxy", {"delegate": DAVE, "proxy_type": kind, "delay": 0})

    assert add(chain, ALICE, BOB, "NonTransfer").ok
    assert add(chain, ALICE, CHARLIE, "Any").ok
    for kind in ("Any", "Transfer", "SmallTransfer"):
        assert act_result(chain, BOB, ALICE, adding(kind)) == FILTERED
    assert act_result(chain, BOB, ALICE, adding("Staking")) == OK
    assert act_result(chain, CHARLIE, ALICE, adding("Transfer")) == OK
    removing = Call("Proxy", "remove_proxies", {})
    assert act_result(chain, BOB, ALICE, removing) == FILTERED
    assert act_result(chain, CHARLIE, ALICE, removing) == OK
    assert ALICE not in chain.rt.proxy.Proxies


def test_a_type_can_be_asked_for(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB, "Any").ok
    assert add(chain, ALICE, BOB, "Staking").ok
    send = transfer(CHARLIE, TAO)
    assert act_result(chain, BOB, ALICE, send, "Staking") == FILTERED
    assert act_result(chain, BOB, ALICE, send, "Any") == OK
    assert error_of(act(chain, BOB, ALICE, send, "Owner")) == "Proxy.NotProxy"


def announced(call: Call, chain: Wrapped) -> str:
    return "0x" + blake2_256(chain.rt.encode_call(call)).hex()


def act_announced(chain: Wrapped, who: str, call: Call) -> Any:
    return chain.do(
        who,
        "Proxy",
        "proxy_announced",
        delegate=BOB,
        real=ALICE,
        force_proxy_type=None,
        call=call,
    )


def test_a_delayed_proxy_announces_and_waits(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB, "Any", 3).ok
    send = transfer(CHARLIE, TAO)
    told = announced(send, chain)
    assert error_of(act(chain, BOB, ALICE, send)) == "Proxy.Unannounced"
    assert error_of(act_announced(chain, DAVE, send)) == "Proxy.Unannounced"
    assert chain.do(BOB, "Proxy", "announce", real=ALICE, call_hash=told).ok
    assert chain.last("Announced") == {"real": ALICE, "proxy": BOB, "call_hash": told}
    assert chain.held(BOB) == ANN_BASE + ANN_EACH
    chain.next_block(2)
    assert error_of(act_announced(chain, DAVE, send)) == "Proxy.Unannounced"
    chain.next_block()
    assert act_announced(chain, DAVE, send).ok
    assert chain.last("ProxyExecuted") == {"result": OK}
    assert chain.rt.balances.free(CHARLIE) == RICH + TAO
    assert chain.held(BOB) == 0
    assert error_of(act_announced(chain, DAVE, send)) == "Proxy.Unannounced"


def test_announcements_are_taken_back_and_struck(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB, "Any", 3).ok
    one, two = "0x" + "11" * 32, "0x" + "22" * 32
    stranger = chain.do(CHARLIE, "Proxy", "announce", real=ALICE, call_hash=one)
    assert error_of(stranger) == "Proxy.NotProxy"
    for told in (one, two, two):
        assert chain.do(BOB, "Proxy", "announce", real=ALICE, call_hash=told).ok
    assert chain.held(BOB) == ANN_BASE + 3 * ANN_EACH
    assert chain.do(ALICE, "Proxy", "reject_announcement", delegate=BOB, call_hash=two).ok
    assert chain.held(BOB) == ANN_BASE + ANN_EACH
    again = chain.do(ALICE, "Proxy", "reject_announcement", delegate=BOB, call_hash=two)
    assert error_of(again) == "Proxy.NotFound"
    assert chain.do(BOB, "Proxy", "remove_announcement", real=ALICE, call_hash=one).ok
    assert chain.held(BOB) == 0
    assert BOB not in chain.rt.proxy.Announcements


def test_announcements_are_limited(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB).ok
    for number in range(75):
        told = "0x" + number.to_bytes(32, "big").hex()
        assert chain.do(BOB, "Proxy", "announce", real=ALICE, call_hash=told).ok
    more = chain.do(BOB, "Proxy", "announce", real=ALICE, call_hash="0x" + "ff" * 32)
    assert error_of(more) == "Proxy.TooMany"


def pure_of(who: str, kind: str, index: int, height: int, at: int) -> str:
    seed = b"modlpy/proxy____" + decode_ss58(who) + height.to_bytes(4, "little")
    seed += at.to_bytes(4, "little") + bytes([PROXY_TYPES.index(kind)])
    return encode_ss58(blake2b(seed + index.to_bytes(2, "little"), digest_size=32).digest())


def test_a_pure_account_lives_and_ends_by_its_proxy(chain: Wrapped) -> None:
    chain.rt.phase = 4
    make = {"proxy_type": "Any", "delay": 0, "index": 7}
    assert chain.do(ALICE, "Proxy", "create_pure", **make).ok
    pure = pure_of(ALICE, "Any", 7, 1, 4)
    assert chain.last("PureCreated")["pure"] == pure
    assert chain.held(ALICE) == BASE + EACH
    again = chain.do(ALICE, "Proxy", "create_pure", **make)
    assert error_of(again) == "Proxy.Duplicate"
    assert chain.do(ALICE, "Balances", "transfer_keep_alive", dest=pure, value=TAO).ok
    assert act_result(chain, ALICE, pure, transfer(BOB, TAO // 2)) == OK
    killing = {"spawner": ALICE, "proxy_type": "Any", "index": 7, "height": 1}
    wrong = Call("Proxy", "kill_pure", {**killing, "ext_index": 5})
    assert act_result(chain, ALICE, pure, wrong) == {
        "Err": {"Module": {"index": 16, "error": bytes([5, 0, 0, 0])}}
    }
    assert act_result(chain, ALICE, pure, Call("Proxy", "kill_pure", {**killing, "ext_index": 4}))
    assert chain.held(ALICE) == 0
    assert error_of(act(chain, ALICE, pure, transfer(BOB, 1))) == "Proxy.NotProxy"


def test_poking_changes_only_what_is_out_of_date(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB).ok
    same = chain.do(ALICE, "Proxy", "poke_deposit")
    assert same.ok
    assert same.pays
    proxies, held = chain.rt.proxy.Proxies[ALICE]
    chain.rt.balances.reserve(ALICE, 5)
    chain.rt.proxy.Proxies[ALICE] = (proxies, held + 5)
    poked = chain.do(ALICE, "Proxy", "poke_deposit")
    assert poked.ok
    assert not poked.pays
    assert chain.last("DepositPoked") == {
        "who": ALICE,
        "kind": "Proxies",
        "old_deposit": held + 5,
        "new_deposit": held,
    }
    assert chain.held(ALICE) == held


# fees


def pays_for(chain: Wrapped, real: str, delegate: str, wanted: bool = True) -> Any:
    return chain.do(real, "Proxy", "set_real_pays_fee", delegate=delegate, pays_fee=wanted)


def proxied(real: str, call: Call) -> Call:
    return Call("Proxy", "proxy", {"real": real, "force_proxy_type": None, "call": call})


def test_who_pays_is_followed_two_levels(chain: Wrapped) -> None:
    payer = chain.rt.fee_payer
    assert error_of(pays_for(chain, ALICE, BOB)) == "Proxy.NotProxy"
    assert add(chain, ALICE, BOB).ok
    assert add(chain, CHARLIE, ALICE).ok
    simple, double = proxied(ALICE, remark()), proxied(ALICE, proxied(CHARLIE, remark()))
    assert payer(simple, BOB) == BOB
    assert pays_for(chain, ALICE, BOB).ok
    assert payer(simple, BOB) == ALICE
    assert payer(simple, DAVE) == DAVE
    assert payer(double, BOB) == ALICE
    assert pays_for(chain, CHARLIE, ALICE).ok
    assert payer(double, BOB) == CHARLIE
    one = proxied(CHARLIE, remark())
    for calls, expected in (((one, one), CHARLIE), ((one, remark()), ALICE), ((), ALICE)):
        batch = Call("Utility", "batch_all", {"calls": calls})
        assert payer(proxied(ALICE, batch), BOB) == expected
    deeper = proxied(ALICE, proxied(CHARLIE, proxied(DAVE, remark())))
    assert payer(deeper, BOB) == CHARLIE
    assert pays_for(chain, ALICE, BOB, wanted=False).ok
    assert payer(double, BOB) == BOB


def test_the_choice_to_pay_ends_with_the_proxy(chain: Wrapped) -> None:
    assert add(chain, ALICE, BOB).ok
    assert pays_for(chain, ALICE, BOB).ok
    assert remove(chain, ALICE, BOB).ok
    assert (ALICE, BOB) not in chain.rt.proxy.RealPaysFee
    assert add(chain, ALICE, BOB).ok
    assert pays_for(chain, ALICE, BOB).ok
    assert chain.do(ALICE, "Proxy", "remove_proxies").ok
    assert not len(chain.rt.proxy.RealPaysFee)


@pytest.fixture
def node() -> DevNode:
    kind = Kind(CLASSES, plain_kind().build)
    options = Options(scenario="plain", seal=Seal.MANUAL, state_dir=None)
    return open_chain(options, kind, ALICE).node


def send(node: DevNode, uri: str, pallet: str, name: str, **args: Any) -> None:
    raw = node.runtime.encode_call(Call(pallet, name, args))
    node.submit(signed(node, raw, uri))
    asyncio.run(node.author_block())


def test_the_real_account_pays_on_chain_where_it_said_so(node: DevNode) -> None:
    send(node, "//Alice", "Proxy", "add_proxy", delegate=BOB, proxy_type="Any", delay=0)
    send(node, "//Alice", "Proxy", "set_real_pays_fee", delegate=BOB, pays_fee=True)
    alice, bob = free(node, ALICE), free(node, BOB)
    call = proxied(ALICE, remark())
    fee = node.fee_info(signed(node, node.runtime.encode_call(call), "//Bob")).total
    send(node, "//Bob", call.pallet, call.name, **call.args)
    assert free(node, BOB) == bob
    assert free(node, ALICE) == alice - fee
    names = event_names(node, node.best_number)
    assert "Proxy.ProxyExecuted" in names
    assert "System.ExtrinsicSuccess" in names


def test_a_real_account_without_money_keeps_the_call_out_of_the_pool(node: DevNode) -> None:
    poor = KeySigner("//Poor").ss58
    send(node, "//Alice", "Balances", "transfer_keep_alive", dest=poor, value=95_000_000)
    send(node, "//Poor", "Proxy", "add_proxy", delegate=BOB, proxy_type="Any", delay=0)
    send(node, "//Poor", "Proxy", "set_real_pays_fee", delegate=BOB, pays_fee=True)
    left = free(node, poor)
    call = Call("System", "remark", {"remark": bytes(left)})
    raw = node.runtime.encode_call(proxied(poor, call))
    with pytest.raises(RpcError) as refused:
        node.submit(signed(node, raw, "//Bob"))
    assert "Inability to pay some fees" in str(refused.value.data)


def test_a_pure_account_comes_from_its_block_and_extrinsic(node: DevNode) -> None:
    for uri in ("//Alice", "//Bob"):
        call = Call("Proxy", "create_pure", {"proxy_type": "Staking", "delay": 2, "index": 3})
        node.submit(signed(node, node.runtime.encode_call(call), uri))
    asyncio.run(node.author_block())
    kept = set(node.head.proxy.Proxies.keys())
    found = {pure_of(who, "Staking", 3, 1, at) for who, at in ((ALICE, 1), (BOB, 2))}
    also = {pure_of(who, "Staking", 3, 1, at) for who, at in ((ALICE, 2), (BOB, 1))}
    assert kept in (found, also)
