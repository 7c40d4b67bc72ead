"""What the JSON of the commands for settings of stakers holds."""

from __future__ import annotations

from taoctl.cli.schema_parts import Plain, Shape
from taoctl.reads.auto_stake import AutoStakeRow
from taoctl.reads.children import ChildRow
from taoctl.reads.locks import AcceptRow, LockRow
from taoctl.reads.root_claims import ClaimTypeRow, RootClaimRow
from taoctl.reads.takes import TakeRow

SCHEMAS: dict[str, Shape | Plain] = {
    "taoctl.stake.owed/1": Shape("taoctl stake owed", RootClaimRow),
    "taoctl.stake.claim-type/1": Shape("taoctl stake claim-type", ClaimTypeRow),
    "taoctl.stake.auto/1": Shape("taoctl stake auto get", AutoStakeRow),
    "taoctl.stake.child/1": Shape("taoctl stake child get", ChildRow),
    "taoctl.stake.child.take/1": Shape("taoctl stake child take", TakeRow),
    "taoctl.stake.take/1": Shape("taoctl stake take get", TakeRow),
    "taoctl.stake.lock.list/1": Shape("taoctl stake lock list", LockRow),
    "taoctl.stake.lock.accept/1": Shape("taoctl stake lock accept", AcceptRow),
}
