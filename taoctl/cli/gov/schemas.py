"""What the JSON of `taoctl gov` holds."""

from __future__ import annotations

from taoctl.cli.gov.backfill import SCHEMA as BACKFILL_SCHEMA
from taoctl.cli.gov.list import SCHEMA as LIST_SCHEMA
from taoctl.cli.gov.members import SCHEMA as MEMBERS_SCHEMA
from taoctl.cli.gov.status import SCHEMA as STATUS_SCHEMA
from taoctl.cli.gov.watch import SCHEMA as WATCH_SCHEMA
from taoctl.cli.schema_parts import INT, TEXT_OR_NULL, Plain, Shape, array, obj, row_schema
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.event_rows import EventRow
from taoctl.reads.governance.overview import BackendRow, SeatRow
from taoctl.reads.governance.rows import CollectiveRow, MemberRow, ProposalRow, TrackRow

_BACKENDS = array({"enum": [one.value for one in Backend]})

SCHEMAS: dict[str, Shape | Plain] = {
    LIST_SCHEMA: Plain(
        "taoctl gov list",
        obj(
            backends=_BACKENDS,
            no_governance=TEXT_OR_NULL,
            proposals=array(row_schema(ProposalRow)),
        ),
    ),
    STATUS_SCHEMA: Plain(
        "taoctl gov status",
        obj(
            no_governance=TEXT_OR_NULL,
            backends=array(row_schema(BackendRow)),
            tracks=array(row_schema(TrackRow)),
            collectives=array(row_schema(CollectiveRow)),
            seats=array(row_schema(SeatRow)),
        ),
    ),
    WATCH_SCHEMA: Shape("taoctl gov watch", EventRow),
    MEMBERS_SCHEMA: Shape("taoctl gov members", MemberRow),
    BACKFILL_SCHEMA: Plain(
        "taoctl gov backfill",
        obj(first_block=INT, last_block=INT, blocks=INT, events=INT),
    ),
}
