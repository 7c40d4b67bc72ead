"""Endpoints that do not want us for a while, remembered from one command to the next."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path

from taoctl.scale.crypto import blake2_256

LONGEST_BAR_S = 3600.0
_KEPT = 64
_MAX_FILE = 64 * 1024


class Bars:
    """Until when each endpoint is to be left alone.

    URLs may hold access keys, so the file names endpoints by a digest.

    Args:
        path: of the file, or None to remember for this process only. A file that cannot be read
            or written is done without.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._until: dict[str, float] = {}
        self._loaded = path is None

    def left_s(self, endpoint: str) -> float:
        """Seconds for which the endpoint is to be left alone, 0 when it is not barred."""
        until = self._known().get(_key(endpoint), 0.0)
        return min(max(0.0, until - time.time()), LONGEST_BAR_S)

    def bar(self, endpoint: str, seconds: float) -> None:
        """Leave the endpoint alone for a while."""
        self._until = self._known() | _read(self._path)  # others write there as well
        self._until[_key(endpoint)] = time.time() + min(seconds, LONGEST_BAR_S)
        self._save()

    def lift(self, endpoint: str) -> None:
        """The endpoint serves again."""
        if _key(endpoint) in self._known():
            self._until |= _read(self._path)
            del self._until[_key(endpoint)]
            self._save()

    def _known(self) -> dict[str, float]:
        if not self._loaded:
            self._loaded = True
            self._until = _read(self._path)
        return self._until

    def _save(self) -> None:
        now = time.time()
        alive = {key: until for key, until in self._until.items() if until > now}
        newest = sorted(alive, key=lambda key: alive[key])[-_KEPT:]
        self._until = {key: alive[key] for key in newest}
        if self._path is None:
            return
        temporary: str | None = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".new-")
            with os.fdopen(descriptor, "w") as file:
                json.dump(self._until, file)
            Path(temporary).replace(self._path)
        except OSError:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink()


def _read(path: Path | None) -> dict[str, float]:
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_MAX_FILE))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {key: until for key, until in content.items() if isinstance(until, float)}


def _key(endpoint: str) -> str:
    return blake2_256(endpoint.encode()).hex()[:32]
