"""Bringing a subnet's hyperparameters to what a file says, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from taoctl.calls.base import Effect, call_bytes
from taoctl.calls.owner.hyperparameter import SetHyperparameter
from taoctl.calls.owner.scheduling import Later, Schedule, Step, schedule
from taoctl.calls.owner.several import SetHyperparameters
from taoctl.calls.owner.standing import FROZEN, TOO_SOON
from taoctl.calls.owner.toml_values import Wanted
from taoctl.chain.client import Chain, connect
from taoctl.chain.view import View
from taoctl.cli import context, output, prompts
from taoctl.cli.passwords import sources
from taoctl.cli.plan_view import origin_of, plan_json, plan_text
from taoctl.cli.subnet_hyperparameter_files import APPLY_SCHEMA
from taoctl.cli.transact import (
    blocks_of,
    confirmed,
    failure_of,
    insecure,
    may_send,
    planning,
    refusal_of,
    right_key,
    tell,
    wrapped,
)
from taoctl.cli.writing import WriteFlags
from taoctl.errors import DeclinedError, RefusedError, TaoctlError, UnreachableError
from taoctl.journal.record import Record
from taoctl.journal.store import Journal
from taoctl.submit.options import TxOptions, Wait
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import Plan, make_plan
from taoctl.submit.send import send
from taoctl.submit.settle import settle
from taoctl.submit.words import Block
from taoctl.wallet.accounts import Account
from taoctl.wallet.signer import OpenedSigner
from taoctl.wallet.unlock import open_signer


@dataclass(slots=True)
class Application:
    """One run of `apply`.

    Attributes:
        source: name of the file.
        acting: ss58 address of the account that the calls act for.
        follow: whether to go on until the chain has all of it.
    """

    wanted: Wanted
    source: str
    flags: WriteFlags
    tx: TxOptions
    account: Account
    acting: str
    follow: bool
    _set: list[dict[str, Any]] = field(default_factory=list)
    _records: list[Record] = field(default_factory=list)
    _signer: OpenedSigner | None = None
    _told: tuple[str, ...] = ()
    _since: int = 0
    _alone: bool = False
    """Whether each change goes in a transaction of its own: a proxy may not batch all it may do."""

    async def run(self) -> None:
        """Carry it out, and write what became of it; raises what `transact` raises."""
        journal = Journal()
        network = context.network_of(context.network())
        async with connect(network, timeout=context.timeout()) as chain:
            await context.say_open(chain)
            async with planning(chain):
                await self._check(await chain.at_head())
            while True:
                async with planning(chain):
                    waits = await self._in_flight(chain, journal)
                    view = await chain.at_head()
                    await view.settle()
                    waits = waits or view.block < self._since
                    left = None if waits else await self._schedule(view)
                if left is not None and await self._step(chain, journal, view, left):
                    return
                if left is None or not left.now:
                    await _next_head(chain, view)

    async def _check(self, view: View) -> None:
        """Raise, with its line, for a value that the runtime's types do not take."""
        await view.settle()
        for name, value in self.wanted.values.items():
            intent = SetHyperparameter(self.wanted.netuid, name, value)
            try:
                call_bytes(view.codec, await intent.call(view, self.acting))
            except TaoctlError as problem:
                problem.message = f"{self._where(name)}: {problem.message}"
                raise

    def _where(self, name: str) -> str:
        return f"{self.source}, line {self.wanted.lines[name]}"

    async def _in_flight(self, chain: Chain, journal: Journal) -> bool:
        """Whether a transaction of this key is on its way, which may be what is set here.

        Raises:
            RefusedError: one is, and nobody is to wait for it.
        """
        if self.tx.again or self.flags.dry_run:
            return False
        for one in journal.pending(chain.genesis, self.account.ss58):
            record = await settle(chain, journal, one) if one.unresolved else one
            if not record.unresolved:
                # What it did shows in that block, which this connection may not have heard of.
                self._since = max(self._since, record.block or 0)
                continue
            said = f"transaction {record.id} of this key is on its way: {record.intent}"
            if not self.follow:
                hint = f"see what becomes of it with `taoctl tx resume {record.id}`; or --follow"
                raise RefusedError(said, hint)
            self._tell((f"{said}; waiting for what becomes of it",))
            return True
        return False

    async def _schedule(self, view: View) -> Schedule:
        """What is left; raises RefusedError for what waiting does not mend."""
        left = await schedule(view, self.acting, self.wanted.netuid, self.wanted.values)
        if left.refused:
            step, first = left.refused[0]
            for other, why in left.refused[1:]:
                output.warn(f"also refused: {self._where(other.last.name)}: {why.message}")
            details = [_refusal(one.name, one.message, one.hint) for _, one in left.refused]
            raise RefusedError(
                f"{self._where(step.last.name)}: {first.message}",
                first.hint,
                details={"refusals": details},
            )
        return left

    async def _step(self, chain: Chain, journal: Journal, view: View, left: Schedule) -> bool:
        """Do what may be done now; whether that is the end of it."""
        if not left.now:
            if self.follow and left.later:
                if self._signer is None:
                    self._tell(_later_lines(left.later))
                    await self._agree(chain, None)
                self._tell(_later_lines(left.later))
                return False
            await self._end(view, left)
            return True
        plan, blocks = await self._plan(chain, journal, view, left)
        if not self._alone and len(left.now) > 1 and _only_filtered(plan) and self._may_go_on:
            await self._need_each_allowed(view, left)
            self._alone = True
            self._tell((_ALONE.format(len(left.now)),))
            plan, blocks = await self._plan(chain, journal, view, left)
        if self.flags.dry_run:
            if self._alone:
                then = [Later(one, None, "after the one before it") for one in left.now[1:]]
                left = Schedule(left.now[:1], (*then, *left.later), ())
            await self._end(view, left, plan)
            return True
        if self._signer is None:
            self._show(plan, plan_text(plan, context.names([self.account]), blocks))
            self._tell(_later_lines(left.later))
        refused = refusal_of(plan, blocks)
        if refused is not None:
            raise refused
        if self._signer is None:
            await self._agree(chain, plan)
            if (await chain.at_head()).block_hash != view.block_hash:
                # Blocks were made meanwhile, and the window before an epoch may have begun.
                return False
        assert self._signer is not None
        outcome = await send(chain, plan, self._signer, journal, self.tx, tell)
        failure = failure_of(outcome, ())
        if failure is not None and not (self.follow and _too_late(outcome)):
            raise failure
        self._since = max(self._since, outcome.record.block or 0)
        self._records.append(outcome.record)
        if failure is not None:
            output.warn(f"{failure.message}; it is tried again when it may be set")
            return False
        self._set += [_change(one, transaction=outcome.record.id) for one in plan.effects]
        if self.follow or (self._alone and len(left.now) > 1):
            return False
        await self._end(view, Schedule((), left.later, ()), plan)
        return True

    @property
    def _may_go_on(self) -> bool:
        """Whether one transaction may follow another."""
        return self.flags.nonce is None and self.flags.wait is not Wait.NONE

    async def _need_each_allowed(self, view: View, left: Schedule) -> None:
        """Raise RefusedError for a call that the proxy may not make by itself either."""
        for step in (*left.now, *(one.step for one in left.later)):
            alone = wrapped(SetHyperparameters(self.wanted.netuid, (step,)), self.flags)
            refusals = await alone.preflight(view, self.account.ss58)
            found = next((one for one in refusals if one.name == _FILTERED), None)
            if found is not None:
                raise RefusedError(f"{self._where(step.last.name)}: {found.message}", found.hint)

    async def _plan(
        self, chain: Chain, journal: Journal, view: View, left: Schedule
    ) -> tuple[Plan, Block]:
        """The plan of what may be set now, or of the first of it where each goes alone."""
        steps = left.now[:1] if self._alone else left.now
        intent = SetHyperparameters(self.wanted.netuid, steps)
        right_key(intent, self.flags, self.account)
        async with planning(chain):
            plan = await make_plan(
                chain,
                wrapped(intent, self.flags),
                self.account.ss58,
                self.tx,
                journal=journal,
                to_send=may_send(self.flags),
                view=view,
            )
            return plan, await blocks_of(chain, plan)

    def _show(self, plan: Plan, text: str) -> None:
        for warning in insecure(plan):
            output.warn(warning)
        output.note(origin_of(plan).caption())
        output.note(text)

    async def _agree(self, chain: Chain, plan: Plan | None) -> None:
        """Have it confirmed, later transactions too, and open the key."""
        if not self.flags.yes:
            goes_on = self.follow or self._alone
            what = "this, and what is left of the file in later blocks" if goes_on else "this"
            if not await prompts.in_thread(lambda: _confirmed(chain, plan, what)):
                raise DeclinedError("nothing was sent")
        where = sources(self.flags.password_fd, self.flags.password_file)
        folder = context.wallet_path()
        signer = await prompts.in_thread(lambda: open_signer(self.account, folder, where))
        for text in signer.warnings:
            output.warn(text)
        self._signer = signer

    def _tell(self, lines: tuple[str, ...]) -> None:
        if lines != self._told:
            self._told = lines
            for line in lines:
                output.note(line)

    async def _end(self, view: View, left: Schedule, plan: Plan | None = None) -> None:
        """Write what was done and what is left; RefusedError where nothing may be done yet."""
        dry = self.flags.dry_run
        if not (self._set or left.now or dry) and left.later:
            first = left.later[0]
            named = first.step.last.name
            why = first.because if first.because.startswith(named) else f"{named}: {first.because}"
            raise RefusedError(
                f"nothing of {self.source} may be set now: {why}",
                f"{_when(first)}; --follow waits for all of it",
                details={
                    "refusals": [
                        _refusal("NotYet", one.because, None, one.from_block) for one in left.later
                    ]
                },
            )
        lines = [f"set {one['name']}: {one['before']} -> {one['after']}" for one in self._set]
        if dry and plan is not None:
            text = plan_text(plan, context.names([self.account]), Block(plan.block, None))
            lines += text.split("\n")
        lines += _later_lines(left.later)
        data = {
            "netuid": self.wanted.netuid,
            "set": self._set,
            "later": [
                _change(effect, from_block=one.from_block, because=one.because)
                for one in left.later
                for effect in await _effects(one.step, view, self.acting)
            ],
            "transactions": [one.reference() for one in self._records],
            "plan": plan_json(plan) if dry and plan is not None else None,
        }
        if not lines:
            lines = [f"nothing to do: subnet {self.wanted.netuid} is as {self.source} says"]
        elif not dry and not left.later:
            lines.append(f"subnet {self.wanted.netuid} is as {self.source} says")
        output.show_data(APPLY_SCHEMA, data, "\n".join(lines), context.origin_of(view))


_FILTERED = "CallFiltered"
_ALONE = (
    "this proxy may make each of the {} changes, but no batch of them: each goes in a transaction "
    "of its own, and those before one that fails are done"
)


def _only_filtered(plan: Plan) -> bool:
    """Whether nothing speaks against a plan but that a proxy may not make its call."""
    return bool(plan.refusals) and all(one.name == _FILTERED for one in plan.refusals)


def _too_late(outcome: Outcome) -> bool:
    """Whether it failed only for the block that it came into, as when a window began before."""
    error = outcome.error
    return error is not None and error.name.rpartition(".")[2] in (FROZEN, TOO_SOON)


async def _effects(step: Step, view: View, origin: str) -> list[Effect]:
    return [effect for one in step.intents for effect in await one.effects(view, origin)]


async def _next_head(chain: Chain, view: View) -> None:
    """Return once there is another newest block; raises UnreachableError where none will come."""
    async for head in chain.heads():
        if head.hash != view.block_hash:
            return
    raise UnreachableError("the connection was closed", "run it again: it goes on where it was")


def _change(effect: Effect, **more: Any) -> dict[str, Any]:
    before = None if effect.before is None else str(effect.before)
    return {"name": effect.what, "before": before, "after": str(effect.after), **more}


def _refusal(name: str, message: str, hint: str | None, block: int | None = None) -> dict[str, Any]:
    return {"name": name, "message": message, "hint": hint, "allowed_from_block": block}


def _confirmed(chain: Chain, plan: Plan | None, what: str) -> bool:
    """Whether the user says yes; raises UsageError where nobody can be asked."""
    if plan is not None:
        return confirmed(plan, what)
    hint = "say yes beforehand with --yes, or look with --dry-run"
    prompts.require(f"send {what}?", hint)
    return prompts.confirm(f"Send {what} on {chain.network}?")


def _when(one: Later) -> str:
    return "later" if one.from_block is None else f"from block {one.from_block}"


def _later_lines(later: Sequence[Later]) -> tuple[str, ...]:
    return tuple(
        f"later: {' and '.join(one.step.names)} {_when(one)}: {one.because}" for one in later
    )
