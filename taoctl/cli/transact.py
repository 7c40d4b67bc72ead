"""From an intent to a transaction: plan, show, ask, unlock, send; every write ends here."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from taoctl.calls.base import Effect, Intent
from taoctl.calls.remedies import remedy
from taoctl.cli import context, interrupts, options, output, prompts
from taoctl.cli.options import Format
from taoctl.cli.passwords import sources
from taoctl.cli.plan_view import (
    failed_trade_json,
    origin_of,
    outcome_json,
    outcome_text,
    plan_json,
    plan_text,
    refusals_json,
)
from taoctl.cli.writing import WriteFlags
from taoctl.errors import DeadlineError, DeclinedError, RefusedError, UsageError
from taoctl.submit.quote_words import comparison_text
from taoctl.submit.words import Block, network_words, refusal_text
from taoctl.text import printable
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS

if TYPE_CHECKING:
    from taoctl.calls.multisig import Group
    from taoctl.chain.client import Chain
    from taoctl.chain.view import View
    from taoctl.journal.store import Journal
    from taoctl.submit.comparison import Comparison
    from taoctl.submit.options import TxOptions
    from taoctl.submit.outcome import Outcome, Progress
    from taoctl.submit.plan import Plan
    from taoctl.wallet.accounts import Account
    from taoctl.wallet.signer import OpenedSigner

PLAN_SCHEMA = "taoctl.plan/1"
TX_SCHEMA = "taoctl.tx/1"

Build = Callable[["View", "Account"], Awaitable[Intent]]
"""What makes an intent once the chain is there, from a view of its head and the signer."""

_MEASURED_BLOCKS = 20


def transact(intent: Intent | Build, flags: WriteFlags, signer: str | None = None) -> None:
    """Carry out an intent as the flags say, and write what became of it to stdout.

    Args:
        intent: what is wanted, or what makes it.
        flags: of the command.
        signer: WALLET, WALLET/HOTKEY, an address or //Alice; --wallet when None.

    Raises:
        RefusedError: a preflight check, the node or the chain refuses it.
        UsageError: a flag is wrong; or, once it is planned, nobody can be asked and no --yes.
        DeclinedError: the user said no.
        What `make_plan`, `open_signer` and `send` raise.
    """
    require_writable()
    tx = flags.tx_options()
    account = signer_of(signer)
    interrupts.run(_transact(intent, flags, tx, account))


def require_writable() -> None:
    """Refuse output options that a transaction cannot have; raises UsageError."""
    output.require_form()
    if options.current().at_block is not None:
        raise UsageError("--at-block is for reading; a transaction goes into a new block")


async def _transact(
    intent: Intent | Build, flags: WriteFlags, tx: TxOptions, account: Account
) -> None:
    from taoctl.chain.client import connect
    from taoctl.journal.store import Journal
    from taoctl.submit.send import send

    limit = context.timeout()
    journal = Journal()
    async with connect(context.network_of(context.network()), timeout=limit) as chain:
        await context.say_open(chain)
        plan, blocks = await _planned(chain, intent, flags, tx, account, journal)
        if flags.dry_run:
            _show_plan(plan, blocks, account, to_stdout=True)
            return
        await _agree(plan, blocks, flags, account)
        signer = await _unlocked(flags, account)
        await plan.composer.ready(plan.call)
        if plan.is_over((await chain.at_head()).block):
            output.note(
                "the blocks that this plan holds for are made; here it is for those to come"
            )
            plan, blocks = await _planned(chain, intent, flags, tx, account, journal)
            await _agree(plan, blocks, flags, account)
        outcome = await send(chain, plan, signer, journal, tx, tell)
        # Shown before the goodbye to the node, which Ctrl-C may cut short.
        compared = await compare_trades(chain, plan, outcome)
        _show_outcome(plan, outcome, compared, await changes(chain, plan, outcome))


async def _planned(
    chain: Chain,
    intent: Intent | Build,
    flags: WriteFlags,
    tx: TxOptions,
    account: Account,
    journal: Journal,
) -> tuple[Plan, Block]:
    from taoctl.submit.plan import make_plan

    async with planning(chain):
        own_chain_only(chain, flags)
        if not isinstance(intent, Intent):
            view = await chain.at_head()
            await view.settle()
            intent = await intent(view, account)
        right_key(intent, flags, account)
        whole = wrapped(intent, flags)
        plan = await make_plan(
            chain, whole, account.ss58, tx, journal=journal, to_send=may_send(flags)
        )
        return plan, await blocks_of(chain, plan)


@asynccontextmanager
async def planning(chain: Chain) -> AsyncIterator[None]:
    """Give what happens inside as long as --timeout says; raises DeadlineError after that."""
    limit = context.timeout()
    try:
        async with asyncio.timeout(limit):
            yield
    except TimeoutError:
        raise DeadlineError(
            f"{chain.link.endpoint} did not answer within {limit:g} s; nothing was sent",
            "allow more with --timeout, or name another endpoint with --network",
        ) from None


def right_key(intent: Intent, flags: WriteFlags, account: Account) -> None:
    """Refuse a wallet's coldkey where a hotkey signs; raises UsageError."""
    acts_itself = flags.proxy_for is None and flags.multisig is None and not flags.sudo
    if intent.signs_with == "hotkey" and account.kind == "coldkey" and acts_itself:
        raise UsageError(
            f"this is signed by a hotkey, and {account.label} is a coldkey",
            f"name the hotkey too: --wallet {account.wallet}/HOTKEY",
        )


def wrapped(intent: Intent, flags: WriteFlags) -> Intent:
    """The intent inside the wrappers that the flags name: multisig around proxy around sudo.

    Raises:
        UsageError: an account that is none, or a multisig that cannot be.
    """
    from taoctl.calls.multisig import ByMultisig
    from taoctl.calls.proxied import ByProxy
    from taoctl.calls.sudo import BySudo

    if flags.sudo:
        intent = BySudo(intent)
    if flags.proxy_for is not None:
        intent = ByProxy(intent, context.account(flags.proxy_for).ss58, flags.proxy_type)
    elif flags.proxy_type is not None:
        raise UsageError("--proxy-type means nothing without --proxy-for")
    if flags.multisig is not None:
        intent = ByMultisig(intent, group(flags.multisig))
    return intent


def group(text: str) -> Group:
    """The multisig account that a book name, or a threshold and addresses, names.

    Raises:
        UsageError: neither, or the name is not that of a multisig account.
    """
    from taoctl.calls.multisig import Group, parse_group

    if ":" in text:
        return parse_group(text, lambda name: context.account(name).ss58)
    entry = context.account(text).multisig
    if entry is None or entry.threshold is None:
        raise UsageError(
            f"{text!r} is no multisig account of the address book",
            "add it with `taoctl address add NAME SS58... --threshold N`, "
            "or write it as N:SS58,SS58,SS58",
        )
    return Group(entry.threshold, entry.signatories)


def own_chain_only(chain: Chain, flags: WriteFlags) -> None:
    """Refuse --sudo on a public network; raises UsageError."""
    from taoctl.chain.networks import FINNEY_GENESIS, TEST_GENESIS

    if flags.sudo and chain.genesis in (FINNEY_GENESIS, TEST_GENESIS):
        raise UsageError(
            "--sudo is for chains of your own, not for a public network",
            "name your chain with --network",
        )


def signer_of(text: str | None) -> Account:
    """The account that signs; that of --wallet when None. Raises UsageError for none."""
    from taoctl.cli.wallet.named import account_text
    from taoctl.wallet.accounts import signing_account

    if text is None and not context.wallet_names():
        raise UsageError(
            "no wallet was named that signs",
            "add --wallet WALLET, or --wallet WALLET/HOTKEY; `taoctl wallet list` lists them",
        )
    return signing_account(account_text(text), context.wallet_path())


async def blocks_of(chain: Chain, plan: Plan) -> Block:
    """How long blocks take here, measured over the last ones; only when a refusal needs it."""
    if all(one.allowed_from_block is None for one in plan.refusals) or plan.block < 2:
        return Block(plan.block, None)
    back = min(_MEASURED_BLOCKS, plan.block - 1)
    try:
        newer, older = await asyncio.gather(
            chain.at_hash(plan.block_hash), chain.at_block(plan.block - back)
        )
        now, then = await asyncio.gather(newer.timestamp_ms(), older.timestamp_ms())
    except RefusedError:  # the node has dropped the older block's state
        return Block(plan.block, None)
    return Block(plan.block, (now - then) // back if now > then else None)


def _show_plan(plan: Plan, blocks: Block, signer: Account, *, to_stdout: bool) -> None:
    names = context.names([signer])
    origin = origin_of(plan)
    for text in insecure(plan):
        output.warn(text)
    if to_stdout:
        if options.current().format in (Format.TABLE, Format.WIDE):
            output.note(origin.caption())
        output.show_data(PLAN_SCHEMA, plan_json(plan), plan_text(plan, names, blocks), origin)
        return
    output.note(origin.caption())
    output.note(plan_text(plan, names, blocks, refusals=False))
    if options.current().quiet:
        for text in plan.warnings:
            output.warn(text)


def insecure(plan: Plan) -> list[str]:
    """Warnings of accounts in a plan whose keys everybody knows, off taoctl's own chains."""
    if plan.simulated:
        return []
    touched = {plan.signer_ss58, plan.fee_payer_ss58, *(one.account for one in plan.effects)}
    return [
        f"INSECURE: {DEV_ACCOUNTS[one]} is a development account: everybody knows its key"
        for one in sorted(account for account in touched if account in DEV_ACCOUNTS)
    ]


def refusal_of(plan: Plan, blocks: Block) -> RefusedError | None:
    """The error of a plan that the chain would refuse, the other reasons told; None for none."""
    if not plan.refusals:
        return None
    first, *others = plan.refusals
    for one in others:
        advice = f"; {printable(one.hint, 2000)}" if one.hint else ""
        output.warn(f"also refused: {refusal_text(one, blocks)}{advice}")
    return RefusedError(
        refusal_text(first, blocks), first.hint, details={"refusals": refusals_json(plan)}
    )


def may_send(flags: WriteFlags) -> bool:
    """Whether a plan can lead to a transaction: it is no preview, and somebody can say yes."""
    return not flags.dry_run and (flags.yes or prompts.possible())


def confirmed(plan: Plan, what: str = "this") -> bool:
    """Whether the user says yes to sending; raises UsageError where nobody can be asked."""
    from taoctl.chain.networks import FINNEY_GENESIS

    prompts.require(f"send {what}?", "say yes beforehand with --yes, or look with --dry-run")
    name = network_words(plan)
    if output.colours(sys.stderr):
        colour = "1;31" if plan.genesis == FINNEY_GENESIS else "1;36"
        name = f"\x1b[{colour}m{name}\x1b[0m"
    return prompts.confirm(f"Send {what} on {name}?")


async def _agree(plan: Plan, blocks: Block, flags: WriteFlags, account: Account) -> None:
    """Show a plan and have it confirmed; raises RefusedError, or DeclinedError for a no."""
    _show_plan(plan, blocks, account, to_stdout=False)
    refused = refusal_of(plan, blocks)
    if refused is not None:
        raise refused
    if not flags.yes and not await prompts.in_thread(lambda: confirmed(plan)):
        raise DeclinedError("nothing was sent")


async def _unlocked(flags: WriteFlags, account: Account) -> OpenedSigner:
    from taoctl.wallet.unlock import open_signer

    where = sources(flags.password_fd, flags.password_file)
    folder = context.wallet_path()
    signer = await prompts.in_thread(lambda: open_signer(account, folder, where))
    for text in signer.warnings:
        output.warn(text)
    return signer


async def compare_trades(chain: Chain, plan: Plan, outcome: Outcome) -> Sequence[Comparison]:
    """What was quoted in a plan beside what it came to."""
    from taoctl.submit.comparison import compare, compared

    try:
        return await compared(chain, plan.quotes, outcome) if plan.quotes else ()
    except asyncio.CancelledError:
        # Whoever presses Ctrl-C now is told what became of it all the same.
        return compare(plan.quotes, outcome.events)


async def changes(chain: Chain, plan: Plan, outcome: Outcome) -> Sequence[Effect]:
    """What became of the positions of a plan that has no trades; nothing where only data is asked.

    Ctrl-C does without it, so that the outcome is said all the same.
    """
    from taoctl.submit.positions import positions_changed

    if options.current().format not in (Format.TABLE, Format.WIDE):
        return ()
    try:
        return await positions_changed(chain, plan, outcome)
    except asyncio.CancelledError:
        return ()


def tell(step: Progress) -> None:
    """Show a step on the way."""
    output.note(step.text)


def _show_outcome(
    plan: Plan, outcome: Outcome, compared: Sequence[Comparison], changed: Sequence[Effect]
) -> None:
    failure = failure_of(outcome, compared)
    if failure is not None:
        if outcome.error is not None:
            for one in compared:
                output.note(comparison_text(one))
        raise failure
    text = outcome_text(plan, outcome, context.names(), compared, changed)
    output.show_data(TX_SCHEMA, outcome_json(plan, outcome, compared), text, origin_of(plan))


def failure_of(outcome: Outcome, compared: Sequence[Comparison]) -> RefusedError | None:
    """The error of a transaction that the chain refused or will never carry out; None if none."""
    record = outcome.record
    details: dict[str, Any] = {"transaction": record.reference()}
    if outcome.error is not None:
        where = f" in {outcome.error.where}" if outcome.error.where else ""
        docs = f": {outcome.error.docs}" if outcome.error.docs else ""
        advice = _done_besides(outcome.error.where) or remedy(outcome.error.name)
        return RefusedError(
            f"the chain refused transaction {record.id}{where} with {outcome.error.name}{docs} "
            f"(block {record.block}, fee {outcome.fee_in_alpha or record.fee or 'not known'})",
            f"{advice}; {_look(record.id)}" if advice else _look(record.id),
            details=details | failed_trade_json(compared),
        )
    if not record.succeeded and not record.unresolved:
        return RefusedError(
            f"transaction {record.id} was not carried out: {record.reason or record.state}",
            _look(record.id),
            details=details,
        )
    return None


def _done_besides(where: str | None) -> str | None:
    """What of a batch was carried out although one of its calls failed."""
    if where is not None and where.startswith("Utility.batch"):
        return "the calls before that one are done: do not send them again"
    if where is not None and where.startswith("Utility.force_batch"):
        return "the calls that did not fail are done: do not send them again"
    return None


def _look(record_id: int) -> str:
    return f"see `taoctl tx show {record_id}`"
