"""Setting one hyperparameter of a subnet."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.owner.bounds import ROOT_UNBOUND, out_of_bounds
from taoctl.calls.owner.fitting import need_fitting
from taoctl.calls.owner.standing import no_subnet, not_in_time, not_owner
from taoctl.calls.stake.hotkeys import NETWORKS, item, read
from taoctl.chain.owner_clock import OWNER_HOTKEY, owner_clock
from taoctl.chain.view import Call, View
from taoctl.economics.hyperparameter import (
    Change,
    Known,
    Value,
    as_argument,
    exact_text,
    from_storage,
)
from taoctl.economics.hyperparameters import KNOWN
from taoctl.errors import UsageError
from taoctl.text import printable

_WINDOW_FIRST = ("tempo", "activity_cutoff_factor")
"""Those whose bounds the chain looks at before the freeze window, and at the limit last."""


@dataclass(frozen=True, slots=True)
class SetHyperparameter(Intent):
    """Set a hyperparameter of a subnet that the signer owns; of some, as root.

    Attributes:
        netuid: the subnet.
        name: by which `settable` knows it.
        value: as the chain counts.
        until_block: the last block before the window in which nothing is changed; None for none.
    """

    needs = (NETWORKS, item("SubnetOwner"), item("Tempo"))

    netuid: int
    name: str
    value: Value
    until_block: int | None = None

    @property
    def good_until(self) -> int | None:
        """That of `until_block`."""
        return self.until_block

    @property
    def _known(self) -> tuple[Known, Change]:
        return settable(self.name)

    @property
    def root_may(self) -> bool:
        """Whether root may make the same call."""
        return self._known[1].root

    def summary(self) -> str:
        """What is set to what, and where."""
        text = exact_text(self._known[0].unit, self.value)
        return f"set {self.name} of subnet {self.netuid} to {text}"

    async def words(self, view: View, origin: str) -> str:
        """The same, with what it is now."""
        unit, now = self._known[0].unit, await self._now(view)
        if now is None:
            return self.summary()
        was, to = exact_text(unit, now), exact_text(unit, self.value)
        return f"set {self.name} of subnet {self.netuid} from {was} to {to}"

    def _require(self, view: View) -> None:
        known, change = self._known
        view.require(Call(change.pallet, change.call), item(known.item))

    async def _now(self, view: View) -> Value | None:
        self._require(view)
        known = self._known[0]
        return from_storage(known, await read(view, known.item, self.netuid))

    async def call(self, view: View, origin: str) -> ChainCall:
        """The call of AdminUtils, or of the subnet pallet itself, that sets it.

        Raises UsageError for a value that the call's type does not hold.
        """
        self._require(view)
        known, change = self._known
        need_fitting(view, self.name, known, change, self.value)
        args: dict[str, Any] = {"netuid": self.netuid}
        args[change.argument] = as_argument(known, self.value)
        if known.place is not None:
            low, high = await read(view, known.item, self.netuid)
            args = {"netuid": self.netuid, "alpha_low": low, "alpha_high": high} | args
        return ChainCall(change.pallet, change.call, args)

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Not the owner, too soon, frozen, or a value that the chain does not take."""
        self._require(view)
        known, change = self._known
        if known.setter == "root":
            said = f"only root sets {self.name}"
            return (Refusal("BadOrigin", said, "on a chain of your own, add --sudo"),)
        foreign = await not_owner(view, origin, self.netuid)
        if foreign:
            return foreign
        late = self.name in _WINDOW_FIRST
        waits = await not_in_time(
            view, self.netuid, self.name, change.limit, window=change.window, window_first=late
        )
        bad = await out_of_bounds(view, self.netuid, self.name, known, self.value)
        return (*bad, *waits) if late else (*waits, *bad)

    async def root_preflight(self, view: View) -> tuple[Refusal, ...]:
        """No such subnet, frozen, or a value that the chain does not take from root either."""
        self._require(view)
        known, change = self._known
        missing = await no_subnet(view, self.netuid, "SubnetDoesNotExist")
        if missing:
            return missing
        limit = change.limit if change.limit == OWNER_HOTKEY else None
        window = change.window and self.name not in _WINDOW_FIRST
        waits = await not_in_time(view, self.netuid, self.name, limit, window=window)
        if self.name in ROOT_UNBOUND:
            return waits
        return (*waits, *await out_of_bounds(view, self.netuid, self.name, known, self.value))

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The value."""
        unit, now = self._known[0].unit, await self._now(view)
        before = None if now is None else exact_text(unit, now)
        after = exact_text(unit, self.value)
        return (Effect(None, self.name, before, after, netuid=self.netuid),)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That nothing changes by it, what it does besides, and how long it then stays."""
        known, change = self._known
        clock, now = await owner_clock(view, self.netuid), await self._now(view)
        found = []
        if now == self.value and self.name != "tempo":
            found.append("it is that already: nothing changes, and the fee is paid")
        else:
            found += self._aside(clock.next_epoch, now)
        if not known.used:
            found.append(f"the chain keeps {self.name}, and uses it for nothing any more")
        if known.instead and view.has(item(KNOWN[known.instead].item)):
            found.append(f"this runtime goes by {known.instead} instead: set that")
        if known.setter == "owner" and change.limit is not None:
            blocks = clock.limit_blocks(change.limit)
            if blocks:
                found.append(f"it may be changed again {blocks} blocks after this, not before")
        return tuple(found)

    def _aside(self, due: int | None, now: Value | None) -> list[str]:
        """What a change does besides; `due` is the block of the next epoch."""
        if self.name == "tempo":
            instead = "" if due is None else f", not in block {due}"
            return [f"the next epoch comes {self.value} blocks after this then{instead}"]
        if self.name != "mechanism_count":
            return [_ASIDE[self.name]] if self.name in _ASIDE else []
        found = ["the split of emission becomes even"]
        if isinstance(now, int) and isinstance(self.value, int) and self.value < now:
            gone = f"{self.value} to {now - 1}" if now - self.value > 1 else f"{self.value}"
            found.append(f"mechid {gone} goes with all its weights and bonds")
        return found


async def before_the_window(view: View, netuid: int, name: str, value: Value) -> SetHyperparameter:
    """The change, good up to the last block before the next freeze window, where that counts."""
    until = None
    if settable(name)[1].window:
        clock = await owner_clock(view, netuid)
        if clock.open_from(view.block + 1) == view.block + 1:
            until = clock.open_until(view.block + 1)
    return SetHyperparameter(netuid, name, value, until)


_ASIDE = {
    "commit_reveal_weights_enabled": "validators must set weights otherwise from then on",
    "owner_hotkey": "the hotkey before it can be pruned from then on, unless it is immune",
    "weights_version": "validators that set weights with a lower version key are refused then",
}
"""What a change does besides."""


def settable(name: str) -> tuple[Known, Change]:
    """Facts about a hyperparameter and the call that sets it; UsageError for another name."""
    known = KNOWN.get(name)
    if known is None:
        raise _unknown(name)
    if known.change is None:
        hint = f"`taoctl explain {name}` says what it is"
        if name == "subnet_is_active":
            hint = "its owner starts it, once, with `taoctl subnet start`"
        raise UsageError(f"no call sets {name}", hint)
    return known, known.change


def _unknown(name: str) -> UsageError:
    said = printable(name, 60)
    aliases = {
        one.change.call.removeprefix("sudo_set_"): key
        for key, one in KNOWN.items()
        if one.change is not None
    }
    close = difflib.get_close_matches(name, [*KNOWN, *aliases], n=3, cutoff=0.6)
    names = dict.fromkeys(aliases.get(one, one) for one in close)
    meant = f"did you mean {' or '.join(names)}? " if names else ""
    hint = f"{meant}`taoctl subnet hyperparameters NETUID` lists them"
    return UsageError(f"there is no hyperparameter {said!r}", hint)
