"""What the JSON of `taoctl gov show` holds."""

from __future__ import annotations

from typing import Any

from taoctl.cli.gov.show import SCHEMA
from taoctl.cli.schema_parts import (
    INT,
    INT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Plain,
    Shape,
    array,
    obj,
)
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.proposal import Status

_ANY: dict[str, Any] = {}
_BOOL_OR_NULL = {"type": ["boolean", "null"]}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_STEP = obj(
    place=TEXT,
    depth=INT,
    pallet=TEXT,
    call=TEXT,
    origin=TEXT_OR_NULL,
    condition=TEXT_OR_NULL,
    args=array(obj(name=TEXT, type=TEXT, value=_ANY)),
    inside=array(TEXT),
)

_CALL = obj(size=INT, hash=TEXT, bytes=TEXT_OR_NULL, problem=TEXT_OR_NULL, steps=array(_STEP))

_CHANGE = obj(
    place=TEXT,
    call=TEXT,
    known={"type": "boolean"},
    what=TEXT_OR_NULL,
    netuid=INT_OR_NULL,
    account=TEXT_OR_NULL,
    before=_ANY,
    after=_ANY,
    before_text=TEXT_OR_NULL,
    after_text=TEXT_OR_NULL,
    note=TEXT_OR_NULL,
)

_VERSION = obj(
    spec_name=TEXT,
    impl_name=TEXT,
    authoring_version=INT,
    spec_version=INT,
    impl_version=INT,
    transaction_version=INT_OR_NULL,
)

_CODE = obj(
    size=INT,
    blake2_256=TEXT,
    sha256=TEXT,
    compressed={"type": "boolean"},
    wasm_size=INT_OR_NULL,
    version=_or_null(_VERSION),
    problem=TEXT_OR_NULL,
)

_CHECK = obj(number=INT, name=TEXT, result={"enum": ["pass", "fail", "skipped"]}, detail=TEXT)

_UPGRADE = obj(
    place=TEXT_OR_NULL,
    code=_or_null(_CODE),
    same_as_file=_BOOL_OR_NULL,
    checks=array(_CHECK),
    verdict=TEXT_OR_NULL,
    final_call_hash=TEXT_OR_NULL,
    final_approvals=_or_null(array(TEXT)),
)

SCHEMAS: dict[str, Shape | Plain] = {
    SCHEMA: Plain(
        "taoctl gov show",
        obj(
            id=TEXT,
            backend={"enum": [one.value for one in Backend]},
            status={"enum": [one.value for one in Status]},
            index=INT_OR_NULL,
            hash=TEXT_OR_NULL,
            track=TEXT_OR_NULL,
            proposer=TEXT_OR_NULL,
            account=TEXT_OR_NULL,
            account_role=TEXT_OR_NULL,
            call_hash=TEXT_OR_NULL,
            no_call=TEXT_OR_NULL,
            opened_block=INT_OR_NULL,
            deadline_block=INT_OR_NULL,
            dispatch_block=INT_OR_NULL,
            ended_block=INT_OR_NULL,
            ayes=INT_OR_NULL,
            nays=INT_OR_NULL,
            threshold=INT_OR_NULL,
            nay_threshold=INT_OR_NULL,
            seats=INT_OR_NULL,
            decided=TEXT_OR_NULL,
            parent=TEXT_OR_NULL,
            child=TEXT_OR_NULL,
            next_step=TEXT,
            next_block=INT_OR_NULL,
            left_blocks=INT_OR_NULL,
            left_ms=INT_OR_NULL,
            votes=array(obj(voter=TEXT, vote={"enum": ["aye", "nay", "approved", None]})),
            my_vote=TEXT_OR_NULL,
            actions=array(TEXT),
            call=_or_null(_CALL),
            changes=array(_CHANGE),
            upgrade=_or_null(_UPGRADE),
        ),
    )
}
