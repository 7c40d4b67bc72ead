"""Several intents in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from taoctl.calls.accounts import ACCOUNT, EXISTENTIAL_DEPOSIT, cannot_spend
from taoctl.calls.base import ChainCall, Effect, Intent, Quantity, Quote, Refusal
from taoctl.calls.batch_limit import too_many
from taoctl.calls.batch_mode import BatchMode, first_of
from taoctl.calls.generic import Generic, nested_batches, recognised
from taoctl.calls.transfer import BELOW_MINIMUM, Transfer
from taoctl.chain.view import Call, View
from taoctl.units import Alpha, Tao


@dataclass(frozen=True, slots=True)
class Batch(Intent):
    """Intents that one transaction carries out in order."""

    needs = (ACCOUNT, EXISTENTIAL_DEPOSIT, Call("Utility", "batch_all"))

    intents: tuple[Intent, ...]
    mode: BatchMode = BatchMode.ALL

    def summary(self) -> str:
        """How much goes to how many, where all are transfers; else the first of them."""
        sent = [_transfer(one) for one in self.intents]
        transfers = [one for one in sent if one is not None]
        if len(transfers) == len(sent):
            total = sum((one.amount for one in transfers), Tao(0))
            dests = len({one.dest for one in transfers})
            whom = "1 account" if dests == 1 else f"{dests} accounts"
            how = ", and the account may end" if self.may_end_account else ""
            return f"send {total} in {len(sent)} transfers to {whom}, {self.mode.words}{how}"
        listed = first_of([one.summary() for one in self.intents])
        return f"{len(self.intents)} calls, {self.mode.words}: {listed}"

    @property
    def root_may(self) -> bool:
        """Whether root can do all of them."""
        return all(one.root_may for one in self.intents)

    @property
    def may_end_account(self) -> bool:
        """Whether one of them agrees to it."""
        return any(one.may_end_account for one in self.intents)

    @property
    def varies(self) -> bool:
        """Whether one of them does."""
        return any(one.varies for one in self.intents)

    async def call(self, view: View, origin: str) -> ChainCall:
        """The `Utility` call of the mode."""
        calls = [await one.call(view, origin) for one in self.intents]
        return ChainCall("Utility", self.mode.value, {"calls": calls})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """What is refused of each, and of what they spend together."""
        full = too_many(view, len(self.intents))
        if full:
            return full
        found = [refusal for certain, refusal in await self._refused(view, origin) if certain]
        found += nested_batches(await self.call(view, origin))
        spent = await self.spends(view, origin)
        if not found and spent is not None:
            found += await cannot_spend(view, origin, spent, keep_alive=False)
        return tuple(found)

    async def _refused(self, view: View, origin: str) -> list[tuple[bool, Refusal]]:
        """What is refused of each, and whether that is certain to spoil the batch.

        It is not where the failing one alone fails, nor after a call of which nobody knows here
        what it changes: it may bring what a later one needs.
        """
        refused, spent = await asyncio.gather(
            self._each_refused(view, origin),
            asyncio.gather(*(one.spends(view, origin) for one in self.intents)),
        )
        known_up_to = next((n for n, one in enumerate(spent) if one is None), len(spent))
        return [
            (
                place <= known_up_to and self.mode is not BatchMode.FORCE,
                replace(one, message=f"call {place + 1}: {one.message}"),
            )
            for place, refusals in enumerate(refused)
            for one in refusals
        ]

    async def _each_refused(self, view: View, origin: str) -> list[tuple[Refusal, ...]]:
        """What is refused of each, those before it done: a new account is new only once."""
        alone = await asyncio.gather(*(one.preflight(view, origin) for one in self.intents))
        begun: set[str] = set()
        found = []
        for one, refusals in zip(self.intents, alone, strict=True):
            sent = _transfer(one)
            if sent is not None and sent.dest in begun:
                refusals = tuple(why for why in refusals if why.name != BELOW_MINIMUM)
            if sent is not None and sent.amount.rao and not refusals:
                begun.add(sent.dest)
            found.append(refusals)
        return found

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """Those of all, added up for each account; the sender's are open where a call's are."""
        counted = await self._counted(view, origin)
        each = await asyncio.gather(*(one.effects(view, origin) for one in counted))
        found = summed(effect for effects in each for effect in effects)
        if await self.spends(view, origin) is not None:
            return found
        return tuple(replace(one, after=None) if one.account == origin else one for one in found)

    async def _counted(self, view: View, origin: str) -> tuple[Intent, ...]:
        """The intents that change something: not those that fail alone."""
        if self.mode is not BatchMode.FORCE:
            return self.intents
        refused = await self._each_refused(view, origin)
        return tuple(one for one, why in zip(self.intents, refused, strict=True) if not why)

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """Those of all, each once, and which calls may fail."""
        each = await asyncio.gather(*(one.warnings(view, origin) for one in self.intents))
        found = list(dict.fromkeys(text for texts in each for text in texts))
        found += [
            f"as things are it would be refused: {refusal.message}"
            for certain, refusal in await self._refused(view, origin)
            if not certain
        ]
        kept = self.mode.warning("calls")
        return tuple(found) if kept is None else (*found, kept)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """What all spend together; None when one of them does not know."""
        counted = await self._counted(view, origin)
        each = await asyncio.gather(*(one.spends(view, origin) for one in counted))
        known = [one for one in each if one is not None]
        return sum(known, Tao(0)) if len(known) == len(each) else None

    async def quotes(self, view: View, origin: str) -> tuple[Quote, ...]:
        """Those of all that change something."""
        counted = await self._counted(view, origin)
        each = await asyncio.gather(*(one.quotes(view, origin) for one in counted))
        return tuple(quote for quotes in each for quote in quotes)


def _transfer(intent: Intent) -> Transfer | None:
    """The transfer of an amount that an intent is, or whose call it is; None where it is none."""
    known = recognised(intent.chain_call) if isinstance(intent, Generic) else intent
    return known if isinstance(known, Transfer) else None


def summed(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Effects on one block's state, carried out one after the other.

    Changes of the same amount of the same account add up; where one is not an amount, only the
    first state stays known.
    """
    found: dict[tuple[str | None, str], Effect] = {}
    for one in effects:
        key = (one.account, one.label)
        before = found.get(key)
        if before is None:
            found[key] = one
            continue
        found[key] = replace(before, after=_added(before, one))
    return tuple(found.values())


def _added(so_far: Effect, one: Effect) -> Quantity:
    match (so_far.after, one.before, one.after):
        case (Tao() as total, Tao() as before, Tao() as after):
            return total + (after - before)
        case (Alpha() as total, Alpha() as before, Alpha() as after):
            return total + (after - before)
    return None


def one_or_batch(intents: Sequence[Intent], mode: BatchMode) -> Intent:
    """The intent itself when it is the only one, else the batch of all."""
    return intents[0] if len(intents) == 1 else Batch(tuple(intents), mode)
