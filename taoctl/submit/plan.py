"""What a transaction will do, worked out on one block before anything is signed."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.chain.calltree import CallTree
from taoctl.chain.client import Chain
from taoctl.chain.extrinsic import Composer
from taoctl.journal.store import Journal
from taoctl.submit.options import TxOptions
from taoctl.units import Tao


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
        era_blocks: in how many blocks it may be included; 0 for ever.
        block, block_hash: the block that all of this was read at.
        spec_version: its runtime.
        network, genesis: the chain.
        simulated: whether that is taoctl's own dev chain.
        composer: signs it; its loading began with the plan.
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


async def make_plan(
    chain: Chain,
    intent: Intent,
    signer_ss58: str,
    options: TxOptions,
    *,
    crypto: int | None = None,
    journal: Journal | None = None,
) -> Plan:
    """Work out what an intent will do when this account signs it; sends nothing.

    Args:
        crypto: how the signer signs, where known; it changes nothing but the estimate.
        journal: where an identical transaction may be pending, which is then a refusal.

    Raises:
        NotInRuntimeError: the runtime lacks something that the intent needs.
        UsageError: values that the runtime's types do not take.
        What reads raise.
    """
    raise NotImplementedError
