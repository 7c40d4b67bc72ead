"""What calls change in the runtime itself, in raw storage and in whole subnets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from taoctl.chain.view import View
from taoctl.economics.hyperparameter import value_text
from taoctl.errors import BadDataError
from taoctl.reads.governance.changes import Ahead, Change, Reader, refused, unknown
from taoctl.reads.governance.nested import Opened, Step, argument_bytes
from taoctl.reads.governance.settings import Power
from taoctl.scale.code_version import Code, read_code
from taoctl.scale.codec import Codec, vec_bytes
from taoctl.scale.crypto import twox_128

_MOST_ITEMS = 20
"""Raw storage values that are looked at."""
_SHOWN_BYTES = 32
_MOST_CODES = 3
"""Calls whose code is unpacked; a few bytes may unpack to what takes a while to look at."""
_SETS_CODE = frozenset({"set_code", "set_code_without_checks", "apply_authorized_upgrade"})


def code_words(code: Code) -> str:
    """A runtime's code in words: its version, size and hash."""
    version = code.version
    named = f"spec {version.spec_version} ({version.spec_name})" if version else "no known version"
    return f"{named}, {code.size} bytes, blake2-256 {code.blake2_256}"


async def _set_code(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    setting = (one.place for one in opened.steps if one.name in _SETS_CODE)
    if step.place not in islice(setting, _MOST_CODES):
        return (unknown(step, f"only the first {_MOST_CODES} calls that set code are looked at"),)
    code = read_code(argument_bytes(opened, step, "code"))
    notes = [] if step.name == "apply_authorized_upgrade" else await refused(ahead, step, "root")
    spec = ahead.view.spec_version
    return (
        Change(
            place=step.place,
            call=str(step),
            what="runtime code",
            before=spec,
            after=code.version.spec_version if code.version else None,
            before_text=f"spec {spec}",
            after_text=code_words(code),
            note="; ".join([*notes, *_code_doubts(ahead.view, step, code)]),
        ),
    )


def _code_doubts(view: View, step: Step, code: Code) -> list[str]:
    """Why the chain would not take code; source: `can_set_code` of frame_system."""
    if code.version is None:
        return [code.problem or "the code has no version: this fails"]
    if step.name == "set_code_without_checks":
        return []
    doubts = []
    running = view.runtime.version
    if code.version.spec_name != running.spec_name:
        doubts.append(f"the running runtime is called {running.spec_name}: this fails")
    if code.version.spec_version <= running.spec_version:
        doubts.append(f"spec {running.spec_version} runs already, and it must rise: this fails")
    return doubts


async def _authorize(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    old, new = await ahead.get("System", "AuthorizedUpgrade"), step.arg("code_hash")
    digest = old.get("code_hash") if isinstance(old, dict) else None
    ahead.put({"code_hash": new}, "System", "AuthorizedUpgrade")
    return (
        Change(
            place=step.place,
            call=str(step),
            what="System.AuthorizedUpgrade",
            before=digest,
            after=new,
            before_text=digest or "none",
            after_text=str(new),
            note="; ".join(
                [*await refused(ahead, step, "root"), "anybody may then apply code of this hash"]
            ),
        ),
    )


async def _set_storage(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    items = step.arg("items")
    pairs = [(vec_bytes(key), vec_bytes(value)) for key, value in items or ()]
    return await _raw(ahead, step, pairs)


async def _kill_storage(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    return await _raw(ahead, step, [(vec_bytes(key), None) for key in step.arg("keys") or ()])


async def _raw(
    ahead: Ahead, step: Step, pairs: Sequence[tuple[bytes, bytes | None]]
) -> Sequence[Change]:
    note = "; ".join(await refused(ahead, step, "root"))
    found = []
    for key, new in pairs[:_MOST_ITEMS]:
        old = await ahead.view.raw(key)
        found.append(
            Change(
                place=step.place,
                call=str(step),
                what=f"storage {_key_words(ahead.view.codec, key)}",
                before=None if old is None else "0x" + old[:_SHOWN_BYTES].hex(),
                after=None if new is None else "0x" + new[:_SHOWN_BYTES].hex(),
                before_text=_raw_words(ahead.view.codec, key, old),
                after_text=_raw_words(ahead.view.codec, key, new),
                note=note,
            )
        )
    if len(pairs) > _MOST_ITEMS:
        found.append(unknown(step, f"{len(pairs) - _MOST_ITEMS} more storage values are written"))
    return found


async def _kill_prefix(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    prefix = vec_bytes(step.arg("prefix") or b"")
    notes = [*await refused(ahead, step, "root"), "everything under it goes, as far as it is told"]
    return (
        Change(
            place=step.place,
            call=str(step),
            what=f"storage under {_key_words(ahead.view.codec, prefix)}",
            after_text=f"at most {step.arg('subkeys')} values removed",
            note="; ".join(notes),
        ),
    )


def _owner_of(codec: Codec, key: bytes) -> tuple[str, str | None] | None:
    """Pallet, and item if it is told, that a raw key belongs to."""
    for pallet, entry in codec.pallets.items():
        if key[:16] != twox_128(pallet.encode()):
            continue
        for one in entry.get("storage", ()):
            if key[16:32] == twox_128(str(one["name"]).encode()):
                return pallet, str(one["name"])
        return pallet, None
    return None


def _key_words(codec: Codec, key: bytes) -> str:
    owner, text = _owner_of(codec, key), "0x" + key[:80].hex() + ("…" if len(key) > 80 else "")
    if owner is None:
        return text
    return f"{'.'.join(one for one in owner if one)} {text}"


def _raw_words(codec: Codec, key: bytes, value: bytes | None) -> str:
    if value is None:
        return "nothing"
    owner = _owner_of(codec, key)
    if owner is not None and owner[1] is not None and len(value) <= _SHOWN_BYTES:
        try:
            return str(codec.decode_storage(owner[0], owner[1], value))
        except BadDataError:
            pass
    more = f"… ({len(value)} bytes)" if len(value) > _SHOWN_BYTES else ""
    return "0x" + value[:_SHOWN_BYTES].hex() + more


async def _dissolve(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    netuid = step.arg("netuid")
    there = await ahead.get("SubtensorModule", "NetworksAdded", netuid)
    owner = await ahead.get("SubtensorModule", "SubnetOwner", netuid)
    power: Power = "root" if step.name == "root_dissolve_network" else "owner"
    notes = [*await refused(ahead, step, power, netuid)]
    if there:
        notes.append(f"subnet {netuid} of {owner} goes, its stake is paid out in TAO")
    ahead.put(False, "SubtensorModule", "NetworksAdded", netuid)
    return (
        Change(
            place=step.place,
            call=str(step),
            what="NetworksAdded",
            netuid=netuid,
            before=there,
            after=False,
            before_text=value_text("bool", there),
            after_text="no",
            note="; ".join(notes),
        ),
    )


async def _claim_threshold(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    netuid, new = step.arg("netuid"), step.arg("new_value")
    if not isinstance(new, int):
        return (unknown(step),)
    stored = await ahead.get("SubtensorModule", "RootClaimableThreshold", netuid)
    old = None if stored is None else int(stored["bits"])
    bits = new << 32
    ahead.put({"bits": bits}, "SubtensorModule", "RootClaimableThreshold", netuid)
    return (
        Change(
            place=step.place,
            call=str(step),
            what="RootClaimableThreshold",
            netuid=netuid,
            before=old,
            after=bits,
            before_text="" if old is None else value_text("tao", old >> 32),
            after_text=value_text("tao", new),
            note="; ".join(await refused(ahead, step, "owner", netuid)),
        ),
    )


async def _stops(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    """`Scheduler.cancel` and its like: what is planned is planned no more."""
    when, index = step.arg("when"), step.arg("index")
    if when is None or index is None:
        return (unknown(step, "something that is planned for later no longer runs"),)
    agenda: Any = await ahead.get("Scheduler", "Agenda", when)
    there = isinstance(agenda, list) and len(agenda) > index and agenda[index] is not None
    note = "" if there else "nothing is planned there: this fails"
    return (
        Change(
            place=step.place,
            call=str(step),
            what=f"Scheduler.Agenda {when} {index}",
            before_text="a call is planned" if there else "nothing",
            after_text="nothing",
            note="; ".join(one for one in (*await refused(ahead, step, "root"), note) if one),
        ),
    )


READERS: dict[tuple[str, str], Reader] = {
    ("System", "set_code"): _set_code,
    ("System", "set_code_without_checks"): _set_code,
    ("System", "apply_authorized_upgrade"): _set_code,
    ("System", "authorize_upgrade"): _authorize,
    ("System", "authorize_upgrade_without_checks"): _authorize,
    ("System", "set_storage"): _set_storage,
    ("System", "kill_storage"): _kill_storage,
    ("System", "kill_prefix"): _kill_prefix,
    ("SubtensorModule", "root_dissolve_network"): _dissolve,
    ("SubtensorModule", "dissolve_network"): _dissolve,
    ("SubtensorModule", "sudo_set_root_claim_threshold"): _claim_threshold,
    ("Scheduler", "cancel"): _stops,
    ("Scheduler", "cancel_named"): _stops,
}
"""Calls that change the runtime, raw storage, whole subnets and what is planned."""
