"""`taoctl gov propose`: a motion, a referendum, or a call of the sudo key's multisig."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.cli import context, output
from taoctl.cli.gov.acting import acted_for, groups
from taoctl.cli.gov.app import app
from taoctl.cli.gov.propose_backend import Way, way_of
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.base import ChainCall, Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

_U32_MAX = 2**32 - 1
_U8_MAX = 255


@dataclass(frozen=True, slots=True)
class _Options:
    """What is said of how to propose; None where it is not said."""

    duration: int | None
    track: int | None
    wrapper: bool


@app.command("propose")
@writes
def propose(
    flags: WriteFlags,
    pallet: Annotated[
        str | None, typer.Argument(metavar="PALLET", help="Such as AdminUtils.")
    ] = None,
    call: Annotated[
        str | None, typer.Argument(metavar="CALL", help="Such as sudo_set_tempo.")
    ] = None,
    arg: Annotated[
        list[str] | None,
        typer.Option("--arg", "-a", metavar="NAME=VALUE", help="One argument; repeatable."),
    ] = None,
    args_file: Annotated[
        Path | None,
        typer.Option("--args-file", metavar="FILE", help="Arguments as a JSON object; - is stdin."),
    ] = None,
    call_data: Annotated[
        str | None,
        typer.Option("--call-data", metavar="HEX|FILE", help="The whole call as bytes instead."),
    ] = None,
    backend: Annotated[
        Way | None,
        typer.Option("--backend", help="How to propose, where the chain has several ways."),
    ] = None,
    duration: Annotated[
        int | None,
        typer.Option(
            "--duration",
            metavar="BLOCKS",
            min=0,
            max=_U32_MAX,
            help="How long a motion is open; 12 hours, the least, when left out.",
        ),
    ] = None,
    track: Annotated[
        int | None,
        typer.Option(
            "--track", metavar="N", min=0, max=_U8_MAX, help="Of a referendum; 0 when left out."
        ),
    ] = None,
    wrapper: Annotated[
        bool,
        typer.Option(
            "--wrapper/--no-wrapper", help="Give a motion's call the power of root, as it needs."
        ),
    ] = True,
) -> None:
    """Propose a call of root: as a motion, a referendum, or a call of the sudo key's multisig.

    Give the call itself. A motion gets the wrapper that makes it root's, its length bound, and the
    shortest duration; a referendum is submitted to track 0; a call of the sudo key is wrapped in
    Sudo.sudo and opened on its account, whose members --multisig or the address book tells. Where
    the chain has several ways, it is the one that the signer may go.

    \b
    Examples:
      taoctl gov propose AdminUtils sudo_set_tempo -a netuid=1 -a tempo=720 --wallet my-wallet
      taoctl gov propose --call-data 0x1306010050 --wallet my-wallet --dry-run
      taoctl gov propose System set_code --args-file code.json --multisig council --wallet alice
    """
    from taoctl.cli.chain_call import given_args
    from taoctl.cli.gov.show_files import call_bytes
    from taoctl.cli.transact import transact

    _one_call(pallet, call, arg, args_file, call_data)
    given, data = given_args(arg or (), args_file), call_bytes(call_data)
    said = _Options(duration, track, wrapper)
    if flags.sudo:
        raise UsageError(
            "root proposes nothing: it does it", "leave --sudo out, or see `taoctl chain call`"
        )

    async def build(view: View, account: Account) -> Intent:
        proposed = _proposed(view, pallet, call, given, data)
        return await _intent(view, account, flags, backend, proposed, said)

    transact(build, flags)


def _one_call(
    pallet: str | None,
    call: str | None,
    arg: Sequence[str] | None,
    args_file: Path | None,
    call_data: str | None,
) -> None:
    """Refuse what is no call, or two; raises UsageError."""
    named = pallet is not None or call is not None
    if (named == (call_data is not None)) or (pallet is None) != (call is None):
        raise UsageError("what to propose is given in one way", "PALLET and CALL, or --call-data")
    if not named and (arg or args_file is not None):
        raise UsageError("--arg and --args-file go with PALLET and CALL")


def _proposed(
    view: View, pallet: str | None, name: str | None, given: Mapping[str, Any], data: bytes | None
) -> ChainCall:
    from taoctl.calls.argument_values import ValueReader
    from taoctl.calls.generic import from_bytes

    if data is not None:
        return from_bytes(view.codec, data)
    assert pallet is not None and name is not None
    reader = ValueReader(view.codec, lambda text: context.account(text).ss58)
    return reader.call(pallet, name, given)


async def _intent(
    view: View,
    account: Account,
    flags: WriteFlags,
    backend: Way | None,
    proposed: ChainCall,
    said: _Options,
) -> Intent:
    from taoctl.calls.governance.propose import ProposeMotion
    from taoctl.calls.governance.submit import SubmitReferendum
    from taoctl.cli.transact import group
    from taoctl.submit.approvals import opening

    members = None if flags.multisig is None else group(flags.multisig)
    shared = groups(members)
    way = await way_of(view, backend, acted_for(account, flags), members, shared)
    if said.duration is not None and way is not Way.TRIUMVIRATE:
        raise UsageError(f"--duration is of motions, and this is for {way.value}", "leave it out")
    if said.track is not None and way is not Way.REFERENDA:
        raise UsageError(f"--track is of referenda, and this is for {way.value}", "leave it out")
    if not said.wrapper and way is not Way.TRIUMVIRATE:
        raise UsageError(f"--no-wrapper is of motions, and this is for {way.value}", "leave it out")
    if way is Way.TRIUMVIRATE:
        motion = ProposeMotion(proposed, said.duration, said.wrapper)
        output.note(f"the motion will go by {motion.hash_in(view)}")
        return motion
    if way is Way.REFERENDA:
        return SubmitReferendum(proposed, said.track or 0)
    return await opening(view, proposed, shared, wrapped=members is not None)
