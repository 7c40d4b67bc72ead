"""One proposal in full, as `taoctl gov show` says it, over all three ways of governing."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from governance_views import named, sealed
from referenda_chain import TARGET, TRIUMVIRATE, ReferendaChain, give, give_many
from senate_chain import SenateChain, kappa, wrapped
from test_governance_reads_c import MEMBERS, SUDO, SudoChain
from wrapped import ALICE, TAO

from taoctl.chain.view import View
from taoctl.cli import schemas
from taoctl.cli.gov.show import SCHEMA
from taoctl.cli.gov.show_forms import Shown, shown_json, shown_text
from taoctl.errors import UsageError
from taoctl.localnet.frame import Call
from taoctl.reads.governance.details import Details, details
from taoctl.reads.governance.nested import COLLECTIVE, ROOT
from taoctl.reads.governance.proposal import Proposal, Status
from taoctl.reads.governance.standing import my_standing


def detailed(view: View, one: Proposal, data: bytes | None = None) -> Details:
    return asyncio.run(details(view, one, data))


def forms(view: View, found: Details, mine: str = ALICE) -> tuple[dict[str, Any], str]:
    """The data for machines, which must be as its schema says, and the text for people."""
    standing = my_standing(found.proposal, ((mine, ()),))
    shown = Shown(found, standing, view.block, 12_000)
    data = json.loads(json.dumps(shown_json(shown)))
    schema = schemas.every()[schemas.file_name(SCHEMA)]
    jsonschema.validate(data, schema["properties"]["data"])
    text = shown_text(shown, {})
    assert not any(char < " " and char != "\n" for char in text)
    return data, text


def test_a_referendum_says_what_it_would_do_and_who_voted() -> None:
    chain = ReferendaChain()
    index = chain.submit(give(7 * TAO))
    chain.vote_all(TRIUMVIRATE[:1], index, True)
    view = sealed(chain)
    found = detailed(view, named(view, str(index)))
    data, text = forms(view, found, TRIUMVIRATE[1])
    assert found.opened is not None
    assert data["call"]["bytes"] == "0x" + chain.rt.encode_call(give(7 * TAO)).hex()
    assert [(one["pallet"], one["call"], one["origin"]) for one in data["call"]["steps"]] == [
        ("Balances", "force_set_balance", ROOT)
    ]
    (change,) = data["changes"]
    assert (change["account"], change["before"], change["after"]) == (TARGET, 0, 7 * TAO)
    said = {one["voter"]: one["vote"] for one in data["votes"]}
    assert said == {TRIUMVIRATE[0]: "aye", TRIUMVIRATE[1]: None, TRIUMVIRATE[2]: None}
    assert "vote" in data["actions"] and data["my_vote"] is None
    assert data["left_blocks"] == data["next_block"] - view.block
    assert data["left_ms"] == data["left_blocks"] * 12_000
    assert f"free balance of {TARGET}: 0.000000000 TAO → 7.000000000 TAO" in text
    assert f"aye  {TRIUMVIRATE[0]}" in text


def test_a_review_shows_the_call_that_will_run_from_its_preimage() -> None:
    chain = ReferendaChain()
    _, review = chain.reviewed(give_many(6))
    view = sealed(chain)
    found = detailed(view, named(view, str(review)))
    data, _ = forms(view, found)
    raw = chain.rt.encode_call(give_many(6))
    assert len(raw) > 128 and data["call"]["bytes"] == "0x" + raw.hex()
    assert [one["after"] for one in data["changes"]] == [TAO + n for n in range(6)]
    assert [one["before"] for one in data["changes"]] == [0, *(TAO + n for n in range(5))]


def test_the_effect_comes_as_it_was_shown() -> None:
    chain = ReferendaChain()
    _, review = chain.reviewed(give(9 * TAO))
    view = sealed(chain)
    (change,) = detailed(view, named(view, str(review))).changes
    due = chain.enactment(review)
    assert due is not None and named(view, str(review)).dispatch_block == due
    chain.to_block(due + 1)
    assert chain.free(TARGET) == change.after == 9 * TAO
    view = sealed(chain)
    ended = detailed(view, named(view, str(review)))
    data, text = forms(view, ended)
    assert (data["status"], data["call"], data["changes"]) == ("enacted", None, [])
    assert "not known: " in text


def test_a_motion_is_not_root_unless_it_is_wrapped() -> None:
    chain = SenateChain()
    for call, origins, fails in (
        (kappa(), [COLLECTIVE], True),
        (wrapped(kappa()), [COLLECTIVE, ROOT], False),
    ):
        motion = chain.opened(call)
        chain.vote(0, motion)
        view = sealed(chain)
        found = detailed(view, named(view, motion))
        data, _ = forms(view, found)
        assert [one["origin"] for one in data["call"]["steps"]] == origins
        (change,) = data["changes"]
        assert (change["what"], change["after"]) == ("kappa", 1_234)
        assert ("BadOrigin" in (change["note"] or "")) is fails
        assert [one["vote"] for one in data["votes"]] == ["aye", None, None]


def test_a_pending_call_is_unknown_until_its_bytes_are_given() -> None:
    chain = SudoChain()
    call = chain.root_call()
    raw = chain.rt.encode_call(call)
    chain.approve(ALICE, call)
    view = chain.sealed()
    one = named(view, chain.hash_of(call))
    data, text = forms(view, detailed(view, one))
    assert data["call"] is None and data["changes"] == [] and data["upgrade"] is None
    assert f"hash {one.hash}" in text and "--call-data" in text
    data, text = forms(view, detailed(view, one, raw))
    assert [step["origin"] for step in data["call"]["steps"]] == [SUDO, ROOT]
    assert data["changes"][0]["after"] == 5 * TAO
    with pytest.raises(UsageError, match="another call") as refused:
        detailed(view, one, raw + b"\0")
    assert str(one.hash) in str(refused.value.hint)
    assert MEMBERS.ss58 == data["account"]


def test_bytes_are_not_taken_for_a_call_whose_hash_nothing_tells() -> None:
    chain = ReferendaChain()
    index = chain.submit(give())
    assert chain.root("Referenda", "kill", index).ok
    view = sealed(chain)
    one = named(view, str(index))
    assert (one.call, one.call_hash) == (None, None)
    with pytest.raises(UsageError, match="nothing tells the hash"):
        detailed(view, one, chain.rt.encode_call(give()))


def test_what_has_ended_would_change_nothing_though_its_call_is_remembered() -> None:
    chain = ReferendaChain()
    index = chain.submit(give())
    view = sealed(chain)
    kept = named(view, str(index))
    assert len(detailed(view, kept).changes) == 1
    assert len(detailed(view, replace(kept, status=Status.FAST_TRACKED)).changes) == 1
    for status in (Status.ENACTED, Status.REJECTED, Status.DELEGATED, Status.EXECUTED):
        found = detailed(view, replace(kept, status=status))
        assert found.opened is not None and found.changes == ()
        assert "would change" not in forms(view, found)[1]


# what strangers can do


def hostile(call: Call) -> tuple[dict[str, Any], str]:
    chain = ReferendaChain()
    index = chain.submit(call)
    view = sealed(chain)
    return forms(view, detailed(view, named(view, str(index))))


def test_a_remark_cannot_draw_on_the_terminal_or_add_lines() -> None:
    remark = b"\x1b[2J\x1b]0;title\x07\r\nvotes\n  aye  everybody\xe2\x80\xae"
    data, text = hostile(Call("System", "remark", {"remark": remark}))
    assert data["call"]["steps"][0]["args"][0]["value"] == remark.decode()
    assert "\x1b" not in text and "\u202e" not in text and "\x07" not in text
    assert len([line for line in text.splitlines() if line.strip() == "votes"]) == 1


def test_a_huge_remark_is_shown_by_its_beginning() -> None:
    data, text = hostile(Call("System", "remark", {"remark": b"\xff" * 3_000_000}))
    assert data["call"]["bytes"] is None and data["call"]["size"] > 3_000_000
    assert data["call"]["steps"][0]["args"][0]["value"]["characters"] == 6_000_002
    assert "(3000000 bytes)" in text and len(text) < 4_000
    assert len(json.dumps(data)) < 30_000


def test_a_call_deep_inside_calls_fits_the_screen() -> None:
    call = give()
    for _ in range(120):
        call = Call("Sudo", "sudo", {"call": call})
    data, text = hostile(call)
    assert len(data["call"]["steps"]) == 121
    assert max(map(len, text.splitlines())) < 200
    assert data["changes"][0]["after"] == TAO


def test_a_batch_of_thousands_is_cut_for_people_and_whole_for_machines() -> None:
    calls = tuple(give(n) for n in range(3_000))
    data, text = hostile(Call("Utility", "batch_all", {"calls": calls}))
    assert len(data["call"]["steps"]) == 3_001
    assert len(text.splitlines()) < 700 and "more lines" in text


def test_a_preimage_that_nobody_noted_or_that_lies_is_said_to_be_so() -> None:
    chain = ReferendaChain()
    index = chain.submit(give_many())
    noted = chain.rt.preimage.PreimageFor
    ((key, _),) = list(noted.items())
    for stored in (None, b"", b"\0" * key[1]):
        if stored is None:
            del noted[key]
        else:
            noted[key] = stored
        view = sealed(chain)
        data, text = forms(view, detailed(view, named(view, str(index))))
        assert data["call"] is None and data["no_call"]
        assert "not known: " in text


def test_bytes_that_are_no_call_are_said_to_be_none() -> None:
    chain = SenateChain()
    motion = chain.opened(wrapped(kappa()))
    view = sealed(chain)
    one = named(view, motion)
    object.__setattr__(one, "call", b"\xff\xff\xff")
    data, text = forms(view, detailed(view, one))
    assert data["call"]["problem"] and data["call"]["steps"] == []
    assert "not all of it can be shown" in text
