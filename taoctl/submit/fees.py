"""What a transaction costs, and whether its payer can pay that, in TAO or in alpha."""

from __future__ import annotations

from taoctl.addresses import decode_ss58
from taoctl.calls.accounts import EXISTENTIAL_DEPOSIT, cannot_pay, holdings
from taoctl.calls.base import ChainCall, Intent, Refusal
from taoctl.calls.stake.alpha_fee import AlphaFee, alpha_fee
from taoctl.chain.extrinsic import Era, dispatch_info, unsigned_for_fee
from taoctl.chain.view import View
from taoctl.errors import NotInRuntimeError
from taoctl.units import Tao


async def estimate(
    view: View, call: bytes, signer: str, crypto: int, nonce: int, era: Era, tip: Tao
) -> Tao | None:
    """The runtime's estimate of the fee, without the tip; None where it cannot say."""
    extrinsic = unsigned_for_fee(
        view.codec,
        call,
        public_key=decode_ss58(signer),
        crypto=crypto,
        nonce=nonce,
        era=era,
        tip_rao=tip.rao,
    )
    try:
        info = await dispatch_info(view, extrinsic)
    except NotInRuntimeError:
        return None
    return Tao(info.partial_fee_rao)


async def in_alpha(
    view: View, call: ChainCall, payer: str, fee: Tao | None, tip: Tao
) -> AlphaFee | Refusal | None:
    """What is taken in alpha in place of fee and tip; None where TAO pays, or nobody can tell."""
    return None if fee is None else await alpha_fee(view, call, payer, fee + tip)


async def too_poor(
    view: View, intent: Intent, payer: str, fee: Tao | None, tip: Tao, spent: Tao | None
) -> tuple[Refusal, ...]:
    """The refusal of a transaction that cannot be paid for in TAO; empty when it can."""
    if fee is None:
        return ()
    spends = Tao(0) if spent is None else spent
    return await cannot_pay(view, payer, fee + tip, spends, may_end=intent.may_end_account)


async def without_account(view: View, signer: str, fee: Tao | None) -> tuple[Refusal, ...]:
    """The refusal of a signer that the chain does not know, whoever pays and in what; else empty.

    Source: `CheckNonce` of frame-system.
    """
    if fee is None or not fee.rao or (await holdings(view, signer)).may_sign:
        return ()
    least = Tao(int(view.constant(EXISTENTIAL_DEPOSIT.pallet, EXISTENTIAL_DEPOSIT.name)))
    return (
        Refusal(
            "Payment",
            f"{signer} has no TAO and so no account on the chain, which takes nothing that it "
            "signs",
            f"send it some TAO first: {least} or more",
        ),
    )


def balance_after(before: Tao, fee: Tao | None, spent: Tao | None) -> Tao | None:
    """What is left of a free balance; None where fee or spending is unknown.

    Args:
        fee: with the tip; nothing where it is taken in alpha.
    """
    return None if fee is None or spent is None else before - fee - spent
