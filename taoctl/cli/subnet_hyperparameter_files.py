"""`taoctl subnet hyperparameters NETUID export` and `apply`: those of a subnet as a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl.cli import context, output
from taoctl.cli.options import Format, current
from taoctl.cli.schema_parts import INT, INT_OR_NULL, TEXT, TEXT_OR_NULL, Plain, Shape, array, obj
from taoctl.cli.subnet_hyperparameters import app, given_netuid
from taoctl.cli.transact_schemas import PLAN, REFERENCE
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import TaoctlError, UsageError
from taoctl.submit.options import Wait

if TYPE_CHECKING:
    from taoctl.chain.view import View

__all__ = ["APPLY_SCHEMA", "EXPORT_SCHEMA", "SCHEMAS", "app"]

EXPORT_SCHEMA = "taoctl.subnet.hyperparameters.export/1"
APPLY_SCHEMA = "taoctl.subnet.hyperparameters.apply/1"
_CHANGE: dict[str, Any] = {"name": TEXT, "before": TEXT_OR_NULL, "after": TEXT}
SCHEMAS: dict[str, Shape | Plain] = {
    EXPORT_SCHEMA: Plain(
        "taoctl subnet hyperparameters NETUID export", obj(netuid=INT, file=TEXT_OR_NULL, toml=TEXT)
    ),
    APPLY_SCHEMA: Plain(
        "taoctl subnet hyperparameters NETUID apply",
        {
            "description": "plan is that of a dry run, null where nothing may be set now",
            **obj(
                netuid=INT,
                set=array(obj(**_CHANGE, transaction=INT)),
                later=array(obj(**_CHANGE, from_block=INT_OR_NULL, because=TEXT)),
                transactions=array(REFERENCE),
                plan={"anyOf": [PLAN.data, {"type": "null"}]},
            ),
        },
    ),
}


@app.command("export")
def export(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="To write; stdout when left out.")
    ] = None,
) -> None:
    """Write what the owner of a subnet may set as TOML, for `apply`.

    Values are as the chain counts, and what they mean stands beside them. A file that is there
    already is kept.

    \b
    Examples:
      taoctl subnet hyperparameters 1 export
      taoctl subnet hyperparameters 1 export subnet-1.toml
      taoctl subnet hyperparameters 1 export --at-block 5000000 -n archive
    """
    from taoctl.calls.owner.toml_values import as_toml

    netuid = given_netuid(ctx)
    output.require_form()

    async def work(view: View) -> str:
        await view.settle()
        return await as_toml(view, netuid)

    text, origin = context.run(work)
    if file is not None:
        _write(file, text)
        output.note(f"subnet {netuid} in block {origin.block} is in {file}")
    if current().format not in (Format.TABLE, Format.WIDE):
        said = {"netuid": netuid, "file": None if file is None else str(file), "toml": text}
        output.show_data(EXPORT_SCHEMA, said, text, origin)
    elif file is None:
        output.write(text)


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text + "\n")
    except FileExistsError:
        raise UsageError(f"{file} is there already", "name another file") from None
    except OSError as error:
        raise TaoctlError(
            f"{file} cannot be written: {error.strerror or error}", "name another file"
        ) from None


@app.command("apply")
@writes
def apply(
    ctx: typer.Context,
    flags: WriteFlags,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="As `export` writes it; - reads stdin.")
    ],
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Go on with later blocks until the chain has all of it."),
    ] = False,
) -> None:
    """Set what differs from a file: now what may be set now, in one transaction, the rest later.

    The file may name any of what the owner sets; what it leaves out stays. The changes go in an
    order that bounds allow, such as max_burn before a min_burn above the old one. What a limit or
    the window before an epoch keeps back is listed with its block; --follow waits for it. It can be
    stopped and run again: it compares anew, and waits for what was sent before.

    \b
    Examples:
      taoctl subnet hyperparameters 1 apply subnet-1.toml --wallet my-wallet --dry-run
      taoctl subnet hyperparameters 1 apply subnet-1.toml --wallet my-wallet
      taoctl subnet hyperparameters 1 apply subnet-1.toml --wallet my-wallet --follow
    """
    from taoctl.calls.owner.toml_values import from_toml
    from taoctl.cli import interrupts
    from taoctl.cli.batch_file import read_text
    from taoctl.cli.subnet_hyperparameter_applying import Application
    from taoctl.cli.transact import require_writable, signer_of

    require_writable()
    _only_what_makes_sense(flags, follow)
    wanted = from_toml(read_text(file), str(file), given_netuid(ctx))
    account = signer_of(None)
    acting = account if flags.proxy_for is None else context.account(flags.proxy_for)
    work = Application(wanted, str(file), flags, flags.tx_options(), account, acting.ss58, follow)
    interrupts.run(work.run())


def _only_what_makes_sense(flags: WriteFlags, follow: bool) -> None:
    if flags.sudo or flags.multisig is not None:
        flag = "--sudo" if flags.sudo else "--multisig"
        raise UsageError(
            f"{flag} does not go with a file", "set them one by one with `set NAME VALUE`"
        )
    if follow and (flags.nonce is not None or flags.wait is Wait.NONE or flags.dry_run):
        raise UsageError(
            "--follow sends several transactions, each once the one before it is in a block",
            "leave out --nonce, --wait none and --dry-run",
        )
