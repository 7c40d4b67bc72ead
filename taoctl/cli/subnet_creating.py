"""A subnet on its way to be created, and what it cost where the limit undid it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from taoctl.calls.network.create import FEE_ROOM, CreateSubnet
from taoctl.calls.network.price import NetworkPrice, network_price
from taoctl.calls.proxied import delegations
from taoctl.calls.stake.fees import fee_of
from taoctl.chain.view import View
from taoctl.cli import context, interrupts
from taoctl.cli.stake import orders
from taoctl.cli.transact import group, transact, wrapped
from taoctl.cli.writing import WriteFlags
from taoctl.errors import RefusedError, TaoctlError, UsageError
from taoctl.reads.columns import Kind, json_value
from taoctl.units import Tao

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.wallet.accounts import Account

_GUARD_FAILED = ("Token.", "Balances.", "Arithmetic.")
"""What the second call of the batch fails with."""


def carry_out(
    hotkey: str | None,
    most: Tao | None,
    identity: tuple[tuple[str, str], ...],
    flags: WriteFlags,
    *,
    guarded: bool,
) -> None:
    """Create a subnet; where the limit undid it, the error says what it would have cost.

    Raises:
        What `transact` raises; the details of a price past the limit are `quoted` and `actual`.
    """
    quoted: list[NetworkPrice] = []
    bare_allowed = False
    tip = flags.tx_options().tip

    async def build(view: View, signer: Account) -> Intent:
        nonlocal bare_allowed
        intent = CreateSubnet(_hotkey(hotkey, signer, flags), most, identity, FEE_ROOM, guarded)
        view.require(*intent.needs)
        quoted[:] = [await network_price(view)]
        if guarded and (flags.proxy_for or flags.multisig):
            await _check_limit_holds(view, intent, signer, flags)
            bare_allowed = await _may_send(view, replace(intent, guarded=False), signer, flags)
        whole, acting = wrapped(intent, flags), orders.acting(signer, flags).ss58
        if await whole.fee_payer(view, signer.ss58) == acting:
            fee = Tao(await fee_of(view, signer.ss58, await whole.call(view, signer.ss58)))
            intent = replace(intent, fee_room=max(FEE_ROOM, fee + fee) + tip)
        return intent

    try:
        transact(build, flags)
    except RefusedError as problem:
        if guarded and quoted:
            _say_costs(problem, quoted[0], most)
            if bare_allowed:
                _say_unguarded(problem)
        raise


async def _check_limit_holds(
    view: View, intent: CreateSubnet, signer: Account, flags: WriteFlags
) -> None:
    """Refuse a limit that nothing would hold once the call is carried out, at a later time.

    Raises:
        RefusedError: the account acted for has no more than the limit, and may have more by then.
    """
    acting = orders.acting(signer, flags).ss58
    if not await _is_carried_out_later(view, signer, flags):
        return
    if await intent.kept(view, acting) is None:
        raise RefusedError(
            f"{acting} has no more than the limit now: what holds it is what must be left, and "
            "once the account has more by the time that the call is carried out, nothing would",
            f"send {acting} what the subnet may cost and more first, or leave the limit out with "
            "--unguarded",
        )


async def _is_carried_out_later(view: View, signer: Account, flags: WriteFlags) -> bool:
    """Whether others must agree first, or a delay must pass."""
    if flags.multisig is not None:
        return group(flags.multisig).threshold > 1
    if flags.proxy_for is None:
        return False
    listed, _ = await delegations(view, orders.acting(signer, flags).ss58)
    own = [one for one in listed if one.delegate == signer.ss58]
    return bool(own) and all(one.delay_blocks for one in own)


async def _may_send(view: View, intent: Intent, signer: Account, flags: WriteFlags) -> bool:
    """Whether the rights of the signer allow a call, whatever else may stand in its way."""
    refusals = await wrapped(intent, flags).preflight(view, signer.ss58)
    return all(one.name != "CallFiltered" for one in refusals)


def _hotkey(named: str | None, signer: Account, flags: WriteFlags) -> str:
    """The address of the hotkey: the one named, or the wallet's own."""
    acts_itself = flags.proxy_for is None and flags.multisig is None
    if acts_itself and signer.kind == "hotkey":
        raise UsageError(
            f"coldkeys create subnets, and {signer.label} is a hotkey",
            f"name the wallet with --wallet {signer.wallet}, and the hotkey with --hotkey",
        )
    account = orders.acting(signer, flags)
    if named is not None:
        return orders.hotkey_of(named, account)
    try:
        return orders.own_hotkey(account)
    except UsageError as problem:
        raise UsageError(problem.message, "name its first neuron with --hotkey") from None


def _say_costs(problem: RefusedError, quoted: NetworkPrice, most: Tao | None) -> None:
    """Say of one that the limit undid what a subnet cost there."""
    details: dict[str, Any] = dict(problem.details or {})
    sent = details.get("transaction") or {}
    if not str(sent.get("error")).startswith(_GUARD_FAILED) or sent.get("block_hash") is None:
        return
    actual = interrupts.run(_cost_at(str(sent["block_hash"])))
    cap = Tao(quoted.next_rao) if most is None else most
    known = None if actual is None else json_value(Kind.TAO, actual)
    details["quoted"] = {"price": json_value(Kind.TAO, quoted.next_rao)}
    details["actual"] = {"price": known, "block": sent.get("block")}
    problem.details = details
    if actual is not None and actual > cap.rao:
        problem.message = (
            f"no subnet was created: one costs {Tao(actual)} in block {sent.get('block')}, more "
            f"than {cap}; only the fee was paid"
        )
        problem.hint = "allow more with --max-cost, or wait until it costs less"
    else:
        problem.message = (
            "no subnet was created: less was left in the account than --max-cost and the fee "
            "allow, as something else was paid from it meanwhile; only the fee was paid"
        )
        problem.hint = "run the command again"


def _say_unguarded(problem: RefusedError) -> None:
    """Say to a proxy that may create subnets and not transfer how it can."""
    refusals = (problem.details or {}).get("refusals") or ()
    if [one["name"] for one in refusals] == ["CallFiltered"]:
        without = "or leave the call that holds --max-cost out, with --unguarded"
        problem.hint = f"{problem.hint}; {without}" if problem.hint else without


async def _cost_at(block_hash: str) -> int | None:
    """The price of a subnet at the end of a block; None where the node does not say."""
    from taoctl.chain.client import connect

    network = context.network_of(context.network())
    try:
        async with connect(network, timeout=context.timeout()) as chain:
            return (await network_price(await chain.at_hash(block_hash))).now_rao
    except TaoctlError:
        return None
