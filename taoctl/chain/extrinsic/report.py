"""Keeping what two codecs disagree on, for a bug report: no signature, no secret."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from taoctl import paths
from taoctl.chain.extrinsic.terms import CallLike, MismatchError
from taoctl.chain.extrinsic.values import is_call

FOLDER = "mismatches"


def mismatch(
    call: CallLike, differences: tuple[str, ...], facts: Mapping[str, Any]
) -> MismatchError:
    """The error for a disagreement, with `facts` written to a file of its own that it names.

    The caller leaves signatures out of `facts`; bytes become `0x` text. A file that cannot be
    written does not hide the error.
    """
    content = {
        "call": _plain(call),
        "differences": list(differences),
        **{name: _plain(value) for name, value in facts.items()},
    }
    where = _write(json.dumps(content, indent=2) + "\n")
    kept = "and nothing could be kept" if where is None else f"both readings are in {where}"
    return MismatchError(
        f"what was composed is not what was asked for ({'; '.join(differences)[:300]}), "
        "so nothing was sent",
        f"{kept}; please report it, and try another endpoint with --network",
        differences,
    )


def _write(content: str) -> Path | None:
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.json"
    path = paths.state_dir() / FOLDER / name
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        return path
    return None


def _plain(value: Any) -> Any:
    if is_call(value):
        return {"pallet": value.pallet, "call": value.name, "args": _plain(value.args)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    return value if isinstance(value, str | int | float | bool | None) else str(value)
