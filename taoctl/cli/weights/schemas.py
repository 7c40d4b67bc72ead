"""What the JSON of `taoctl weights` holds."""

from __future__ import annotations

from taoctl.cli.schema_parts import Plain, Shape
from taoctl.reads.weight_ages import WeightAgeRow
from taoctl.reads.weight_commits import WeightCommitRow
from taoctl.reads.weights import WeightRow

SCHEMAS: dict[str, Shape | Plain] = {
    "taoctl.weights.show/1": Shape("taoctl weights show", WeightRow),
    "taoctl.weights.status/1": Shape("taoctl weights status", WeightCommitRow),
    "taoctl.weights.watch/1": Shape("taoctl weights watch", WeightAgeRow),
}
