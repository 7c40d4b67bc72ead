"""`taoctl gov status|list|members` against chains of each governance: tables, JSON, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from chain_thread import ThreadChain
from nodes import PLAIN, TAO
from referenda_chain import MEMBERS, PROPOSERS, REVIEWERS, TRIUMVIRATE, give, give_many

from taoctl.cli.main import main
from taoctl.cli.schemas import every
from taoctl.localnet.frame import Call, Runtime, Signed
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
from taoctl.localnet.pallets.multisig import Multisig
from taoctl.localnet.pallets.proxy import Proxy
from taoctl.localnet.sealing import Seal
from taoctl.reads.governance.sudo_multisig import Shared
from taoctl.scale.crypto import KeySigner, blake2_256

ALICE, BOB, CHARLIE = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob", "Charlie"))
GROUP = Shared(2, (ALICE, BOB, CHARLIE))

Run = Callable[..., Any]


def _do(runtime: Runtime, who: str, pallet: str, name: str, **args: Any) -> None:
    assert runtime.dispatch(Call(pallet, name, args), Signed(who)).ok


def _governed(runtime: Runtime) -> None:
    """Two referenda, the first about to be delegated, and a call that //Alice has opened."""
    runtime.balances.endow(GROUP.ss58, 100 * TAO)
    runtime.sudo.Key.put(GROUP.ss58)
    for who in {*PROPOSERS, *TRIUMVIRATE, *REVIEWERS}:
        runtime.balances.endow(who, 10 * TAO)
    members = {**MEMBERS, "Triumvirate": (*TRIUMVIRATE[:2], ALICE)}
    for name, listed in members.items():
        runtime.multi_collective.Members[name] = tuple(sorted(listed, key=_key))
    _do(runtime, PROPOSERS[0], "Referenda", "submit", track=0, call=give())
    _do(runtime, PROPOSERS[1], "Referenda", "submit", track=0, call=give_many())
    for who in TRIUMVIRATE[:2]:
        _do(runtime, who, "SignedVoting", "vote", poll_index=0, approve=True)
    _do(runtime, ALICE, "SignedVoting", "vote", poll_index=1, approve=False)
    call = Call("Sudo", "sudo", {"call": give(3 * TAO)})
    _do(
        runtime,
        ALICE,
        "Multisig",
        "approve_as_multi",
        threshold=2,
        other_signatories=tuple(sorted((BOB, CHARLIE), key=_key)),
        maybe_timepoint=None,
        call_hash=blake2_256(runtime.encode_call(call)),
        max_weight={"ref_time": 0, "proof_size": 0},
    )


def _key(who: str) -> bytes:
    from taoctl.addresses import decode_ss58

    return decode_ss58(who)


@pytest.fixture(scope="module")
def governed() -> Iterator[str]:
    """A chain with referenda and a sudo multisig, two blocks after what `_governed` did."""
    pallets = (*PLAIN, Multisig, Proxy, *GOVERNANCE_B)
    with ThreadChain(seal=Seal.MANUAL, finality_lag=0, pallets=pallets, genesis=_governed) as net:
        net.make_blocks(2)
        yield net.url


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    """A chain that nobody governs but its sudo key."""
    with ThreadChain(seal=Seal.MANUAL, finality_lag=0) as net:
        yield net.url


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The `data` of a command's JSON, checked against its published schema."""
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    schemas = every()

    def ask(url: str, *words: str) -> Any:
        capsys.readouterr()
        assert main([*words, "-n", url, "-o", "json"]) == 0
        whole = json.loads(capsys.readouterr().out)
        jsonschema.validate(whole, schemas[whole["schema"].replace("/", ".") + ".json"])
        return whole["data"]

    return ask


def test_the_list_says_what_is_open_and_what_my_keys_may_do(governed: str, run: Run) -> None:
    found = run(governed, "gov", "list", "--wallet", "//Alice")
    assert (found["backends"], found["no_governance"]) == (["referenda", "sudo"], None)
    decided, review, pending = found["proposals"]
    assert (decided["id"], decided["votes"], decided["my_vote"]) == ("1", "0/2 · 1/2", "nay")
    assert (decided["actions"], decided["next_block"]) == ("vote, unvote", 50)
    assert decided["does"] == "Balances.force_set_balance and 3 more calls"
    assert (review["id"], review["track"], review["actions"]) == ("2", "1 review", "")
    assert review["does"].startswith("Balances.force_set_balance(who 5")
    assert (review["threshold"], review["nay_threshold"], review["seats"]) == (21, 15, 28)
    assert (pending["backend"], pending["votes"], pending["my_vote"]) == ("sudo", "1/2", "approved")
    assert (pending["actions"], pending["does"], pending["nays"]) == ("cancel", None, None)
    assert run(governed, "query", "proposals")[0]["id"] == "1"


def test_status_has_backends_tracks_groups_and_my_seats(governed: str, run: Run) -> None:
    found = run(governed, "gov", "status", "--wallet", "//Alice")
    assert [(one["backend"], one["open"], one["most"]) for one in found["backends"]] == [
        ("referenda", 2, 20),
        ("sudo", 1, None),
    ]
    assert [(one["track"], one["seen_in"]) for one in found["tracks"]] == [(0, 1), (1, 2)]
    assert [one["collective"] for one in found["seats"]] == ["Triumvirate", "sudo key"]
    assert run(governed, "query", "collectives") == found["collectives"]


def test_the_address_book_tells_who_is_behind_the_sudo_key(governed: str, run: Run) -> None:
    def known() -> dict[str, Any]:
        groups = run(governed, "gov", "status")["collectives"]
        found: dict[str, Any] = next(one for one in groups if one["name"] == "sudo key")
        return found

    assert (known()["members"], known()["complete"], known()["threshold"]) == (1, False, 2)
    assert main(["address", "add", "council", ALICE, BOB, CHARLIE, "--threshold", "2"]) == 0
    found = known()
    assert (found["members"], found["complete"], found["account"]) == (3, True, GROUP.ss58)
    pending = run(governed, "gov", "list", "--wallet", "//Bob")["proposals"][-1]
    assert (pending["actions"], pending["seats"], pending["my_vote"]) == ("approve", 3, None)


def test_members_of_every_group_and_of_one(
    governed: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    everybody = run(governed, "gov", "members", "--wallet", "//Alice")
    assert {(one["collective"], one["member"]) for one in everybody if one["mine"]} == {
        ("Triumvirate", ALICE),
        ("sudo key", ALICE),
    }
    assert len(everybody) == 2 + 3 + 16 + 16 + 1
    assert run(governed, "gov", "members", "econ") == run(governed, "gov", "members", "economic")
    assert main(["gov", "members", "nobody", "-n", governed]) == 2
    assert "groups: Proposers, Triumvirate" in capsys.readouterr().err


def test_the_table_fits_a_narrow_terminal_and_names_what_happens_next(
    governed: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gov", "list", "-n", governed, "-o", "wide"]) == 0
    captured = capsys.readouterr()
    assert "expires in block 50 unless decided before" in captured.out
    assert "its call runs in block 31, unless votes move it" in captured.out
    assert captured.err.count("\n") == 1


def test_a_chain_without_governance_says_why_and_that_is_no_failure(
    plain: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(plain, "gov", "list")
    assert (found["backends"], found["proposals"]) == ([], [])
    assert "no Referenda, no SignedVoting, no MultiCollective" in found["no_governance"]
    assert run(plain, "gov", "status")["collectives"] == []
    assert run(plain, "gov", "members") == []
    assert main(["gov", "list", "-n", plain]) == 0
    assert "no governance that taoctl knows" in capsys.readouterr().err
