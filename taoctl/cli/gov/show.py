"""`taoctl gov show`: one proposal, what it does and what it would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, options, output
from taoctl.cli.gov.accounts import known_groups, my_coldkeys
from taoctl.cli.gov.app import app
from taoctl.cli.gov.kept import keep, store
from taoctl.cli.options import Format

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.cli.gov.show_forms import Shown

SCHEMA = "taoctl.gov.show/1"


@app.command("show")
def show(
    proposal: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Index of a motion or referendum, or 0x hash (from 6 digits) of a call.",
        ),
    ],
    call_data: Annotated[
        str | None,
        typer.Option(
            "--call-data",
            metavar="HEX|FILE",
            help="The call's bytes, where the chain keeps only its hash; checked against it.",
        ),
    ] = None,
    wasm: Annotated[
        Path | None,
        typer.Option("--wasm", metavar="FILE", help="Compare an upgrade's code with this file."),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option("--manifest", metavar="FILE", help="upgrade-manifest.json of the release."),
    ] = None,
    digest: Annotated[
        Path | None,
        typer.Option("--digest", metavar="FILE", help="subtensor-digest.json of the release."),
    ] = None,
) -> None:
    """One proposal: its call to the last argument, what it would change, votes, what happens next.

    Calls inside calls are unwrapped, each with whose power it has. Old values are read from
    storage, and a call counts on those before it. For a runtime upgrade the version inside the code
    and the seven checks of a release are shown; `--wasm`, `--manifest` and `--digest` are files you
    have built or downloaded. One that has ended is shown as far as the chain and taoctl's own
    history have it.

    \b
    Examples:
      taoctl gov show 3
      taoctl gov show 0x9f1c22 --call-data 0x0c00130...
      taoctl gov show 0x9f1c22 --call-data proxy_proxy_blob.hex --wasm runtime.compact.wasm
      taoctl gov show 3 -o json | jq '.data.changes'
    """
    from taoctl.chain.pace import measured_block_ms
    from taoctl.cli.gov.show_files import call_bytes, upgrade_files
    from taoctl.cli.gov.show_forms import Shown, shown_json, shown_text
    from taoctl.history.proposal_reading import any_proposal
    from taoctl.reads.governance.details import details
    from taoctl.reads.governance.finding import proposal as find
    from taoctl.reads.governance.members import owned_hotkeys
    from taoctl.reads.governance.standing import my_standing

    output.require_form()
    data = call_bytes(call_data)
    files = upgrade_files(wasm, manifest, digest)
    coldkeys, shared, names = my_coldkeys(), known_groups(), context.names()

    async def work(view: View) -> Shown:
        if options.current().at_block is None:
            found = await any_proposal(view, store(), proposal, shared)
        else:
            found = await find(view, proposal, shared)
        if found.open:
            await keep(view, (found,))
        mine = await owned_hotkeys(view, coldkeys)
        return Shown(
            details=await details(view, found, data, files),
            standing=my_standing(found, mine),
            block=view.block,
            block_ms=await measured_block_ms(view),
        )

    shown, origin = context.run(work)
    if options.current().format in (Format.TABLE, Format.WIDE):
        output.note(origin.caption())
    output.show_data(SCHEMA, shown_json(shown), shown_text(shown, names), origin)
