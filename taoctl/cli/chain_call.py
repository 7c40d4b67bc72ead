"""`taoctl chain call`: any call of the runtime."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.calls.batch_mode import BatchMode
from taoctl.cli import batch_file, context
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.calls.argument_values import ValueReader
    from taoctl.calls.base import Intent
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account


def _pallets(ctx: typer.Context, incomplete: str) -> list[str]:
    from taoctl.cli.call_names import pallets

    return pallets(incomplete)


def _calls(ctx: typer.Context, incomplete: str) -> list[str]:
    from taoctl.cli.call_names import calls

    return calls(str(ctx.params.get("pallet") or ""), incomplete)


def _args(ctx: typer.Context, incomplete: str) -> list[str]:
    from taoctl.cli.call_names import args

    given = ctx.params
    return args(str(given.get("pallet") or ""), str(given.get("call") or ""), incomplete)


@writes
def call(
    flags: WriteFlags,
    pallet: Annotated[
        str | None,
        typer.Argument(metavar="PALLET", help="Such as Balances.", autocompletion=_pallets),
    ] = None,
    call: Annotated[
        str | None,
        typer.Argument(metavar="CALL", help="Such as transfer_all.", autocompletion=_calls),
    ] = None,
    arg: Annotated[
        list[str] | None,
        typer.Option(
            "--arg",
            "-a",
            metavar="NAME=VALUE",
            help="One argument, as text or JSON; repeatable.",
            autocompletion=_args,
        ),
    ] = None,
    args_file: Annotated[
        Path | None,
        typer.Option("--args-file", metavar="FILE", help="Arguments as a JSON object; - is stdin."),
    ] = None,
    call_hex: Annotated[
        str | None, typer.Option("--call-hex", metavar="HEX", help="The whole call as 0x bytes.")
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch", metavar="FILE", help="JSON list of calls, or one a line; - reads stdin."
        ),
    ] = None,
    batch_mode: Annotated[
        BatchMode, typer.Option("--batch-mode", help="What a failing call does to the others.")
    ] = BatchMode.ALL,
) -> None:
    """Send any call, its arguments typed by the chain's own metadata.

    Accounts may be names; amounts carry a unit (1.5tao, 20alpha, 500rao) or are rao; bytes are 0x
    or text; a variant with data, a list, a struct and a nested call are JSON.

    \b
    Examples:
      taoctl chain call System remark --arg remark=hello --wallet my-wallet
      taoctl chain call Balances transfer_keep_alive --arg dest=bob --arg value=1tao --dry-run
      taoctl chain call --batch calls.json --wallet my-wallet
      taoctl chain call --call-hex 0x0000086869 --wallet my-wallet --dry-run
    """
    from taoctl.cli.transact import transact

    transact(_builder(pallet, call, arg or (), args_file, call_hex, batch, batch_mode), flags)


def _builder(
    pallet: str | None,
    name: str | None,
    arg: Sequence[str],
    args_file: Path | None,
    call_hex: str | None,
    batch: Path | None,
    mode: BatchMode,
) -> Callable[[View, Account], Awaitable[Intent]]:
    ways = [batch is not None, call_hex is not None, pallet is not None or name is not None]
    if sum(ways) != 1 or (pallet is None) != (name is None):
        raise UsageError(
            "what to call is given in one way", "PALLET and CALL, or --call-hex, or --batch"
        )
    if pallet is None and (arg or args_file is not None):
        raise UsageError("--arg and --args-file go with PALLET and CALL")
    listed = batch_file.calls(batch) if batch is not None else []
    given = given_args(arg, args_file)
    data = _hex(call_hex) if call_hex is not None else b""

    async def build(view: View, account: Account) -> Intent:
        from taoctl.calls.argument_values import ValueReader
        from taoctl.calls.batch import one_or_batch
        from taoctl.calls.generic import Generic, from_bytes

        if data:
            return Generic(from_bytes(view.codec, data))
        reader = ValueReader(view.codec, lambda text: context.account(text).ss58)
        if listed:
            return one_or_batch(_read(reader, listed), mode)
        assert pallet is not None and name is not None
        return Generic(reader.call(pallet, name, given))

    return build


def _read(reader: ValueReader, listed: Sequence[Any]) -> list[Intent]:
    from taoctl.calls.generic import Generic

    found: list[Intent] = []
    for place, one in enumerate(listed, 1):
        try:
            found.append(Generic(reader.nested(one)))
        except UsageError as problem:
            raise UsageError(f"call {place}: {problem.message}", problem.hint) from None
    return found


def given_args(arg: Sequence[str], args_file: Path | None) -> Mapping[str, Any]:
    """The arguments of a call by name, as text or JSON values.

    Raises:
        UsageError: one is no argument or given twice, or the file is no JSON object.
    """
    given: dict[str, Any] = dict(batch_file.json_object(args_file)) if args_file else {}
    for one in arg:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise UsageError(f"{one!r} is no argument", "write it as --arg name=value")
        if name in given:
            raise UsageError(f"the argument {name} was given twice")
        given[name] = value
    return given


def _hex(text: str) -> bytes:
    try:
        data = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        data = b""
    if not data:
        raise UsageError("the call is not hexadecimal", "a call is 0x and its SCALE bytes")
    return data
