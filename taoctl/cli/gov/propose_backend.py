"""Which way a proposal goes, on a chain that has several."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from taoctl.errors import NotInRuntimeError, UsageError

if TYPE_CHECKING:
    from taoctl.calls.multisig import Group
    from taoctl.chain.view import View
    from taoctl.reads.governance.sudo_multisig import Shared


class Way(StrEnum):
    """A way to propose."""

    TRIUMVIRATE = "triumvirate"
    REFERENDA = "referenda"
    SUDO = "sudo"


async def way_of(
    view: View,
    wanted: Way | None,
    origin: str,
    members: Group | None,
    shared: Sequence[Shared],
) -> Way:
    """The way that is wanted, or the first that the account may go, or else the first.

    Args:
        origin: ss58 address of the account that proposes.
        members: the multisig account of a flag, which is for the sudo key where it is that.
        shared: multisig accounts whose members are known.

    Raises:
        NotInRuntimeError: the chain has no governance, or not this one.
        UsageError: the sudo key is another multisig account than the flag's.
    """
    from taoctl.reads.governance.backends import backends, why_none

    there = [Way(one.value) for one in backends(view)]
    if not there:
        raise NotInRuntimeError(why_none(view), "another network may have proposals")
    if wanted is not None and wanted not in there:
        listed = ", ".join(one.value for one in there)
        raise NotInRuntimeError(f"this chain is not governed by {wanted.value}", f"by: {listed}")
    able = await _able(view, there, origin, members, shared)
    way = wanted or (able or there)[0]
    if way is Way.SUDO and members is not None:
        key = str(await view.value("Sudo", "Key"))
        if members.ss58 != key:
            raise UsageError(
                f"the sudo key is {key}, and not the multisig account {members.ss58}",
                "name the members and the threshold of that one",
            )
    return way


async def _able(
    view: View,
    there: Sequence[Way],
    origin: str,
    members: Group | None,
    shared: Sequence[Shared],
) -> list[Way]:
    """The ways that an account may go, those of votes first."""
    found = []
    if Way.TRIUMVIRATE in there and origin in await view.value("Triumvirate", "Members"):
        found.append(Way.TRIUMVIRATE)
    if Way.REFERENDA in there:
        proposers = await view.value("MultiCollective", "Members", "Proposers")
        found += [Way.REFERENDA] if origin in proposers else []
    if Way.SUDO in there:
        key = str(await view.value("Sudo", "Key"))
        behind = next((one for one in shared if one.ss58 == key), None)
        ours = members is not None and members.ss58 == key
        if ours or (behind is not None and origin in behind.signatories):
            found.append(Way.SUDO)
    return found
