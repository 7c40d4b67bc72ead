"""A release's runtime upgrade: what code it is, and each of the seven checks met and missed."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest
from governance_views import named
from test_governance_reads_c import MEMBERS, SUDO, SudoChain
from wrapped import ALICE, BOB, CHARLIE, DAVE, Wrapped

from taoctl.errors import BadDataError
from taoctl.localnet.frame import Call
from taoctl.localnet.genesis.new_code import new_code
from taoctl.reads.governance.details import Details, details
from taoctl.reads.governance.sudo_multisig import Shared
from taoctl.reads.governance.upgrade import Upgrade, UpgradeFiles, blob_in, parse_blob
from taoctl.reads.governance.words import upgrade_lines
from taoctl.scale.crypto import blake2_256

PAIR = Shared(2, (DAVE, SUDO))
"""The release key, here //Dave, with the sudo key."""
CODE = new_code(425)
WEIGHT = {"ref_time": 50_000_000_000, "proof_size": 0}
ALL = ["pass"] * 7


def release(code: bytes = CODE, real: str = SUDO, weight: dict[str, int] = WEIGHT) -> Call:
    """What the release key proposes."""
    inner = Call("System", "set_code", {"code": code})
    root = Call("Sudo", "sudo_unchecked_weight", {"call": inner, "weight": weight})
    return Call("Proxy", "proxy", {"real": real, "force_proxy_type": None, "call": root})


def final(call: Call, when: dict[str, int]) -> Call:
    """What the sudo key's members have to carry out for it."""
    return Call(
        "Multisig",
        "as_multi",
        {
            "threshold": 2,
            "other_signatories": (DAVE,),
            "maybe_timepoint": when,
            "call": call,
            "max_weight": {"ref_time": 80_000_000_000, "proof_size": 50_000},
        },
    )


class Releasing(SudoChain):
    """The pair may replace the code, and //Dave has opened a release's call."""

    def __init__(self, call: Call | None = None) -> None:
        super().__init__()
        self.rt.balances.endow(PAIR.ss58, 10**12)
        right = {"delegate": PAIR.ss58, "proxy_type": "SudoUncheckedSetCode", "delay": 0}
        self.rt.proxy.Proxies[SUDO] = ((right,), 0)
        self.call = call or release()
        self.blob = self.rt.encode_call(self.call)
        self.approve(DAVE, self.call, PAIR)
        self.next_block()

    def shown(self, data: bytes | None = None, files: UpgradeFiles | None = None) -> Details:
        view = self.sealed()
        one = named(view, self.hash_of(self.call))
        return asyncio.run(details(view, one, data, files or UpgradeFiles()))

    def checked(self, data: bytes | None = None, **files: Any) -> Upgrade:
        found = self.shown(data, UpgradeFiles(**files)).upgrade
        assert found is not None
        return found


def results(one: Upgrade) -> list[str]:
    return [check.result for check in one.checks]


def manifest(chain: Releasing, **other: Any) -> dict[str, Any]:
    return {"call_hash": chain.hash_of(chain.call), "ci_address": DAVE, **other}


def digest(code: bytes = CODE) -> dict[str, Any]:
    return {"runtimes": {"compressed": {"sha256": "0x" + hashlib.sha256(code).hexdigest()}}}


def test_a_release_passes_all_seven() -> None:
    chain = Releasing()
    one = chain.checked(chain.blob, wasm=CODE, manifest=manifest(chain), digest=digest())
    assert results(one) == ALL
    assert (one.verdict, one.same_as_file, one.place) == ("verified", True, "0.0.0")
    assert one.code is not None and one.code.version is not None
    assert one.code.version.spec_version == 425
    assert one.code.size == len(CODE)


def test_only_the_build_may_be_skipped() -> None:
    chain = Releasing()
    one = chain.checked(chain.blob, manifest=manifest(chain), digest=digest())
    assert results(one) == ["pass", "pass", "skipped", *ALL[3:]]
    assert one.verdict == "verified"
    one = chain.checked(chain.blob)
    assert [check.number for check in one.checks if check.result == "skipped"] == [3, 4, 7]
    assert one.verdict == "not verified: skipped checks 4, 7"


def test_with_the_hash_alone_only_the_entry_is_seen() -> None:
    one = Releasing().checked()
    assert results(one) == [*["skipped"] * 5, "pass", "skipped"]
    assert (one.code, one.final) == (None, None)
    assert one.verdict.startswith("not verified")


def test_other_files_fail_their_checks() -> None:
    chain = Releasing()

    def failed(**files: Any) -> list[int]:
        whole = {"wasm": CODE, "manifest": manifest(chain), "digest": digest(), **files}
        one = chain.checked(chain.blob, **whole)
        numbers = [check.number for check in one.checks if check.result == "fail"]
        assert (one.verdict == "verified") is (not numbers)
        return numbers

    assert failed() == []
    assert failed(wasm=CODE + b"\0") == [3]
    assert failed(digest=digest(b"other")) == [4]
    assert failed(digest={}) == [4]
    assert failed(manifest=manifest(chain, call_hash="0x" + "0" * 64)) == [7]
    assert failed(manifest=manifest(chain, ci_address=ALICE)) == [7]
    assert failed(manifest=[]) == [7]


def test_a_call_for_somebody_else_fails() -> None:
    chain = Releasing(release(real=ALICE))
    one = chain.checked(chain.blob)
    assert one.checks[4].result == "fail" and ALICE in one.checks[4].detail
    assert one.verdict == "do not sign: failed check 5"


def test_a_call_that_nobody_opened_fails() -> None:
    chain = Releasing()
    other = chain.rt.encode_call(release(new_code(426)))
    when = {"height": 9, "index": 1}
    shared = final(release(new_code(426)), when)
    chain.approve(ALICE, shared)
    view = chain.sealed()
    one = asyncio.run(
        details(view, named(view, chain.hash_of(shared)), chain.rt.encode_call(shared))
    ).upgrade
    assert one is not None and one.code is not None
    assert one.checks[5].result == "fail"
    assert "0x" + blake2_256(other).hex() in one.checks[5].detail


def test_what_the_members_approve_is_made_out_of_the_release() -> None:
    chain = Releasing()
    entry = chain.rt.multisig.Multisigs[PAIR.ss58, blake2_256(chain.blob)]
    shared = final(chain.call, entry["when"])
    one = chain.checked(chain.blob)
    assert one.final is not None
    assert one.final.call == chain.rt.encode_call(shared)
    assert one.final.approvals is None
    assert any("nobody has opened it" in line for line in upgrade_lines(one, {}))
    chain.approve(ALICE, shared)
    one = chain.checked(chain.blob)
    assert one.final is not None and one.final.approvals == (ALICE,)
    # The bytes of the release open the call on the sudo key too, which is made of them.
    view = chain.sealed()
    found = asyncio.run(details(view, named(view, one.final.call_hash), chain.blob))
    assert found.opened is not None and found.opened.data == one.final.call
    assert found.upgrade is not None and found.upgrade.checks[5].result == "pass"
    assert [str(step) for step in found.opened.steps] == [
        "Multisig.as_multi",
        "Proxy.proxy",
        "Sudo.sudo_unchecked_weight",
        "System.set_code",
    ]
    assert [step.origin for step in found.opened.steps] == [SUDO, PAIR.ss58, SUDO, "root"]
    # Carried out by the last member, it ends with the code set on behalf of the sudo key.
    chain.approve(BOB, shared, carry_out=True)
    assert chain.rt.multisig.Multisigs[PAIR.ss58, blake2_256(chain.blob)] is None


def test_code_of_an_older_or_another_runtime_is_said_to_fail() -> None:
    for code, words in (
        (new_code(424), "must rise"),
        (b"\0asm", "no WebAssembly module"),
    ):
        chain = Releasing(release(code))
        (change,) = chain.shown(chain.blob).changes
        assert words in change.note
        assert change.before == 424
    chain = Releasing()
    (change,) = chain.shown(chain.blob).changes
    assert (change.what, change.before, change.after, change.note) == ("runtime code", 424, 425, "")


def test_a_set_code_of_another_form_has_no_checks() -> None:
    chain = SudoChain()
    call = Call("Sudo", "sudo", {"call": Call("System", "set_code", {"code": CODE})})
    chain.approve(ALICE, call)
    view = chain.sealed()
    one = asyncio.run(
        details(
            view,
            named(view, chain.hash_of(call)),
            chain.rt.encode_call(call),
            UpgradeFiles(wasm=CODE),
        )
    ).upgrade
    assert one is not None
    assert (one.checks, one.verdict, one.final, one.same_as_file) == ((), "", None, True)


def test_a_call_known_to_be_no_release_fails_the_first_check() -> None:
    """It waits where releases do, and its bytes are at hand: that is no check to skip."""
    for call, why in (
        (release(weight={"ref_time": 1, "proof_size": 0}), "its weight is 1"),
        (Call("Utility", "batch_all", {"calls": (release(),)}), "does not begin as a call"),
    ):
        chain = Releasing(call)
        one = chain.checked(chain.blob, wasm=CODE, manifest=manifest(chain), digest=digest())
        assert one.checks[0].result == "fail" and why in one.checks[0].detail
        assert one.verdict == "do not sign: failed check 1"
        assert not any("--call-data" in check.detail for check in one.checks)
        assert results(Releasing(call).checked())[0] == "skipped"


# the bytes of a release's call


@pytest.mark.parametrize("kept", range(0, 60, 7))
def test_a_call_cut_short_is_no_release(kept: int) -> None:
    blob = Wrapped().rt.encode_call(release())
    assert parse_blob(blob).wasm == CODE
    with pytest.raises(BadDataError):
        parse_blob(blob[:kept])
    assert blob_in(blob[:-1]) is None
    assert blob_in(blob + b"\0") is None
    assert blob_in(blob) == blob


def test_a_release_of_another_weight_or_proxy_is_none() -> None:
    rt = Wrapped().rt
    heavier = rt.encode_call(release(weight={"ref_time": 50_000_000_001, "proof_size": 0}))
    with pytest.raises(BadDataError, match="weight"):
        parse_blob(heavier)
    blob = bytearray(rt.encode_call(release()))
    for place in (0, 1, 2, 35, 36, 37, 38, 39):
        damaged = bytearray(blob)
        damaged[place] ^= 1
        assert blob_in(bytes(damaged)) is None


def test_a_release_inside_the_members_call_is_found() -> None:
    rt = Wrapped().rt
    blob = rt.encode_call(release())
    for when in (None, {"height": 5, "index": 1}):
        call = final(release(), {"height": 5, "index": 1})
        call = Call(call.pallet, call.name, {**call.args, "maybe_timepoint": when})
        assert blob_in(rt.encode_call(call)) == blob
    several = {**final(release(), {"height": 5, "index": 1}).args}
    others = tuple(sorted((ALICE, BOB, CHARLIE)))
    call = Call("Multisig", "as_multi", {**several, "other_signatories": others})
    assert blob_in(rt.encode_call(call)) == blob
    assert blob_in(bytes.fromhex("0d01") + b"\xff" * 50) is None
    assert MEMBERS.ss58 == SUDO
