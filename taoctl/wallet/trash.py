"""Removed keys: moved to `<wallets>/.trash/<date>-<name>`, never deleted."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from taoctl.wallet.files import private_folder, rename_new, sync_folder

TRASH = ".trash"
"""The folder beside the wallets that keeps what was removed."""


def move_to_trash(
    root: Path, name: str, found: list[Path], inside: Path | None, now: datetime
) -> Path:
    """Move files or folders to a new dated place and return it.

    Without `inside` the one thing found becomes the place itself; with it the things found stand
    in that folder of the place.

    Raises:
        OSError: they cannot be moved; what was moved before is in the place.
    """
    trash = root / TRASH
    private_folder(trash)
    place = _free(trash, f"{now:%Y-%m-%d-%H%M%S}-{name}")
    if inside is None:
        rename_new(found[0], place)
    else:
        private_folder(place / inside)
        for path in found:
            rename_new(path, place / inside / path.name)
        sync_folder(place / inside)
    sync_folder(trash)
    for folder in {path.parent for path in found}:
        sync_folder(folder)
    return place


def _free(trash: Path, name: str) -> Path:
    place, number = trash / name, 1
    while os.path.lexists(place):
        number += 1
        place = trash / f"{name}-{number}"
    return place
