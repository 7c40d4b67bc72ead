"""Keyring backends for tests: one that keeps passwords in a file, and one that never answers."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    """Keeps passwords in the file that OWN_KEYRING_FILE names, in the clear."""

    priority = 1

    @staticmethod
    def _all() -> dict[str, str]:
        file = Path(os.environ["OWN_KEYRING_FILE"])
        return dict(json.loads(file.read_text())) if file.exists() else {}

    @staticmethod
    def _keep(content: dict[str, str]) -> None:
        Path(os.environ["OWN_KEYRING_FILE"]).write_text(json.dumps(content))

    def get_password(self, service: str, username: str) -> str | None:
        return self._all().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep({**self._all(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        content = self._all()
        del content[f"{service} {username}"]
        self._keep(content)


class HangingKeyring(FileKeyring):
    """Never answers."""

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(3600)
        return None


class LoudKeyring(FileKeyring):
    """Fails with a message that quotes what it was given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot store {password}")
