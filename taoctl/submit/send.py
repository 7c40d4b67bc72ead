"""Sign a plan, write it down, hand it to a node once, and wait for what becomes of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol

from taoctl.chain.client import Chain
from taoctl.chain.extrinsic import Era, SignedExtrinsic
from taoctl.chain.rpc import RpcError
from taoctl.chain.submission import Submission
from taoctl.errors import (
    BadDataError,
    RefusedError,
    TaoctlError,
    UnknownOutcomeError,
    UnreachableError,
)
from taoctl.journal.record import Record, State
from taoctl.journal.store import JOURNAL_TROUBLE, Journal
from taoctl.submit.blocks import ends
from taoctl.submit.follow import Follower, unknown_outcome
from taoctl.submit.nonce import choose_nonce, key_lock
from taoctl.submit.options import TxOptions, Wait
from taoctl.submit.outcome import Outcome, Progress
from taoctl.submit.plan import Plan, already_sent
from taoctl.submit.pool_codes import custom_error, named
from taoctl.submit.rejection import Rejection, rejection_of
from taoctl.submit.settle import settle

_METHOD_NOT_FOUND = -32601
_FINALITY_SHARE = 4


class Signer(Protocol):
    """What signs: `wallet.signer.Signer`, or a development account's key."""

    @property
    def ss58(self) -> str:
        """Address of the key."""

    @property
    def public_key(self) -> bytes:
        """Its 32 bytes."""

    @property
    def crypto(self) -> int:
        """How it signs, as MultiSignature numbers it."""

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature; may block, so it runs in a thread."""


Tell = Callable[[Progress], None]


async def send(
    chain: Chain,
    plan: Plan,
    signer: Signer,
    journal: Journal,
    options: TxOptions,
    progress: Tell = lambda step: None,
) -> Outcome:
    """Send what a plan says, and wait as the options say.

    An outcome may be a failure in a block (`Outcome.error`); raised is only what is not an
    outcome. Once it may have been sent, being cancelled raises UnknownOutcomeError as well.

    Raises:
        RefusedError: an identical transaction is unresolved, an earlier one of this key is lost
            and would hold this one up, the runtime changed since the plan, what the plan says held
            for earlier blocks, or the node refuses it.
        UnreachableError: no node was there; nothing was sent.
        UnknownOutcomeError: it was sent, and the connection, the deadline or the user ended the
            wait before it was seen in a block; the journal goes on from there.
        MismatchError: the two codecs disagree; nothing was sent.
        NoKeyError: what the signer raises; nothing was sent.
        DeadlineError: another process holds this key's lock for too long.
    """
    if signer.ss58 != plan.signer_ss58:
        raise BadDataError(f"the key that is open is {signer.ss58}, not {plan.signer_ss58}")
    await plan.composer.ready(plan.call)
    async with key_lock(chain.genesis, plan.signer_ss58):
        record = await _signed(chain, plan, signer, journal, options, progress)
        # From here on it may be on its way, whatever happens.
        try:
            record, submission = await _hand_over(chain, journal, record, progress)
        except asyncio.CancelledError:
            raise _interrupted(journal, record) from None
        except (RefusedError, UnreachableError, UnknownOutcomeError):
            raise
        except Exception as problem:
            # The journal itself failed, say, after the bytes may have left.
            raise unknown_outcome(record, str(problem)) from problem
    return await _wait(chain, journal, record, submission, options, progress)


async def follow(
    chain: Chain, journal: Journal, record: Record, options: TxOptions, progress: Tell
) -> Outcome:
    """Wait, as the options say, for a record that was sent earlier; raises as `send` does."""
    return await _wait(chain, journal, record, None, options, progress)


async def _signed(
    chain: Chain, plan: Plan, signer: Signer, journal: Journal, options: TxOptions, progress: Tell
) -> Record:
    """The record of the signed transaction, on disk; nothing is sent yet."""
    await _still_good(chain, plan)
    nonce = options.nonce
    if nonce is None:
        nonce = await choose_nonce(chain, journal, plan.signer_ss58)
    again = None if options.again else already_sent(journal, plan.digest)
    if again is not None:
        raise RefusedError(again.message, again.hint)
    era, era_block_hash = await _era(chain, options.era_blocks)
    progress(Progress("signing", f"signing with nonce {nonce}"))

    async def sign(message: bytes) -> bytes:
        return await asyncio.to_thread(signer.sign, message)

    signed = await plan.composer.compose_and_sign(
        plan.call,
        public_key=signer.public_key,
        crypto=signer.crypto,
        sign=sign,
        nonce=nonce,
        era=era,
        era_block_hash=era_block_hash,
        tip_rao=options.tip.rao,
    )
    if signed.call != plan.call_bytes:
        raise BadDataError(
            "what was signed is not the call that was planned; nothing was sent",
            "this is a bug in taoctl: please report it",
        )
    if not chain.link.live:
        raise UnreachableError(
            f"the connection to {chain.link.endpoint} is lost; nothing was sent",
            "try again, or name another endpoint with --network",
        )
    return _written(journal, await _record(chain, plan, signed))


def _written(journal: Journal, record: Record) -> Record:
    """The record in the journal; ed25519 signs alike, so that a second try may be the first's."""
    known = journal.find(record.extrinsic_hash)
    if known is None:
        return journal.add(record)
    if known.final or known.succeeded:
        raise RefusedError(
            f"the very same was sent as transaction {known.id}, which is {known.state.value}",
            f"see `taoctl tx show {known.id}`",
        )
    return journal.move(known.id, State.PREPARED, reason="signed again, to the same bytes")


async def _still_good(chain: Chain, plan: Plan) -> None:
    view = await chain.at_head()
    await view.settle()
    if view.runtime.version != plan.composer.runtime.version:
        raise RefusedError(
            f"the chain's runtime was upgraded from spec {plan.spec_version} to "
            f"{view.spec_version} after the plan was made; nothing was sent",
            "run the command again",
        )
    if plan.is_over(view.block):
        raise RefusedError(
            f"what the plan says holds for blocks up to {plan.good_until}, and block {view.block} "
            "is made; nothing was sent",
            "run the command again",
        )


async def _era(chain: Chain, blocks: int) -> tuple[Era, str]:
    """An era born at a block that no reorg takes away, and that block's hash.

    That is the finalized one; where finality lags so much that it would use up the era, a block
    a quarter of the era before the head.
    """
    if not blocks:
        return Era.immortal(), chain.genesis
    at = await ends(chain)
    era = Era.mortal(blocks, max(at.finalized, at.head.number - blocks // _FINALITY_SHARE))
    answer = await chain.call("chain_getBlockHash", [era.birth])
    if not isinstance(answer, str):
        raise BadDataError(f"the node does not say the hash of block {era.birth}")
    return era, answer


async def _record(chain: Chain, plan: Plan, signed: SignedExtrinsic) -> Record:
    terms = signed.terms
    birth = terms.era.birth if terms.era.period is not None else await chain.finalized_number()
    return Record(
        network=plan.network,
        genesis=chain.genesis,
        endpoint=chain.link.endpoint,
        signer_ss58=plan.signer_ss58,
        intent=plan.intent,
        call=str(plan.call),
        digest=plan.digest,
        extrinsic=signed.data,
        extrinsic_hash=signed.hash,
        nonce=terms.nonce,
        tip_rao=terms.tip_rao,
        spec_version=signed.spec_version,
        from_block=birth,
        last_block=terms.era.last,
        scanned_to=birth,
    )


async def _hand_over(
    chain: Chain, journal: Journal, record: Record, progress: Tell
) -> tuple[Record, Submission | None]:
    """Give the bytes to the node, once; the record says what it answered."""
    text = "0x" + record.extrinsic.hex()
    submission: Submission | None = None
    progress(Progress("sending", f"sending as transaction {record.id}", record.id))
    try:
        try:
            submission = await chain.submit_and_watch(text)
        except RpcError as problem:
            if problem.rpc_code != _METHOD_NOT_FOUND:
                raise
            await chain.call("author_submitExtrinsic", [text])
    except UnknownOutcomeError as problem:
        record = journal.move(record.id, state=State.UNKNOWN, reason=problem.message)
        progress(Progress("lost", f"{problem.message}; looking at the blocks", record.id))
        return record, None
    except RpcError as problem:
        return await _refused(chain, journal, record, problem), None
    except UnreachableError as problem:
        journal.move(record.id, state=State.REJECTED, reason=f"it was not sent: {problem.message}")
        raise
    taken_by = record.endpoint if submission is None else submission.endpoint
    record = journal.move(record.id, state=State.SENT, acknowledged=True, endpoint=taken_by)
    progress(Progress("sent", f"{record.endpoint} took it", record.id))
    return record, submission


async def _refused(chain: Chain, journal: Journal, record: Record, problem: RpcError) -> Record:
    """The record when the node answered with an error, which may yet mean that it has it."""
    verdict = rejection_of(problem)
    if verdict is Rejection.HELD:
        return journal.move(record.id, state=State.SENT, acknowledged=True)
    detail = f": {problem.data}" if isinstance(problem.data, str) else ""
    reason = f"the node said: {problem.text}{detail}"
    record = journal.move(record.id, state=State.UNKNOWN, reason=reason)
    if verdict is Rejection.UNCLEAR:
        return record
    try:
        record = await settle(chain, journal, record)
        if _nowhere(record):
            # A block may have taken it between the look at the blocks and the one at the pool.
            record = await settle(chain, journal, record)
    except Exception as trouble:
        raise unknown_outcome(record, reason) from trouble
    if _nowhere(record):
        record = journal.move(record.id, state=State.REJECTED, reason=reason)
        _, advice = custom_error(problem) or (None, None)
        raise RefusedError(
            f"transaction {record.id} was not taken: {named(problem)}",
            "nothing was executed and no fee was paid; "
            + (advice or _other_metadata(chain, problem) or f"`taoctl tx show {record.id}` has it"),
            details={"transaction": record.reference()},
        )
    return record


def _other_metadata(chain: Chain, problem: RpcError) -> str | None:
    """The way on when the signature was refused, as it is over metadata that is not the chain's."""
    if "bad signature" not in str(problem.data):
        return None
    chain.forget_metadata()
    return "the runtime's metadata that was kept here is dropped, in case it was wrong: try again"


def _nowhere(record: Record) -> bool:
    return record.unresolved and not record.acknowledged


async def _wait(
    chain: Chain,
    journal: Journal,
    record: Record,
    submission: Submission | None,
    options: TxOptions,
    progress: Tell,
) -> Outcome:
    try:
        if options.wait is Wait.NONE:
            if _nowhere(record):
                raise unknown_outcome(record, "nobody knows whether a node took it")
            return Outcome(record)
        follower = Follower(
            chain,
            journal,
            record,
            submission=submission,
            wait=options.wait,
            deadline_s=options.deadline_s,
            tell=progress,
        )
        try:
            return await follower.outcome()
        except asyncio.CancelledError:
            raise _interrupted(journal, follower.record) from None
        except UnknownOutcomeError:
            raise
        except Exception as problem:
            raise unknown_outcome(follower.record, str(problem)) from problem
    finally:
        if submission is not None:
            _leave(submission)


_leaving: set[asyncio.Task[None]] = set()


def _leave(submission: Submission) -> None:
    """Stop watching; the goodbye holds up neither the answer nor Ctrl-C."""
    task = asyncio.create_task(_close(submission))
    _leaving.add(task)
    task.add_done_callback(_leaving.discard)


async def _close(submission: Submission) -> None:
    with contextlib.suppress(TaoctlError):
        await submission.close()


def _interrupted(journal: Journal, record: Record) -> UnknownOutcomeError:
    if record.state is State.PREPARED:
        with contextlib.suppress(*JOURNAL_TROUBLE):
            record = journal.move(
                record.id, state=State.UNKNOWN, reason="interrupted while it was being sent"
            )
    return unknown_outcome(record, "the wait was interrupted")
