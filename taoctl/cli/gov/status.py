"""`taoctl gov status`: how a chain is governed, and the seats of one's own wallets."""

from __future__ import annotations

from taoctl.cli import context, output
from taoctl.cli.gov.accounts import known_groups, my_coldkeys
from taoctl.cli.gov.app import app
from taoctl.cli.output import Result, Section

SCHEMA = "taoctl.gov.status/1"


@app.command("status")
def status() -> None:
    """How this chain is governed: by whom, under which rules, and the seats of my wallets.

    No runtime tells the rules of its tracks, but an open referendum tells those it was opened
    under: `seen in` names it. The members behind the sudo key are known from the address book.

    \b
    Examples:
      taoctl gov status
      taoctl gov status --wallet my-wallet -o json | jq '.data.seats'
    """
    from taoctl.reads.governance.overview import BackendRow, SeatRow, overview
    from taoctl.reads.governance.rows import CollectiveRow, TrackRow

    coldkeys, shared, names = my_coldkeys(), known_groups(), context.names()
    found, origin = context.run(lambda view: overview(view, coldkeys, names, shared))
    there = found.why is None
    sections = (
        Section(found.backends, BackendRow, key="backends", people=there),
        Section(found.tracks, TrackRow, key="tracks", people=bool(found.tracks)),
        Section(found.collectives, CollectiveRow, key="collectives", people=there),
        Section(found.seats, SeatRow, key="seats", people=bool(found.seats)),
    )
    extra = {"no_governance": found.why}
    output.show(Result(SCHEMA, origin, sections, extra=extra, headline=found.why or ""))
    if there and not found.seats:
        output.note("none of your wallets has a seat")
