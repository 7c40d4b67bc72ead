"""What a transaction will do, worked out on one block before anything is signed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from taoctl.addresses import decode_ss58
from taoctl.calls.base import Approval, ChainCall, Effect, Intent, Quote, Refusal, call_bytes
from taoctl.calls.coldkey_swap.guard import frozen
from taoctl.calls.stake.alpha_fee import AlphaFee, after_fee, may_take_alpha
from taoctl.calls.stake.around import Tipped
from taoctl.calls.stake.trade import Trade
from taoctl.chain.calltree import CallTree, decode_call
from taoctl.chain.client import Chain
from taoctl.chain.extrinsic import Composer, Era
from taoctl.chain.view import View
from taoctl.journal.record import Record, State
from taoctl.journal.store import Journal
from taoctl.scale.crypto import SR25519, blake2_256
from taoctl.submit.blocks import account_nonce
from taoctl.submit.fees import balance_after, estimate, in_alpha, too_poor, without_account
from taoctl.submit.nonce import free_nonce, nonce_warnings
from taoctl.submit.options import TxOptions
from taoctl.units import Alpha, Tao

RETRY_S = 6 * 3600.0
"""How long a call that was carried out after all is taken for one that is tried again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A transaction that is not yet signed.

    Attributes:
        intent: what is wanted, in words.
        call: the call, wrappers included.
        call_bytes: its SCALE bytes, which are what is signed.
        tree: the bytes decoded again, for people.
        digest: equal for equal calls of one signer on one chain.
        signer_ss58: who signs.
        fee_payer_ss58: who pays the fee: the signer, unless a proxied account does.
        fee: what the runtime estimates, without the tip; None where it cannot say.
        tip: paid on top.
        balance_before: free balance of the fee payer.
        balance_after: the same after fee, tip and what the call spends; None where unknown.
        effects: what changes, without fees.
        refusals: what the chain would refuse; empty when nothing stands in the way.
        warnings: what the user should know.
        nonce: the one it will likely have; it is chosen when it is sent.
        era_blocks: in how many blocks it may be included, as the wire says it; 0 for ever.
        block, block_hash: the block that all of this was read at.
        spec_version: its runtime.
        network, genesis: the chain.
        simulated: whether that is taoctl's own dev chain.
        composer: signs it; its loading began with the plan, if that is to be sent.
        tree_by_hash: a call that is agreed to and of which the bytes hold only the hash, decoded.
        approval: what it adds to a call that several must approve; None where it is no approval.
        quotes: its trades on pools, in order.
        fee_in_alpha: what is taken in place of the fee and the tip where TAO does not pay them.
        good_until: the last block in which it does what is said here; None where any is as good.
    """

    intent: str
    call: ChainCall
    call_bytes: bytes
    tree: CallTree
    digest: str
    signer_ss58: str
    fee_payer_ss58: str
    fee: Tao | None
    tip: Tao
    balance_before: Tao
    balance_after: Tao | None
    effects: tuple[Effect, ...]
    refusals: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    nonce: int
    era_blocks: int
    block: int
    block_hash: str
    spec_version: int
    network: str
    genesis: str
    simulated: bool
    composer: Composer
    tree_by_hash: CallTree | None = None
    approval: Approval | None = None
    quotes: tuple[Quote, ...] = ()
    fee_in_alpha: Alpha | None = None
    good_until: int | None = None

    def is_over(self, block: int) -> bool:
        """Whether no block after this one is one that it holds for."""
        return self.good_until is not None and block >= self.good_until


async def make_plan(
    chain: Chain,
    intent: Intent,
    signer_ss58: str,
    options: TxOptions,
    *,
    crypto: int = SR25519,
    journal: Journal | None = None,
    to_send: bool = True,
    view: View | None = None,
) -> Plan:
    """Work out what an intent will do when this account signs it; sends nothing.

    Args:
        crypto: how the signer signs; it changes nothing but the estimate.
        journal: where an identical transaction may be pending, which is then a refusal.
        to_send: begin to load the composer; False where the plan is only to be looked at.
        view: the block to work it out on; the newest when None.

    Raises:
        NotInRuntimeError: the runtime lacks something that the intent needs.
        UsageError: values that the runtime's types do not take.
        What reads raise.
    """
    if view is None:
        view = await chain.at_head()
    await view.settle()
    view.require(*intent.needs)
    if isinstance(intent, Trade) and options.tip.rao:
        intent = Tipped(intent, options.tip.rao)
    call = await intent.call(view, signer_ss58)
    encoded = call_bytes(view.codec, call)
    composer = Composer(view.runtime, chain.genesis)
    if to_send:
        composer.warm(call)
    waiting = () if journal is None else journal.pending(chain.genesis, signer_ss58)
    answers, held_back, payer, next_nonce = await asyncio.gather(
        _asked(intent, view, signer_ss58),
        frozen(view, signer_ss58, call),
        intent.fee_payer(view, signer_ss58),
        account_nonce(chain, signer_ss58),
    )
    chosen = options.nonce is not None
    nonce = free_nonce(next_nonce, waiting) if options.nonce is None else options.nonce
    held_up = nonce_warnings(nonce, next_nonce, waiting, chosen=chosen)
    era = Era.mortal(options.era_blocks, view.block) if options.era_blocks else Era.immortal()
    fee, before, used = await asyncio.gather(
        estimate(view, encoded, signer_ss58, crypto, nonce, era, options.tip),
        _free(view, payer),
        _used(view, signer_ss58, options.nonce),
    )
    taken = await in_alpha(view, call, payer, fee, options.tip)
    poor: tuple[Refusal, ...] = ()
    if isinstance(taken, AlphaFee) and isinstance(intent, Trade):
        # All of a position is less once the fee is taken from it, so the call may be another.
        intent = after_fee(intent, taken)
        call = await intent.call(view, signer_ss58)
        encoded = call_bytes(view.codec, call)
        answers = await _asked(intent, view, signer_ss58)
        poor = await without_account(view, signer_ss58, fee)
    elif isinstance(taken, Refusal):
        poor = (taken,)
    elif not answers.refusals and not may_take_alpha(call):
        poor = await too_poor(view, intent, payer, fee, options.tip, answers.spends)
        poor = poor or await without_account(view, signer_ss58, fee)
    in_tao = Tao(0) if isinstance(taken, AlphaFee) else _total(fee, options.tip)
    digest = digest_of(chain.genesis, signer_ss58, encoded)
    again = None if options.again or journal is None else already_sent(journal, digest)
    return Plan(
        intent=answers.words,
        call=call,
        call_bytes=encoded,
        tree=decode_call(view.codec, encoded),
        digest=digest,
        signer_ss58=signer_ss58,
        fee_payer_ss58=payer,
        fee=fee,
        tip=options.tip,
        balance_before=before,
        balance_after=balance_after(before, in_tao, answers.spends),
        effects=answers.effects,
        refusals=(*held_back, *answers.refusals, *poor, *_some(used), *_some(again)),
        warnings=(*answers.warnings, *held_up, *_unproven(composer)),
        nonce=nonce,
        era_blocks=era.period or 0,
        block=view.block,
        block_hash=view.block_hash,
        spec_version=view.spec_version,
        network=chain.network,
        genesis=chain.genesis,
        simulated=chain.simulated,
        composer=composer,
        tree_by_hash=await _by_hash(view, intent, signer_ss58),
        approval=answers.approval,
        quotes=answers.quotes,
        fee_in_alpha=taken.alpha if isinstance(taken, AlphaFee) else None,
        good_until=intent.good_until,
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    """What an intent says of itself."""

    refusals: tuple[Refusal, ...]
    effects: tuple[Effect, ...]
    warnings: tuple[str, ...]
    spends: Tao | None
    quotes: tuple[Quote, ...]
    words: str
    approval: Approval | None


async def _asked(intent: Intent, view: View, signer: str) -> _Answers:
    refusals, effects, warnings, spends, quotes = await asyncio.gather(
        intent.preflight(view, signer),
        intent.effects(view, signer),
        intent.warnings(view, signer),
        intent.spends(view, signer),
        intent.quotes(view, signer),
    )
    words, approval = await asyncio.gather(
        intent.words(view, signer), intent.approval(view, signer)
    )
    return _Answers(refusals, effects, warnings, spends, quotes, words, approval)


def _total(fee: Tao | None, tip: Tao) -> Tao | None:
    return None if fee is None else fee + tip


async def _by_hash(view: View, intent: Intent, signer: str) -> CallTree | None:
    call = await intent.call_by_hash(view, signer)
    return None if call is None else decode_call(view.codec, call_bytes(view.codec, call))


def digest_of(genesis: str, signer_ss58: str, call: bytes) -> str:
    """A name for a call of a signer on a chain, whatever its nonce and era."""
    chain_bytes = bytes.fromhex(genesis.removeprefix("0x"))
    return blake2_256(chain_bytes + decode_ss58(signer_ss58) + call).hex()


def already_sent(journal: Journal, digest: str) -> Refusal | None:
    """The refusal of a call that was sent already, where that may not be meant; None if it is.

    That is while it is unresolved, and when it was carried out lately although the command that
    sent it had to say that it was refused, or that nobody knows: whoever tries again would pay
    twice.
    """
    record = journal.find_identical(digest)
    if record is not None:
        return Refusal(
            "AlreadySent",
            f"the same was sent as transaction {record.id} and nobody knows yet what became of it",
            f"ask with `taoctl tx resume {record.id}`, or send it a second time with --again",
        )
    record = journal.newest(digest)
    if record is None or not record.succeeded or not _in_doubt(journal, record):
        return None
    return Refusal(
        "AlreadySent",
        f"the same was sent as transaction {record.id}, of which nobody knew at first what became "
        f"of it: it was carried out in block {record.block}",
        "send it a second time with --again",
    )


def _in_doubt(journal: Journal, record: Record) -> bool:
    """Whether a record's outcome came as news, not long ago."""
    age_s = time.time() - record.updated_ms / 1000
    doubts = (State.UNKNOWN, State.REJECTED)
    return age_s < RETRY_S and any(step.state in doubts for step in journal.steps(record.id))


async def _used(view: View, signer: str, nonce: int | None) -> Refusal | None:
    """The refusal of a nonce that was asked for and that a block has used already."""
    if nonce is None:
        return None
    following = int((await view.value("System", "Account", signer))["nonce"])
    if nonce >= following:
        return None
    return Refusal(
        "Stale",
        f"nonce {nonce} of {signer} is used already",
        f"the next one is {following}; leave --nonce out to have it chosen",
    )


async def _free(view: View, account: str) -> Tao:
    return Tao(int((await view.value("System", "Account", account))["data"]["free"]))


def _unproven(composer: Composer) -> tuple[str, ...]:
    if composer.signs_metadata_hash:
        return ()
    return (
        "this runtime does not check the hash of its metadata: a node that lies about the "
        "metadata could make the signature mean another call",
    )


def _some(refusal: Refusal | None) -> tuple[Refusal, ...]:
    return () if refusal is None else (refusal,)
