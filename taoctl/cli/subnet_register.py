"""`taoctl subnet register`: seats of a subnet against its burn, and on root."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, options, prompts
from taoctl.cli.writing import WriteFlags, tao_amount, writes
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.calls.registration.burn import Register
    from taoctl.calls.stake.limits import Price, Tolerance
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

_ROOT = 0
_ONE_AT_A_TIME = "root takes one registration in a block"


@writes
def register(
    flags: WriteFlags,
    netuid: Annotated[
        int,
        typer.Argument(metavar="NETUID", help="Subnet number; 0 is root.", parser=context.netuid),
    ],
    hotkeys: Annotated[
        list[str] | None,
        typer.Option(
            "--hotkey",
            metavar="SS58|NAME",
            help="Which hotkey; repeatable. The wallet's own when left out.",
            autocompletion=context.key_completions,
        ),
    ] = None,
    max_burn: Annotated[
        str | None,
        typer.Option("--max-burn", metavar="TAO", help="The most that one registration may cost."),
    ] = None,
    tolerance: Annotated[
        str | None,
        typer.Option(
            "--tolerance",
            metavar="PERCENT",
            help="How far above the quoted price it may cost; 1% unless set otherwise.",
        ),
    ] = None,
    wait_below: Annotated[
        str | None,
        typer.Option(
            "--wait-below",
            metavar="TAO",
            help="Wait until none costs more than this, then register; Ctrl-C ends it.",
        ),
    ] = None,
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe", help="Without a limit, where the runtime knows none."),
    ] = False,
) -> None:
    """Register hotkeys on a subnet, for its price of a seat and no more than a limit.

    The plan says what it costs now and at most, which uid it takes, and who loses that. Several
    hotkeys go together, all or none; each registration raises the price of the next. On root a
    seat costs nothing, and a full root takes only more root stake than its least member has.

    \b
    Examples:
      taoctl subnet register 1 --wallet my-wallet --dry-run
      taoctl subnet register 1 --hotkey miner1 --hotkey miner2 --wallet my-wallet --max-burn 0.5
      taoctl subnet register 1 --hotkey miner1 --wallet my-wallet --wait-below 0.02 --yes
    """
    from taoctl.cli.subnet_registering import carry_out, carry_out_when_below

    if len(dict.fromkeys(context.wallet_names())) > 1:
        said = _ONE_AT_A_TIME if netuid == _ROOT else "several wallets raise each other's price"
        raise UsageError(said, "name one wallet")
    given = (max_burn, tolerance, wait_below)
    if netuid == _ROOT:
        if any(one is not None for one in given) or unsafe:
            raise UsageError(
                "a seat on root costs nothing",
                "leave --max-burn, --tolerance, --wait-below and --unsafe out",
            )
        carry_out(lambda view, account: _on_root(account, flags, hotkeys), flags)
        return
    below = None if wait_below is None else tao_amount(wait_below)
    cap = _cap(max_burn, tolerance, wait_below)

    async def order(view: View, account: Account) -> Register:
        from taoctl.calls.registration.burn import Register

        return Register(netuid, tuple(_hotkeys(hotkeys, account, flags)), cap, unlimited=unsafe)

    if below is None or flags.dry_run or flags.sudo:  # root is refused at any price
        carry_out(order, flags, netuid)
        return
    if not flags.yes:
        prompts.require("send it?", "say yes beforehand with --yes, or look at it with --dry-run")
    carry_out_when_below(order, flags, netuid, below)


async def _on_root(account: Account, flags: WriteFlags, hotkeys: Sequence[str] | None) -> Intent:
    from taoctl.calls.registration.root import RootRegister

    named = _hotkeys(hotkeys, account, flags)
    if len(named) > 1:
        raise UsageError(_ONE_AT_A_TIME, "name one hotkey at a time")
    return RootRegister(named[0])


def _cap(max_burn: str | None, tolerance: str | None, wait_below: str | None) -> Tolerance | Price:
    """The most that a registration may cost; raises UsageError for two that contradict."""
    from taoctl.calls.registration.price import capped
    from taoctl.calls.stake.limits import Price, parse_tolerance

    if max_burn is not None and tolerance is not None:
        raise UsageError("--max-burn and --tolerance contradict each other", "give one of them")
    if max_burn is not None:
        most = tao_amount(max_burn)
        if wait_below is not None and most < tao_amount(wait_below):
            raise UsageError(
                "--wait-below waits for a price that --max-burn does not allow",
                "let --max-burn be no less, or leave it out",
            )
        return Price(most.rao)
    if wait_below is not None:
        # Of the price waited for: the one quoted after the wait may have risen again.
        below = tao_amount(wait_below).rao
        return Price(below if tolerance is None else capped(parse_tolerance(tolerance), below))
    return parse_tolerance(tolerance or options.current().config().tolerance)


def _hotkeys(named: Sequence[str] | None, signer: Account, flags: WriteFlags) -> list[str]:
    """The addresses of the hotkeys to register, each once: those named, or the wallet's own."""
    from taoctl.cli.stake import orders

    acts_itself = flags.proxy_for is None and flags.multisig is None
    if acts_itself and signer.kind == "hotkey":
        raise UsageError(
            f"coldkeys register hotkeys, and {signer.label} is a hotkey",
            f"name the wallet with --wallet {signer.wallet}, and the hotkey with --hotkey",
        )
    account = orders.acting(signer, flags)
    if named:
        return list(dict.fromkeys(orders.hotkey_of(one, account) for one in named))
    try:
        return [orders.own_hotkey(account)]
    except UsageError as problem:
        raise UsageError(problem.message, "name what is registered with --hotkey") from None
