"""`taoctl gov show` against a node: text, JSON, files, exit codes, and a call deep in others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from chain_thread import ThreadChain
from nodes import PLAIN, TAO
from referenda_chain import MEMBERS, PROPOSERS, TARGET, give

from taoctl.addresses import decode_ss58
from taoctl.cli.main import main
from taoctl.cli.schemas import every
from taoctl.localnet.frame import Call, Pallet, Runtime, Signed
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
from taoctl.localnet.pallets.multisig import Multisig
from taoctl.localnet.pallets.proxy import Proxy
from taoctl.localnet.sealing import Seal
from taoctl.reads.governance.sudo_multisig import Shared
from taoctl.scale.crypto import KeySigner, blake2_256

ALICE, BOB = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob"))
GROUP = Shared(2, (ALICE, BOB))
DEEPEST = 240
PALLETS: tuple[type[Pallet], ...] = (*PLAIN, Multisig, Proxy, *GOVERNANCE_B)
PENDING = Call("Sudo", "sudo", {"call": give(3 * TAO)})
"""What //Alice has approved by its hash."""


class Shelf:
    """Where the chain is, and what bytes its pending call has."""

    def __init__(self, url: str, call: bytes) -> None:
        self.url, self.call = url, call
        self.hash = "0x" + blake2_256(call).hex()


def deep() -> Call:
    call = give(TAO)
    for _ in range(DEEPEST):
        call = Call("Sudo", "sudo", {"call": call})
    return call


def begin(runtime: Runtime) -> None:
    """A referendum on a call deep inside others, and a call that //Alice has opened."""
    runtime.sudo.Key.put(GROUP.ss58)
    runtime.balances.endow(PROPOSERS[0], 10 * TAO)
    for name, listed in MEMBERS.items():
        runtime.multi_collective.Members[name] = tuple(sorted(listed, key=decode_ss58))
    submit = Call("Referenda", "submit", {"track": 0, "call": deep()})
    assert runtime.dispatch(submit, Signed(PROPOSERS[0])).ok
    opened = {
        "threshold": 2,
        "other_signatories": (BOB,),
        "maybe_timepoint": None,
        "call_hash": blake2_256(runtime.encode_call(PENDING)),
        "max_weight": {"ref_time": 0, "proof_size": 0},
    }
    assert runtime.dispatch(Call("Multisig", "approve_as_multi", opened), Signed(ALICE)).ok


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    with ThreadChain(seal=Seal.MANUAL, finality_lag=0, pallets=PALLETS, genesis=begin) as net:
        net.make_blocks(2)
        yield Shelf(net.url, Runtime(PALLETS).encode_call(PENDING))


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def data(shelf: Shelf, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert main(["gov", "show", *words, "-n", shelf.url, "-o", "json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    jsonschema.validate(whole, every()["taoctl.gov.show.1.json"])
    return whole["data"]


def test_the_deepest_call_is_shown_to_its_end(
    shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    found = data(shelf, capsys, "0")
    assert len(found["call"]["steps"]) == DEEPEST + 1 and found["call"]["problem"] is None
    (change,) = found["changes"]
    assert (change["account"], change["after"]) == (TARGET, TAO)
    assert main(["gov", "show", "0", "-n", shelf.url]) == 0
    out = capsys.readouterr().out
    assert f"{DEEPEST} calls deep" in out
    assert f"free balance of {TARGET}: 0.000000000 TAO → 1.000000000 TAO" in out
    assert "0 of 2 ayes, 0 of 2 nays that decide it, 3 seats" in out


def test_the_bytes_of_a_pending_call_come_as_hex_or_out_of_files(
    shelf: Shelf, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    short = shelf.hash[:8]
    found = data(shelf, capsys, short)
    assert (found["call"], found["hash"], found["changes"]) == (None, shelf.hash, [])
    raw, text = tmp_path / "call.bin", tmp_path / "call.hex"
    raw.write_bytes(shelf.call)
    text.write_text(f"0x{shelf.call.hex()}\n", encoding="ascii")
    for given in ("0x" + shelf.call.hex(), str(raw), str(text)):
        found = data(shelf, capsys, short, "--call-data", given)
        assert found["changes"][0]["after"] == 3 * TAO


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("7",), "no proposal goes by"),
        (("0xdeadbeef",), "no proposal goes by"),
        (("whatever",), "is no proposal"),
        (("0", "--call-data", "0x0000"), "these bytes are another call"),
        (("0", "--call-data", "0xzz"), "is no call"),
        (("0", "--call-data", "nowhere"), "cannot be read"),
        (("0", "--wasm", "nowhere"), "cannot be read"),
        (("0", "--manifest", "nowhere"), "cannot be read"),
        (("0", "-o", "csv"), "no rows"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(
    shelf: Shelf, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert main(["gov", "show", *words, "-n", shelf.url]) == 2
    found = capsys.readouterr()
    assert said in found.err and "Traceback" not in found.err and not found.out
