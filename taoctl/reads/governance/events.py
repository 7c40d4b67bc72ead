"""What a block tells of proposals: how they began, who voted, how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.chain.header import read_header
from taoctl.chain.view import View
from taoctl.errors import BadDataError, TaoctlError
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.sudo_multisig import ON_SUDO, ON_UPGRADER, sudo_accounts
from taoctl.scale.codec import Codec

_PALLETS = {
    "Triumvirate": Backend.TRIUMVIRATE,
    "Referenda": Backend.REFERENDA,
    "SignedVoting": Backend.REFERENDA,
    "Multisig": Backend.SUDO,
}
_WHO = ("account", "proposer", "who", "approving", "cancelling")
"""Fields that name who did it, whatever the event."""
_ERROR_SIZE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEvent:
    """One event of a proposal.

    Attributes:
        place: number of the event in its block.
        pallet, name: as the chain calls it, such as `Referenda` and `Submitted`.
        index: of the motion, where the event tells it, or of the referendum.
        hash: of the motion or multisig call.
        account, account_role: the multisig account of a call, and what that account is.
        timepoint: height and extrinsic index at which a multisig call was opened.
        who: account that did it; of a motion's vote the hotkey.
        aye: what was voted; None where nobody voted.
        ayes, nays, total: votes after it, as the event tells them.
        threshold: ayes that a motion needs.
        track: number of a referendum's track; where it is delegated, that of its review.
        child: index of the review that a delegated referendum goes on as.
        failure: why the call that ran failed, by the chain's name; None where nothing failed.
    """

    backend: Backend
    place: int
    pallet: str
    name: str
    index: int | None = None
    hash: str | None = None
    account: str | None = None
    account_role: str | None = None
    timepoint: tuple[int, int] | None = None
    who: str | None = None
    aye: bool | None = None
    ayes: int | None = None
    nays: int | None = None
    total: int | None = None
    threshold: int | None = None
    track: int | None = None
    child: int | None = None
    failure: str | None = None


async def proposal_events(view: View) -> tuple[ProposalEvent, ...]:
    """The events of proposals in the view's block, in its order.

    Of multisig calls those count that wait on the account of the sudo key, or of who may upgrade
    for it, as these are after the block or were before it.

    Raises:
        BadDataError: the events cannot be read.
        What `View.value` raises, RefusedError where the node no longer has the block's state.
    """
    codec, records = await _records(view)
    found = [(at, one) for at, one in enumerate(records) if one["module_id"] in _PALLETS]
    roles: Mapping[str, str] = {}
    if any(one["module_id"] == "Multisig" for _, one in found):
        roles = await _accounts(view)
    try:
        events = [_event(codec, view.block, at, one, roles) for at, one in found]
    except (KeyError, TypeError, ValueError) as error:
        raise BadDataError(f"the events of block {view.block} cannot be read") from error
    return tuple(one for one in events if one is not None)


async def parent_of(view: View) -> View:
    """The view of the block before, by hash, for another chain may have one of that number."""
    header = read_header(await view.chain.call("chain_getHeader", [view.block_hash]))
    return await view.chain.at_hash(header.parent_hash)


async def _records(view: View) -> tuple[Codec, list[Any]]:
    """The events, by the runtime that wrote them: the state after an upgrade names the new one."""
    await view.settle()
    raw = await view.raw(view.codec.storage_key("System", "Events"))
    try:
        return view.codec, list(view.codec.decode_storage("System", "Events", raw))
    except BadDataError:
        if view.block == 0:
            raise
        older = await parent_of(view)
        if older.spec_version == view.spec_version:
            raise
        return older.codec, list(older.codec.decode_storage("System", "Events", raw))


async def _accounts(view: View) -> dict[str, str]:
    """The roles of accounts whose calls are proposals, also of those that a call has put aside."""
    views = [view] if view.block == 0 else [await parent_of(view), view]
    roles: dict[str, str] = {}
    for one in views:
        if not (one.codec.storage("Sudo", "Key") and one.codec.storage("Proxy", "Proxies")):
            continue
        found = await sudo_accounts(one)
        roles |= dict.fromkeys(found.upgraders, ON_UPGRADER)
        if found.sudo is not None:
            roles[found.sudo] = ON_SUDO
    return roles


def _event(
    codec: Codec, block: int, at: int, record: Mapping[str, Any], roles: Mapping[str, str]
) -> ProposalEvent | None:
    backend, name, fields = _PALLETS[record["module_id"]], record["event_id"], record["attributes"]
    if not isinstance(fields, Mapping):
        return None
    account = fields.get("multisig")
    if backend is Backend.SUDO and account not in roles:
        return None
    tally = fields.get("tally") or {}
    index = next((fields[one] for one in _INDICES if one in fields), None)
    vote = next((fields[one] for one in ("voted", "approve") if one in fields), None)
    result = fields.get("result")
    failed = fields.get("error")
    if isinstance(result, Mapping) and "Err" in result:
        failed = result["Err"]
    return ProposalEvent(
        backend=backend,
        place=at,
        pallet=str(record["module_id"]),
        name=str(name),
        index=None if index is None else int(index),
        hash=_text(fields.get("proposal_hash", fields.get("call_hash"))),
        account=_text(account),
        account_role=None if account is None else roles[str(account)],
        timepoint=_timepoint(block, record, fields) if backend is Backend.SUDO else None,
        who=_text(next((fields[one] for one in _WHO if one in fields), None)),
        aye=None if vote is None else bool(vote),
        ayes=_number(tally.get("ayes", fields.get("yes"))),
        nays=_number(tally.get("nays", fields.get("no"))),
        total=_number(tally.get("total")),
        threshold=_number(fields.get("threshold")),
        track=_number(fields.get("track")),
        child=_number(fields.get("review")),
        failure=None if failed is None else error_name(codec, failed),
    )


_INDICES = ("index", "poll_index", "proposal_index")


def _timepoint(
    block: int, record: Mapping[str, Any], fields: Mapping[str, Any]
) -> tuple[int, int] | None:
    """When the call was opened: its own place where the event opens it."""
    told = fields.get("timepoint")
    if told is not None:
        return int(told["height"]), int(told["index"])
    index = record["extrinsic_idx"]
    return None if index is None else (block, int(index))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def error_name(codec: Codec, error: Any) -> str:
    """A decoded `DispatchError` by its name, such as `Balances.InsufficientBalance`."""
    if not (isinstance(error, Mapping) and len(error) == 1):
        return str(error)
    ((kind, detail),) = error.items()
    if kind != "Module" or not isinstance(detail, Mapping):
        return f"{kind}.{detail}" if isinstance(detail, str) else str(kind)
    try:
        number, code = int(detail["index"]), _first_byte(detail["error"])
        pallet = next(name for name, one in codec.pallets.items() if one["index"] == number)
        return f"{pallet}.{codec.module_error(number, code)[0]}"
    except (KeyError, IndexError, TypeError, ValueError, StopIteration, TaoctlError):
        return f"Module {detail.get('index')} error {detail.get('error')!r}"


def _first_byte(value: Any) -> int:
    if isinstance(value, str):
        # Bytes come as the text they say, where they say one, and else as `0x` text.
        coded = value.startswith("0x") and len(value) == len("0x") + 2 * _ERROR_SIZE
        return (bytes.fromhex(value[2:]) if coded else value.encode())[0]
    return int(value[0])
