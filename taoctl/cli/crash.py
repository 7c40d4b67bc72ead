"""What is left of an unexpected error: a file for a report, with nothing secret in it."""

from __future__ import annotations

import platform
import re
import time
import traceback
from pathlib import Path

from taoctl import __version__
from taoctl.errors import TaoctlError
from taoctl.paths import state_dir
from taoctl.secrecy import without_secrets

_HEX_KEY = re.compile(r"\b(?:0x)?[0-9a-fA-F]{64,}\b")
_URL = re.compile(r"\b(\w+)://[^\s'\"]+")
_WORDS = re.compile(r"\b(?:[a-z]{3,8}[\s,.'\"\d]+){11,}[a-z]{3,8}\b")
_BYTES = re.compile(r"\bb(['\"])(?:(?!\1).)*\\x(?:(?!\1).)*\1")
_NUMBERS = re.compile(r"\b(?:\d{1,3},\s*){31,}\d{1,3}\b")


def write_crash(problem: BaseException) -> Path | None:
    """Write the traceback to a new file, readable by the user alone; None when that fails."""
    text = "".join(
        [
            f"taoctl {__version__}, Python {platform.python_version()}, {platform.platform()}\n",
            *traceback.format_exception(problem),
        ]
    )
    try:
        folder = state_dir() / "crashes"
        number = time.monotonic_ns() % 1_000_000
        path = folder / f"{time.strftime('%Y%m%dT%H%M%S')}-{number:06d}.txt"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(redacted(text), encoding="utf-8")
    except (OSError, TaoctlError):
        return None
    return path


def redacted(text: str) -> str:
    """The text without what could be a key, a recovery phrase or an endpoint's credentials."""
    text = _URL.sub(r"\1://<address>", without_secrets(text))
    text = _HEX_KEY.sub("<hex>", text)
    text = _NUMBERS.sub("<numbers>", _BYTES.sub("<bytes>", text))
    return _WORDS.sub("<words>", text)


def report(problem: BaseException) -> str:
    """The sentence that tells a user about an unexpected error and its file."""
    path = write_crash(problem)
    what = f"unexpected {type(problem).__name__}: this is a bug in taoctl"
    return f"{what}, described in {path}" if path else what
