"""Decoded calls as trees: nested calls unwrapped, for people and for JSON."""

from __future__ import annotations

import json
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.chain.calltree import CallTree, decode_call
from taoctl.localnet.frame import Runtime as LocalRuntime
from taoctl.localnet.pallets import PALLETS
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import KeySigner

ALICE, BOB = KeySigner("//Alice").ss58, KeySigner("//Bob").ss58


def codec() -> Codec:
    runtime = LocalRuntime(PALLETS)
    return Codec(runtime.metadata_v15, runtime.spec_version, runtime.transaction_version)


def tree(pallet: str, name: str, **args: Any) -> CallTree:
    made = codec()
    return decode_call(made, made.compose_call(pallet, name, args))


def test_nested_calls_are_trees_in_the_tree() -> None:
    made = codec()
    pay = made.compose_call("Balances", "transfer_keep_alive", {"dest": BOB, "value": 5})
    both = made.compose_call("Utility", "batch_all", {"calls": [pay, pay]})
    whole = tree("Proxy", "proxy", real=ALICE, force_proxy_type=None, call=both)
    assert [str(call) for call in whole.walk()] == [
        "Proxy.proxy",
        "Utility.batch_all",
        "Balances.transfer_keep_alive",
        "Balances.transfer_keep_alive",
    ]
    inner = {
        "pallet": "Balances",
        "call": "transfer_keep_alive",
        "args": {"dest": BOB, "value": 5},
    }
    assert json.loads(json.dumps(whole.as_dict())) == {
        "pallet": "Proxy",
        "call": "proxy",
        "args": {
            "real": ALICE,
            "force_proxy_type": None,
            "call": {"pallet": "Utility", "call": "batch_all", "args": {"calls": [inner, inner]}},
        },
    }
    assert whole.lines() == (
        "Proxy.proxy",
        f"  real: {ALICE}",
        "  force_proxy_type: none",
        "  call:",
        "    Utility.batch_all",
        "      calls:",
        "        Balances.transfer_keep_alive",
        f"          dest: {BOB}",
        "          value: 5",
        "        Balances.transfer_keep_alive",
        f"          dest: {BOB}",
        "          value: 5",
    )


def test_text_of_strangers_cannot_steer_a_terminal() -> None:
    shown = tree("System", "remark", remark=b"\x1b[31mred\x1b[0m\nSystem.remark\n  dest: me")
    assert len(shown.lines()) == 2
    assert "\x1b" not in "".join(shown.lines())


def test_empty_texts_and_lists_are_seen() -> None:
    assert tree("System", "remark", remark=b"").lines()[1] == '  remark: ""'
    assert tree("Utility", "batch", calls=[]).lines()[1] == "  calls: []"
    assert decode_ss58(ALICE).hex() not in str(tree("System", "remark", remark=b"x"))


def test_text_with_what_cannot_be_seen_is_shown_with_escapes() -> None:
    for remark, shown in (
        ("\x01\x02", r"'\x01\x02'"),
        ("pay\u202emoc", r"'pay\u202emoc'"),
        ("two\nlines", r"'two\nlines'"),
        ("grüße", "grüße"),
        ("", '""'),
    ):
        assert tree("System", "remark", remark=remark.encode()).lines()[1] == f"  remark: {shown}"
