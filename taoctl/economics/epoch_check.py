"""Epoch inputs that somebody wrote: every field checked before the arithmetic sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from taoctl.economics.epoch import EpochInput
from taoctl.economics.rows import U16_MAX
from taoctl.economics.yuma import BONDS_SCALE
from taoctl.errors import UsageError
from taoctl.text import printable

U64_MAX = 2**64 - 1
UIDS_MOST = 4_096
"""More than any subnet has; the matrices of more would not fit into memory."""

_WHOLE = {
    "n": (0, UIDS_MOST),
    "block": (0, U64_MAX),
    "tempo": (0, U16_MAX),
    "last_mechanism_step_block": (0, U64_MAX),
    "activity_cutoff": (0, U64_MAX),
    "kappa": (0, U16_MAX),
    "bonds_penalty": (0, U16_MAX),
    "bonds_moving_average": (0, BONDS_SCALE),
    "alpha_low": (0, U16_MAX),
    "alpha_high": (0, U16_MAX),
    "alpha_sigmoid_steepness": (-(2**15), 2**15 - 1),
    "max_allowed_validators": (0, U16_MAX),
    "stake_threshold": (0, U64_MAX),
    "rao_emission": (0, U64_MAX),
    "tao_weight_u64": (0, U64_MAX),
}
"""The whole numbers of an epoch, with the least and the most that each may be."""

_FLAGS = ("yuma3", "liquid_alpha")
_BLOCKS_OR_RAO = ("alpha_stake", "tao_stake", "last_update", "block_at_registration")
_ROWS = ("weights", "bonds")
_REQUIRED = tuple(field.name for field in fields(EpochInput) if field.default is MISSING)


def checked_epoch_input(data: Any) -> EpochInput:
    """The `input` object of an epoch case that somebody wrote.

    Fields that an epoch has no use for are let be.

    Raises:
        UsageError: it is no object, or a field is missing or cannot be; says which.
    """
    if not isinstance(data, Mapping):
        raise UsageError("an epoch is a JSON object", f"with {', '.join(_REQUIRED)}")
    missing = [name for name in _REQUIRED if name not in data]
    if missing:
        raise UsageError(f"epoch without {', '.join(missing)}")
    for name, (least, most) in _WHOLE.items():
        _whole(name, data[name], least, most)
    for name in _FLAGS:
        _flag(name, data[name])
    n = data["n"]
    if data["owner_uid"] is not None:
        _whole("owner_uid", data["owner_uid"], 0, U16_MAX)
    for name in _BLOCKS_OR_RAO:
        for uid, value in enumerate(_listed(name, data[name], n)):
            _whole(f"{name} of uid {uid}", value, 0, U64_MAX)
    for uid, value in enumerate(_listed("validator_permit", data["validator_permit"], n)):
        _flag(f"validator_permit of uid {uid}", value)
    for name in _ROWS:
        for uid, row in enumerate(_listed(name, data[name], n)):
            _pairs(f"{name} of uid {uid}", row)
    if data.get("commit_blocks") is not None:
        for uid, value in enumerate(_listed("commit_blocks", data["commit_blocks"], n)):
            if value is not None:
                _whole(f"commit_blocks of uid {uid}", value, 0, U64_MAX)
    return EpochInput.from_json(data)


def _listed(name: str, value: Any, n: int) -> list[Any]:
    if not isinstance(value, list):
        raise UsageError(f"{name} is {_said(value)}", f"a list with an entry for each of {n} uids")
    if len(value) != n:
        raise UsageError(f"{name} has {len(value)} entries", f"n says that there are {n} uids")
    return value


def _pairs(name: str, row: Any) -> None:
    wanted = "a list of [uid, weight] pairs, each uid once"
    if not isinstance(row, list) or not all(isinstance(p, list) and len(p) == 2 for p in row):
        raise UsageError(f"{name} is {_said(row)}", wanted)
    for uid, value in row:
        _whole(f"a uid in {name}", uid, 0, U16_MAX)
        _whole(f"{name} for uid {uid}", value, 0, U16_MAX)
    if len({uid for uid, _ in row}) != len(row):
        raise UsageError(f"{name} names a uid twice", wanted)


def _whole(name: str, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise UsageError(f"{name} is {_said(value)}", f"a whole number from {least} to {most}")


def _flag(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise UsageError(f"{name} is {_said(value)}", "true or false")


def _said(value: Any) -> str:
    return printable(json.dumps(value), 60)
