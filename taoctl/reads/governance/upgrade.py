"""Runtime upgrades: what code is proposed, and whether a release's call is what it says it is.

Source of the release's call and of its seven checks: `bittensor.cli.upgrade_helpers` of bittensor
11.3.0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from taoctl.addresses import encode_ss58
from taoctl.chain.view import View
from taoctl.errors import BadDataError, NotInRuntimeError, UsageError
from taoctl.reads.governance.nested import Opened, argument_bytes
from taoctl.reads.governance.sudo_multisig import sudo_accounts
from taoctl.scale.code_version import Code, read_code
from taoctl.scale.compact import compact
from taoctl.scale.crypto import blake2_256

Result = Literal["pass", "fail", "skipped"]

_PROXY, _AS_MULTI = bytes((0x10, 0x00)), bytes((0x0D, 0x01))
_MULTI_ADDRESS_ID = 0
_KEY = 32
_AFTER_REAL = bytes((0x00, 0x0C, 0x01, 0x00, 0x02))
"""No forced proxy type, then `Sudo.sudo_unchecked_weight(System.set_code(`."""
_SET_CODE_WEIGHT = {"ref_time": 50_000_000_000, "proof_size": 0}
_FINAL_WEIGHT = {"ref_time": 80_000_000_000, "proof_size": 50_000}
_SETS_CODE = frozenset({"set_code", "set_code_without_checks", "apply_authorized_upgrade"})
_MAY_SKIP = frozenset({3})
"""Checks that a verified upgrade need not have passed: nobody must have built the code."""


@dataclass(frozen=True, slots=True)
class Check:
    """One of the seven checks of a release's upgrade call, and why it ended so."""

    number: int
    name: str
    result: Result
    detail: str


@dataclass(frozen=True, slots=True)
class UpgradeFiles:
    """What is at hand to compare with; None is not given.

    Attributes:
        wasm: the code as it was built or downloaded.
        manifest: of the release, `upgrade-manifest.json`.
        digest: of the release, `subtensor-digest.json`.
    """

    wasm: bytes | None = None
    manifest: Any = None
    digest: Any = None


@dataclass(frozen=True, slots=True)
class FinalCall:
    """The call that the sudo key's account must carry out for a release's call to run.

    Attributes:
        call_hash: its `0x` hash, which the members approve.
        call: its bytes.
        approvals: who has approved it; None where nobody has opened it.
    """

    call_hash: str
    call: bytes
    approvals: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A proposed runtime.

    Attributes:
        place: of the call that sets it, as `Step.place`; empty where only a hash is known.
        code: what it says of itself; None where it is not known.
        same_as_file: whether it is the file's code, byte by byte; None without a file.
        checks: the seven of a release's call; none for an upgrade of another form.
        final: what the sudo key's account must carry out; None for another form.
    """

    place: str
    code: Code | None
    same_as_file: bool | None
    checks: tuple[Check, ...]
    final: FinalCall | None

    @property
    def verdict(self) -> str:
        """What the checks say together; empty where there are none."""
        failed = [str(one.number) for one in self.checks if one.result == "fail"]
        skipped = [
            str(one.number)
            for one in self.checks
            if one.result == "skipped" and one.number not in _MAY_SKIP
        ]
        if not self.checks:
            return ""
        if failed:
            return f"do not sign: failed {_listed(failed)}"
        return f"not verified: skipped {_listed(skipped)}" if skipped else "verified"


def _listed(numbers: Sequence[str]) -> str:
    return f"check{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


async def upgrade(
    view: View, opened: Opened | None, pending: str | None, files: UpgradeFiles
) -> Upgrade | None:
    """The runtime that a call would set; None where it sets none.

    Args:
        opened: the call; None where only its hash is known.
        pending: the hash of the call, where it waits on an account that may upgrade for the sudo
            key, whether or not the call itself is known.
    """
    blob = None if opened is None else blob_in(opened.data)
    step = next(
        (
            one
            for one in (opened.steps if opened is not None else ())
            if one.pallet == "System" and one.name in _SETS_CODE and one.args
        ),
        None,
    )
    if blob is None and step is None and pending is None:
        return None
    wasm = argument_bytes(opened, step, "code") if opened is not None and step else None
    same = None if wasm is None or files.wasm is None else wasm == files.wasm
    checked: tuple[Check, ...] = ()
    final: FinalCall | None = None
    if blob is not None or pending is not None:
        digest = "0x" + blake2_256(blob).hex() if blob is not None else str(pending)
        other = _other_form(opened) if blob is None else None
        release = _Release(view, blob, digest, files, other)
        checked = await release.checks()
        final = await release.final()
    return Upgrade(
        place=step.place if step else "",
        code=None if wasm is None else read_code(wasm),
        same_as_file=same,
        checks=checked,
        final=final,
    )


@dataclass(frozen=True, slots=True)
class Blob:
    """A release's call taken apart by its bytes: who it acts for, the code, and its own length."""

    real: str
    wasm: bytes
    size: int


def parse_blob(data: bytes) -> Blob:
    """A release's call, `Proxy.proxy(real, None, Sudo.sudo_unchecked_weight(System.set_code(…)))`.

    Bytes may follow it. Raises BadDataError where it is not of that form to the last byte.
    """
    head = bytes((*_PROXY, _MULTI_ADDRESS_ID))
    if not data.startswith(head):
        raise BadDataError("it does not begin as a call of Proxy.proxy for an account")
    at = len(head) + _KEY
    real = data[len(head) : at]
    if data[at : at + len(_AFTER_REAL)] != _AFTER_REAL:
        raise BadDataError("inside is no Sudo.sudo_unchecked_weight of System.set_code")
    size, at = compact(data, at + len(_AFTER_REAL))
    wasm, at = data[at : at + size], at + size
    if len(wasm) != size:
        raise BadDataError("it ends inside the code")
    ref_time, at = compact(data, at)
    proof_size, at = compact(data, at)
    if {"ref_time": ref_time, "proof_size": proof_size} != _SET_CODE_WEIGHT:
        raise BadDataError(f"its weight is {ref_time} and {proof_size}, not 50000000000 and 0")
    return Blob(encode_ss58(real), wasm, at)


def blob_in(data: bytes) -> bytes | None:
    """The release's call that bytes are, or that they hold inside `Multisig.as_multi`."""
    starts = [0] if data.startswith(_PROXY) else list(_inside_multisig(data))
    for start in starts:
        try:
            found = parse_blob(data[start:])
        except BadDataError:
            continue
        if start or found.size == len(data):
            return data[start : start + found.size]
    return None


def _inside_multisig(data: bytes) -> Iterator[int]:
    """Where the call inside `Multisig.as_multi` begins."""
    if not data.startswith(_AS_MULTI):
        return
    try:
        others, at = compact(data, 4)
    except BadDataError:
        return
    at += others * _KEY
    if len(data) > at:
        yield at + (9 if data[at] else 1)


def _other_form(opened: Opened | None) -> str | None:
    """Why a call that is known is no release's; None where only its hash is known."""
    if opened is None:
        return None
    try:
        left = len(opened.data) - parse_blob(opened.data).size
    except BadDataError as error:
        return error.message
    return f"{left} bytes stand after it"


class _Release:
    """A release's call against the chain and what is at hand.

    Without a blob only the hash is known, or the call is one of another form, which `other` says.
    """

    def __init__(
        self,
        view: View,
        blob: bytes | None,
        digest: str,
        files: UpgradeFiles,
        other: str | None,
    ) -> None:
        self._view = view
        self._blob = blob
        self._hash = digest
        self._files = files
        self._other = other
        self._parsed = None if blob is None else parse_blob(blob)

    async def checks(self) -> tuple[Check, ...]:
        """The seven checks, in their order."""
        entry, account = await self._pending()
        sudo = (await sudo_accounts(self._view)).sudo
        results = (
            self._form(),
            self._encoding(),
            self._built(),
            self._digested(),
            self._real(sudo),
            self._waiting(account),
            self._manifest(entry),
        )
        names = (
            "the call has the form of a release's",
            "encoded anew it is the same bytes",
            "the code is the file's",
            "its sha256 is in the release's digest",
            "it acts for the sudo key",
            "it waits on an account that may upgrade",
            "the release's manifest names it",
        )
        return tuple(
            Check(number, name, result, detail)
            for number, (name, (result, detail)) in enumerate(zip(names, results, strict=True), 1)
        )

    def _form(self) -> tuple[Result, str]:
        if self._parsed is None:
            return self._unknown() if self._other is None else ("fail", self._other)
        return "pass", f"{len(self._parsed.wasm)} bytes of code for {self._parsed.real}"

    def _encoding(self) -> tuple[Result, str]:
        if self._parsed is None or self._blob is None:
            return self._unknown()
        codec = self._view.codec
        try:
            code = codec.compose_call("System", "set_code", {"code": self._parsed.wasm})
            unchecked = {"call": code, "weight": _SET_CODE_WEIGHT}
            inner = codec.compose_call("Sudo", "sudo_unchecked_weight", unchecked)
            real = {"real": self._parsed.real, "force_proxy_type": None, "call": inner}
            again = codec.compose_call("Proxy", "proxy", real)
        except (NotInRuntimeError, UsageError) as error:
            return "fail", f"this runtime cannot encode it: {error.message}"
        if again != self._blob:
            return "fail", "this runtime encodes such a call as other bytes"
        return "pass", f"by the metadata of spec {codec.spec_version}"

    def _built(self) -> tuple[Result, str]:
        if self._files.wasm is None:
            return "skipped", "no file to compare with; give --wasm FILE"
        if self._parsed is None:
            return self._unknown()
        if self._files.wasm != self._parsed.wasm:
            return "fail", "the file is other code"
        return "pass", "byte by byte"

    def _digested(self) -> tuple[Result, str]:
        if self._files.digest is None:
            return "skipped", "no digest of the release; give --digest FILE"
        if self._parsed is None:
            return self._unknown()
        sha256 = hashlib.sha256(self._parsed.wasm).hexdigest()
        if any(sha256 == one.lower().removeprefix("0x") for one in _texts(self._files.digest)):
            return "pass", f"sha256 {sha256}"
        return "fail", f"sha256 {sha256} is not in it"

    def _real(self, sudo: str | None) -> tuple[Result, str]:
        if self._parsed is None:
            return self._unknown()
        if self._parsed.real != sudo:
            return "fail", f"it acts for {self._parsed.real}, and the sudo key is {sudo}"
        return "pass", str(sudo)

    def _waiting(self, account: str | None) -> tuple[Result, str]:
        if account is None:
            return "fail", f"no delegate of the sudo key has a pending call {self._hash}"
        return "pass", f"on {account}"

    def _manifest(self, entry: Mapping[str, Any] | None) -> tuple[Result, str]:
        manifest = self._files.manifest
        if manifest is None:
            return "skipped", "no manifest of the release; give --manifest FILE"
        if not isinstance(manifest, Mapping):
            return "fail", "the manifest is no JSON object"
        named, opener = manifest.get("call_hash"), manifest.get("ci_address")
        if str(named).lower() != self._hash:
            return "fail", f"it names the call hash {named}"
        if entry is None or opener != str(entry["depositor"]):
            return "fail", f"it says that {opener} opened the call"
        return "pass", f"opened by {opener}"

    def _unknown(self) -> tuple[Result, str]:
        if self._other is not None:
            return "skipped", "the call has another form"
        return "skipped", "only the hash of the call is known; give --call-data"

    async def _pending(self) -> tuple[Mapping[str, Any] | None, str | None]:
        """The entry of the call and the account it waits on; None for none."""
        for account in (await sudo_accounts(self._view)).upgraders:
            entry = await self._view.value("Multisig", "Multisigs", account, self._hash)
            if entry is not None:
                return entry, account
        return None, None

    async def final(self) -> FinalCall | None:
        """What the sudo key's account has to carry out; None where it cannot be made."""
        entry, _ = await self._pending()
        sudo = (await sudo_accounts(self._view)).sudo
        if entry is None or self._blob is None or sudo is None:
            return None
        args = {
            "threshold": 2,
            "other_signatories": [str(entry["depositor"])],
            "maybe_timepoint": dict(entry["when"]),
            "call": self._blob,
            "max_weight": _FINAL_WEIGHT,
        }
        call = self._view.codec.compose_call("Multisig", "as_multi", args)
        digest = "0x" + blake2_256(call).hex()
        opened = await self._view.value("Multisig", "Multisigs", sudo, digest)
        given = None if opened is None else tuple(map(str, opened["approvals"]))
        return FinalCall(digest, call, given)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, its nesting bounded by the reader of the file."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
