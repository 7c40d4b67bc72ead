"""`taoctl wallet audit`: what is wrong with the wallet folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Origin, Result, Section
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.rows import FindingRow
from taoctl.errors import Exit, TaoctlError

if TYPE_CHECKING:
    from taoctl.wallet.audit import Finding


@app.command("audit")
def audit(
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what can be mended without touching a key.")
    ] = False,
) -> None:
    """Look for loose permissions, missing or contradicting files, and leftovers.

    No secret is read. Exit 0 when nothing is left to do, 1 when something is.

    \b
    Examples:
      taoctl wallet audit
      taoctl wallet audit --fix
      taoctl wallet audit -o json
    """
    from taoctl.wallet import audit as auditing

    rows = [
        FindingRow(
            kind=finding.kind,
            path=str(finding.path),
            problem=finding.problem,
            remedy=finding.remedy,
            fixable=finding.fixable,
            fixed=_mended(finding) if fix and finding.fixable else None,
        )
        for finding in auditing.audit(context.wallet_path())
    ]
    section = Section(rows, FindingRow, people=bool(rows), listed=True)
    headline = "" if rows else f"nothing is wrong in {context.wallet_path()}"
    output.show(Result("taoctl.wallet.audit/1", Origin(), (section,), headline=headline))
    if any(row.fixed is None for row in rows):
        raise typer.Exit(int(Exit.REFUSED))


def _mended(finding: Finding) -> str | None:
    """What was done about a finding; None, after saying why, when it could not be mended."""
    from taoctl.wallet.audit import fix

    try:
        return fix(finding)
    except TaoctlError as problem:
        output.warn(problem.message)
        return None
