"""Which proxies may act for a member of the Triumvirate, and for a senator's coldkey."""

from __future__ import annotations

from typing import Any

import pytest
from senate_chain import BASE, SenateChain, by_key, kappa, senator, wrapped
from subtensor_chain import account, error_of

from taoctl.localnet.frame import Call, Runtime
from taoctl.localnet.pallets.governance.triumvirate import GOVERNANCE_A
from taoctl.localnet.pallets.multisig import Multisig
from taoctl.localnet.pallets.proxy import Proxy
from taoctl.localnet.pallets.proxy_filters import RULES, rules_on
from taoctl.localnet.pallets.subtensor.module import SubtensorModule
from taoctl.scale.derived_accounts import multisig_account

API = "ProxyFilterRuntimeApi"
REVIVED = {"Triumvirate", "Senate", "Governance"}
CLASSES = (*GOVERNANCE_A, Proxy, Multisig)
OK: dict[str, Any] = {"Ok": ()}


@pytest.fixture
def chain() -> SenateChain:
    made = SenateChain(added=CLASSES)
    for name in ("t0", "c:s0"):
        made.endow(name, 10**12)
    return made


def proposing() -> Call:
    args = {"proposal": wrapped(kappa()), "length_bound": 1_000, "duration": 50}
    return Call("Triumvirate", "propose", args)


def by_proxy(chain: SenateChain, real: str, kind: str, call: Call) -> Any:
    """How a call ends that a new proxy of a type makes for an account."""
    delegate, to = f"proxy-{kind}", account(f"proxy-{kind}")
    chain.endow(delegate, 10**9)
    added = chain.send(real, "Proxy", "add_proxy", delegate=to, proxy_type=kind, delay=0)
    assert added.ok, added.error
    made = chain.send(
        delegate, "Proxy", "proxy", real=account(real), force_proxy_type=None, call=call
    )
    assert made.ok, made.error
    return chain.last("ProxyExecuted")["result"]


FILTERED = {"Err": {"Module": {"index": 0, "error": bytes([5, 0, 0, 0])}}}


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("Any", OK),
        ("NonTransfer", OK),
        ("Triumvirate", OK),
        ("Governance", OK),
        ("Senate", FILTERED),
        ("NonCritical", FILTERED),
        ("Staking", FILTERED),
    ],
)
def test_who_may_propose_for_a_member(chain: SenateChain, kind: str, result: Any) -> None:
    assert by_proxy(chain, "t0", kind, proposing()) == result
    assert len(chain.rt.triumvirate.Proposals.get()) == (1 if result == OK else 0)


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("Any", OK),
        ("NonCritical", OK),
        ("Governance", FILTERED),
        ("Senate", FILTERED),
    ],
)
def test_who_may_vote_for_a_senator(chain: SenateChain, kind: str, result: Any) -> None:
    motion = chain.opened(wrapped(kappa()))
    args = {"hotkey": senator(0), "proposal": motion, "index": 0, "approve": True}
    assert by_proxy(chain, "c:s0", kind, Call("SubtensorModule", "vote", args)) == result
    assert chain.tally(motion) == ((1, 0) if result == OK else (0, 0))


def told(rt: Runtime) -> dict[str, Any]:
    """What the runtime API says of each type, by its name."""
    info = rt.codec.need_api(API, "get_proxy_filter")
    data = rt.call_api(info.rpc_name, rt.codec.encode_api_args(info, [None]))
    return {rule["name"]: rule for rule in rt.codec.decode_api_result(info, data)}


def test_the_runtime_tells_these_rules_and_no_others_of_mainnets() -> None:
    council, plain = (
        Runtime((*BASE, *classes, Proxy, Multisig))
        for classes in (GOVERNANCE_A, (SubtensorModule,))
    )
    for runtime in (council, plain):
        runtime.state.seal(0)
    ours, mainnets = told(council), told(plain)
    changed = {name for name in ours if ours[name] != mainnets[name]}
    assert changed == REVIVED | {"NonCritical"}
    assert {n for n in ours if ours[n]["deprecated"]} == {"RootWeights"}
    assert {n for n in mainnets if mainnets[n]["deprecated"]} == REVIVED | {"RootWeights"}
    listed = {one["pallet_name"]: one["pallet_index"] for one in ours["Governance"]["calls"]}
    assert listed == {"Triumvirate": 8, "TriumvirateMembers": 9, "SenateMembers": 10}
    assert rules_on({"System"}) is RULES


def test_a_multisig_may_be_a_member(chain: SenateChain) -> None:
    signers = by_key(account("x"), account("y"))
    for name in ("x", "y"):
        chain.endow(name, 10**12)
    first = {
        "threshold": 2,
        "call": proposing(),
        "max_weight": {"ref_time": 10**12, "proof_size": 0},
    }
    shared = multisig_account(signers, 2)
    assert chain.root("TriumvirateMembers", "swap_member", remove=account("t0"), add=shared).ok
    for who, at in (("x", None), ("y", {"height": 1, "index": 0})):
        others = tuple(s for s in signers if s != account(who))
        sent = chain.send(
            who,
            "Multisig",
            "as_multi",
            **first,
            other_signatories=others,
            maybe_timepoint=at,
        )
        assert error_of(sent) is None
    assert chain.last("MultisigExecuted")["result"] == OK
    assert chain.last("Proposed")["account"] == shared
