"""Transactions of several signers: one preview, one question, all keys opened, sent in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from taoctl.cli import context, interrupts, options, output, prompts
from taoctl.cli.options import Format
from taoctl.cli.passwords import sources
from taoctl.cli.plan_view import origin_of, outcome_json, outcome_text, plan_json, plan_text
from taoctl.cli.transact import (
    Build,
    blocks_of,
    changes,
    compare_trades,
    confirmed,
    failure_of,
    insecure,
    may_send,
    own_chain_only,
    planning,
    refusal_of,
    require_writable,
    right_key,
    signer_of,
    tell,
)
from taoctl.cli.writing import WriteFlags
from taoctl.errors import DeclinedError, StoppedError, TaoctlError, UsageError
from taoctl.units import Tao

if TYPE_CHECKING:
    from taoctl.calls.base import Effect, Intent
    from taoctl.calls.stake.trade import Trade
    from taoctl.chain.client import Chain
    from taoctl.journal.store import Journal
    from taoctl.submit.comparison import Comparison
    from taoctl.submit.options import TxOptions
    from taoctl.submit.outcome import Outcome
    from taoctl.submit.plan import Plan
    from taoctl.submit.send import Signer
    from taoctl.submit.words import Block
    from taoctl.wallet.accounts import Account

PLANS_SCHEMA = "taoctl.plans/1"
TXS_SCHEMA = "taoctl.txs/1"


@dataclass(frozen=True, slots=True)
class _Planned:
    """A transaction of one of several signers, before it is sent."""

    account: Account
    plan: Plan
    blocks: Block

    @property
    def who(self) -> str:
        """The signer as the user calls it."""
        return self.account.label or self.account.ss58


@dataclass(frozen=True, slots=True)
class _Done:
    """The same once it was sent."""

    planned: _Planned
    outcome: Outcome
    compared: Sequence[Comparison]
    changed: Sequence[Effect] = ()


def transact_many(wanted: Sequence[tuple[str, Build]], flags: WriteFlags) -> None:
    """Carry out an intent of each signer as the flags say, and write what became of them.

    They are planned on one block, each on what the ones before it leave. Nothing is sent unless
    all can be: every key is opened first. They are sent in order, and the first that fails ends it.

    Args:
        wanted: who signs, as `transact` takes it, and what makes its intent.
        flags: of the command.

    Raises:
        UsageError: one signs twice, or a flag makes no sense for several.
        What `transact` raises; its details say which are done, and which were not sent.
    """
    require_writable()
    tx = flags.tx_options()
    _only_for_one(flags)
    builds = [(signer_of(name), build) for name, build in wanted]
    addresses = [account.ss58 for account, _ in builds]
    for address in addresses:
        if addresses.count(address) > 1:
            raise UsageError(f"{address} signs twice", "name each wallet once")
    interrupts.run(_transact_many(builds, flags, tx))


def _only_for_one(flags: WriteFlags) -> None:
    named = {
        "--nonce": flags.nonce is not None,
        "--proxy-for": flags.proxy_for is not None,
        "--multisig": flags.multisig is not None,
        "--sudo": flags.sudo,
    }
    for flag, given in named.items():
        if given:
            raise UsageError(f"{flag} is for one signer", "name one wallet")


async def _transact_many(
    builds: Sequence[tuple[Account, Build]], flags: WriteFlags, tx: TxOptions
) -> None:
    from taoctl.chain.client import connect
    from taoctl.journal.store import Journal

    journal = Journal()
    network = context.network_of(context.network())
    async with connect(network, timeout=context.timeout()) as chain:
        await context.say_open(chain)
        planned = await _plans(chain, builds, flags, tx, journal)
        if flags.dry_run:
            _show_plans(planned, to_stdout=True)
            return
        _show_plans(planned, to_stdout=False)
        _refuse(planned)
        many = f"these {len(planned)} transactions"
        if not flags.yes and not await prompts.in_thread(lambda: confirmed(planned[0].plan, many)):
            raise DeclinedError("nothing was sent")
        signers = await _opened(planned, flags)
        done = await _sent(chain, planned, signers, tx, journal)
        # After the last is sent: until then Ctrl-C must stop the others.
        _show_outcomes([await _with_changes(chain, one) for one in done])


async def _plans(
    chain: Chain,
    builds: Sequence[tuple[Account, Build]],
    flags: WriteFlags,
    tx: TxOptions,
    journal: Journal,
) -> list[_Planned]:
    from taoctl.calls.stake.trade import Trade
    from taoctl.submit.plan import make_plan

    found: list[_Planned] = []
    earlier: list[tuple[str, Trade]] = []
    async with planning(chain):
        own_chain_only(chain, flags)
        view = await chain.at_head()
        await view.settle()
        for account, build in builds:
            intent = await build(view, account)
            right_key(intent, flags, account)
            plan = await make_plan(
                chain,
                _after(earlier, intent),
                account.ss58,
                tx,
                journal=journal,
                to_send=may_send(flags),
                view=view,
            )
            found.append(_Planned(account, plan, await blocks_of(chain, plan)))
            if isinstance(intent, Trade):
                earlier.append((account.ss58, intent))
    return found


def _after(earlier: Sequence[tuple[str, Trade]], intent: Intent) -> Intent:
    """The intent as it stands once the trades of the signers before it are done."""
    from taoctl.calls.stake.around import Following
    from taoctl.calls.stake.trade import Trade

    if not earlier or not isinstance(intent, Trade):
        return intent
    return Following(tuple(earlier), intent)


def _show_plans(planned: Sequence[_Planned], *, to_stdout: bool) -> None:
    names = context.names([one.account for one in planned])
    first = planned[0].plan
    for text in dict.fromkeys(text for one in planned for text in insecure(one.plan)):
        output.warn(text)
    parts = [
        f"{place} of {len(planned)}: {one.who}\n"
        + plan_text(one.plan, names, one.blocks, refusals=to_stdout)
        for place, one in enumerate(planned, 1)
    ]
    text = "\n\n".join([*parts, _sum_words(planned)])
    caption = origin_of(first).caption()
    if to_stdout:
        if options.current().format in (Format.TABLE, Format.WIDE):
            output.note(caption)
        data = {"plans": [plan_json(one.plan) for one in planned]}
        output.show_data(PLANS_SCHEMA, data, text, origin_of(first))
        return
    output.note(caption)
    output.note(text)
    if options.current().quiet:
        for text in dict.fromkeys(text for one in planned for text in one.plan.warnings):
            output.warn(text)


def _sum_words(planned: Sequence[_Planned]) -> str:
    fees = [one.plan.fee for one in planned if one.plan.fee_in_alpha is None]
    known = [fee for fee in fees if fee is not None]
    total = sum(known, Tao(0))
    unknown = "" if len(known) == len(fees) else " and what is not known"
    tips = sum((one.plan.tip for one in planned), Tao(0))
    tipped = f", tips of {tips}" if tips.rao else ""
    return f"in all     {len(planned)} transactions, fees of {total}{unknown}{tipped}"


def _refuse(planned: Sequence[_Planned]) -> None:
    """Raise the first refusal of all, with the signer that it is about."""
    refused = [(one, refusal_of(one.plan, one.blocks)) for one in planned]
    found = [(one, error) for one, error in refused if error is not None]
    if not found:
        return
    for one, error in found[1:]:
        output.warn(f"{one.who} too: {error.message}")
    one, error = found[0]
    error.message = f"{one.who}: {error.message}"
    raise error


async def _opened(planned: Sequence[_Planned], flags: WriteFlags) -> list[Signer]:
    """The keys of all, so that none is found to be locked after others were sent."""
    from taoctl.wallet.unlock import open_signer

    where = sources(flags.password_fd, flags.password_file)
    folder = context.wallet_path()
    found: list[Signer] = []
    for one in planned:
        signer = await prompts.in_thread(partial(open_signer, one.account, folder, where))
        for text in signer.warnings:
            output.warn(text)
        found.append(signer)
    return found


async def _sent(
    chain: Chain,
    planned: Sequence[_Planned],
    signers: Sequence[Signer],
    tx: TxOptions,
    journal: Journal,
) -> list[_Done]:
    from taoctl.submit.send import send

    done: list[_Done] = []
    for place, (one, signer) in enumerate(zip(planned, signers, strict=True)):
        output.note(f"{place + 1} of {len(planned)}: {one.who}")
        try:
            outcome = await send(chain, one.plan, signer, journal, tx, tell)
            compared = await compare_trades(chain, one.plan, outcome)
            failure = failure_of(outcome, compared)
            if failure is not None:
                raise failure
        except TaoctlError as problem:
            raise _stopped(problem, one, done, planned[place + 1 :]) from problem.__cause__
        except asyncio.CancelledError:
            stop = StoppedError("interrupted before it was sent")
            raise _stopped(stop, one, done, planned[place:]) from None
        done.append(_Done(one, outcome, compared))
    return done


async def _with_changes(chain: Chain, done: _Done) -> _Done:
    found = await changes(chain, done.planned.plan, done.outcome)
    return replace(done, changed=found)


def _stopped(
    problem: TaoctlError, at: _Planned, done: Sequence[_Done], left: Sequence[_Planned]
) -> TaoctlError:
    """The error that ended it, with what is done and what was not sent."""
    sent = ", ".join(f"{one.outcome.record.id} of {one.planned.who}" for one in done)
    kept = ", ".join(one.who for one in left)
    words = [f"{at.who}: {problem.message}"]
    if sent:
        words.append(f"sent before it: {sent}")
    if kept:
        words.append(f"not sent: {kept}")
    problem.message = "; ".join(words)
    details: dict[str, Any] = dict(problem.details or {})
    details["done"] = [one.outcome.record.reference() for one in done]
    details["not_sent"] = [one.account.ss58 for one in left]
    problem.details = details
    return problem


def _show_outcomes(done: Sequence[_Done]) -> None:
    names = context.names()
    text = "\n\n".join(
        f"{place} of {len(done)}: {one.planned.who}\n"
        + outcome_text(one.planned.plan, one.outcome, names, one.compared, one.changed)
        for place, one in enumerate(done, 1)
    )
    data = {
        "transactions": [outcome_json(one.planned.plan, one.outcome, one.compared) for one in done]
    }
    output.show_data(TXS_SCHEMA, data, text, origin_of(done[0].planned.plan))
