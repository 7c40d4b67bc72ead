"""What the JSON of `taoctl neuron` holds."""

from __future__ import annotations

from taoctl.cli.neuron.commitment import COMMITMENT_SCHEMA
from taoctl.cli.neuron.explain import EXPLAIN_SCHEMA
from taoctl.cli.neuron.listing import LIST_SCHEMA, RISK_SCHEMA, SHOW_SCHEMA
from taoctl.cli.neuron.probe_rows import ProbeRow
from taoctl.cli.neuron.probing import PROBE_SCHEMA
from taoctl.cli.neuron.watching import WATCH_SCHEMA
from taoctl.cli.schema_parts import Plain, Shape, array, obj, row_schema
from taoctl.reads.alarms import AlarmRow
from taoctl.reads.commitments import CommitmentRow
from taoctl.reads.explain import BondPartRow, EarnedRow, WeightPartRow
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.risk import RiskRow

SCHEMAS: dict[str, Shape | Plain] = {
    LIST_SCHEMA: Shape("taoctl neuron list", MyNeuronRow),
    SHOW_SCHEMA: Shape("taoctl neuron show", MyNeuronRow, single=True),
    RISK_SCHEMA: Shape("taoctl neuron risk", RiskRow),
    COMMITMENT_SCHEMA: Shape("taoctl neuron commitment get", CommitmentRow),
    WATCH_SCHEMA: Shape("taoctl neuron watch", AlarmRow),
    PROBE_SCHEMA: Shape("taoctl neuron probe", ProbeRow),
    EXPLAIN_SCHEMA: Plain(
        "taoctl neuron explain",
        obj(
            mechanisms=array(row_schema(EarnedRow)),
            bonds=array(row_schema(BondPartRow)),
            weights=array(row_schema(WeightPartRow)),
        ),
    ),
}
