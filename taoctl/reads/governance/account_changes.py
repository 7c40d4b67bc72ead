"""What calls change in accounts: balances, the sudo key, proxies, coldkeys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.reads.governance.changes import Ahead, Change, Reader, refused, unknown
from taoctl.reads.governance.nested import COLLECTIVE, ROOT, Opened, Step
from taoctl.units import rao_to_decimal

_ACCOUNT = ("System", "Account")


def address(value: Any) -> str | None:
    """The address that a MultiAddress or account argument is; None for any other kind."""
    if isinstance(value, dict):
        value = value.get("Id")
    return value if isinstance(value, str) and not value.startswith("0x") else None


async def _set_balance(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    who, new = address(step.arg("who")), step.arg("new_free")
    if who is None or new is None:
        return (unknown(step),)
    note = "; ".join(await refused(ahead, step, "root"))
    return (await _balance(ahead, step, who, "free", lambda _: int(new), note),)


async def _move(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    forced = step.name == "force_transfer"
    source = address(step.arg("source")) if forced else step.origin
    dest, amount = address(step.arg("dest")), step.arg("value")
    if source in (ROOT, COLLECTIVE):
        return (_of_no_account(step),)
    if dest is None or amount is None or source is None:
        return (unknown(step, "it is not known from whom to whom this pays"),)
    notes = [*await refused(ahead, step, "root")] if forced else []
    held = await _held(ahead, source)
    if held is not None and held["free"] < int(amount):
        notes.append("the account holds less than that: this fails")
    gone = await _balance(
        ahead, step, source, "free", lambda old: max(old - int(amount), 0), "; ".join(notes)
    )
    return gone, await _balance(ahead, step, dest, "free", lambda old: old + int(amount))


def _of_no_account(step: Step) -> Change:
    """What is said of a call that only an account makes, and that root or a collective does."""
    whom = "the collective" if step.origin == COLLECTIVE else step.origin
    return unknown(step, f"it acts as {whom}, and needs an account: this fails with BadOrigin")


async def _unreserve(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    who, amount = address(step.arg("who")), step.arg("amount")
    if who is None or amount is None:
        return (unknown(step),)
    note = "; ".join(await refused(ahead, step, "root"))
    held = await _held(ahead, who)
    freed = min(int(amount), held["reserved"]) if held is not None else int(amount)
    less = await _balance(ahead, step, who, "reserved", lambda old: old - freed, note)
    return less, await _balance(ahead, step, who, "free", lambda old: old + freed)


async def _held(ahead: Ahead, who: str) -> dict[str, int] | None:
    account = await ahead.get(*_ACCOUNT, who)
    return account["data"] if isinstance(account, dict) else None


async def _balance(
    ahead: Ahead, step: Step, who: str, part: str, change: Any, note: str = ""
) -> Change:
    account = await ahead.get(*_ACCOUNT, who)
    old = int(account["data"][part])
    new = change(old)
    ahead.put({**account, "data": {**account["data"], part: new}}, *_ACCOUNT, who)
    return Change(
        place=step.place,
        call=str(step),
        what=f"{part} balance",
        account=who,
        before=old,
        after=new,
        before_text=_tao(old),
        after_text=_tao(new),
        note=note,
    )


async def _issuance(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    delta, direction = step.arg("delta"), str(step.arg("direction"))
    old = await ahead.get("Balances", "TotalIssuance")
    if delta is None or old is None or direction not in ("Increase", "Decrease"):
        return (unknown(step),)
    new = int(old) + (int(delta) if direction == "Increase" else -int(delta))
    ahead.put(max(new, 0), "Balances", "TotalIssuance")
    return (
        Change(
            place=step.place,
            call=str(step),
            what="Balances.TotalIssuance",
            before=int(old),
            after=max(new, 0),
            before_text=_tao(int(old)),
            after_text=_tao(max(new, 0)),
            note="; ".join(await refused(ahead, step, "root")),
        ),
    )


async def _sudo_key(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    new = address(step.arg("new")) if step.name == "set_key" else None
    if step.name == "set_key" and new is None:
        return (unknown(step),)
    old = await ahead.get("Sudo", "Key")
    ahead.put(new, "Sudo", "Key")
    notes = []
    if step.origin not in (ROOT, None, old):
        notes.append(f"it acts as {step.origin}, and needs root or the sudo key: this fails")
    if new is None:
        notes.append("nobody can ever act as root by the sudo key again")
    return (
        Change(
            place=step.place,
            call=str(step),
            what="Sudo.Key",
            before=old,
            after=new,
            before_text=old or "none",
            after_text=new or "none",
            note="; ".join(notes),
        ),
    )


async def _proxies(ahead: Ahead, step: Step, opened: Opened) -> Sequence[Change]:
    who = step.origin
    if who in (ROOT, COLLECTIVE):
        return (_of_no_account(step),)
    if who is None:
        return (unknown(step),)
    held = await ahead.get("Proxy", "Proxies", who)
    if held is None:
        return (unknown(step),)
    old = [dict(one) for one in held[0]]
    new = _with_proxy(step, old)
    ahead.put((new, held[1]), "Proxy", "Proxies", who)
    return (
        Change(
            place=step.place,
            call=str(step),
            what="proxies",
            account=who,
            before=[_proxy(one) for one in old],
            after=[_proxy(one) for one in new],
            before_text=", ".join(map(_proxy, old)) or "none",
            after_text=", ".join(map(_proxy, new)) or "none",
        ),
    )


def _with_proxy(step: Step, old: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if step.name == "remove_proxies":
        return []
    one = {
        "delegate": address(step.arg("delegate")),
        "proxy_type": step.arg("proxy_type"),
        "delay": step.arg("delay"),
    }
    rest = [other for other in old if other != one]
    return [*rest, one] if step.name == "add_proxy" else rest


def _proxy(one: dict[str, Any]) -> str:
    after = f" after {one['delay']} blocks" if one["delay"] else ""
    return f"{one['delegate']} for {one['proxy_type']}{after}"


def _tao(rao: int) -> str:
    return f"{rao_to_decimal(rao)} TAO"


READERS: dict[tuple[str, str], Reader] = {
    ("Balances", "force_set_balance"): _set_balance,
    ("Balances", "force_transfer"): _move,
    ("Balances", "transfer_keep_alive"): _move,
    ("Balances", "transfer_allow_death"): _move,
    ("Balances", "force_unreserve"): _unreserve,
    ("Balances", "force_adjust_total_issuance"): _issuance,
    ("Sudo", "set_key"): _sudo_key,
    ("Sudo", "remove_key"): _sudo_key,
    ("Proxy", "add_proxy"): _proxies,
    ("Proxy", "remove_proxy"): _proxies,
    ("Proxy", "remove_proxies"): _proxies,
}
"""Calls that change accounts."""
