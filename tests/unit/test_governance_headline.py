"""The line on what a proposal does: the inner calls, short, and safe to show."""

from __future__ import annotations

from typing import Any

import pytest
from stored_chain import codec_of

from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.headline import headline
from taoctl.reads.governance.proposal import Proposal, Status
from taoctl.scale.codec import Codec

NO_WEIGHT = {"ref_time": 0, "proof_size": 0}


def line(codec: Codec, call: bytes | None) -> str | None:
    return headline(codec, Proposal(backend=Backend.SUDO, id="1", status=Status.PENDING, call=call))


def remark(codec: Codec, text: bytes) -> bytes:
    return codec.compose_call("System", "remark", {"remark": text})


def sudo(codec: Codec, call: bytes) -> bytes:
    return codec.compose_call("Sudo", "sudo", {"call": call})


@pytest.mark.parametrize("spec", [218, 424])
def test_wrappers_are_left_out_and_several_calls_counted(spec: int) -> None:
    codec = codec_of(spec)
    tempo = codec.compose_call("AdminUtils", "sudo_set_tempo", {"netuid": 1, "tempo": 9})
    assert line(codec, sudo(codec, tempo)) == "AdminUtils.sudo_set_tempo(netuid 1, tempo 9)"
    for count, words in ((2, "and 1 more call"), (4, "and 3 more calls")):
        batch = codec.compose_call("Utility", "batch_all", {"calls": [tempo] * count})
        assert line(codec, batch) == f"AdminUtils.sudo_set_tempo {words}"


def test_code_is_counted_and_not_shown() -> None:
    codec = codec_of(424)
    code = codec.compose_call("System", "set_code", {"code": bytes(range(256)) * 4_000})
    wrapped = codec.compose_call(
        "Sudo", "sudo_unchecked_weight", {"call": code, "weight": NO_WEIGHT}
    )
    assert line(codec, wrapped) == "System.set_code(code 1024000 bytes)"


@pytest.mark.parametrize(
    "text", [b"\x1b[2J\x1b]0;owned\x07", b"a\nb\rc", "\u202eegnahc".encode(), b"x" * 100_000]
)
def test_what_strangers_wrote_steers_no_terminal(text: bytes) -> None:
    codec = codec_of(424)
    found = line(codec, sudo(codec, remark(codec, text)))
    assert found is not None and found.startswith("System.remark(remark ")
    assert found.isprintable() and len(found) <= 200


def test_what_is_no_call_is_said_to_be_none() -> None:
    codec = codec_of(424)
    for data in (b"", b"\xff\xff\x00", bytes(40)):
        found: Any = line(codec, data)
        assert found and found.isprintable()
    assert line(codec, b"\xff\xff\x00") == "3 bytes that are no call of this runtime"
    assert line(codec, None) is None


def test_a_call_cut_short_is_named_without_what_it_says() -> None:
    codec = codec_of(424)
    tempo = codec.compose_call("AdminUtils", "sudo_set_tempo", {"netuid": 1, "tempo": 9})
    assert line(codec, tempo[:-1]) == "AdminUtils.sudo_set_tempo(…)"


def test_calls_that_nest_deep_are_shown_by_their_names() -> None:
    codec = codec_of(424)
    call = remark(codec, b"deep")
    prefix = sudo(codec, call)[: -len(call)]
    found = line(codec, prefix * 250 + call)
    assert found is not None and found.isprintable()
