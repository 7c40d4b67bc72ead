"""The metadata kept on disk, for what must not wait for a node: completion in a shell."""

from __future__ import annotations

from pathlib import Path

from taoctl.chain.runtime import read_checked
from taoctl.errors import BadDataError
from taoctl.scale.codec import Codec


def newest_codec(cache_dir: Path, genesis: str | None) -> Codec | None:
    """The newest runtime kept of a chain; None when there is none that can be read.

    Args:
        cache_dir: where metadata is kept.
        genesis: `0x` hash of the chain's block 0; None takes the chain that was used last.
    """
    folder = cache_dir / "metadata"
    pattern = "*" if genesis is None else genesis.removeprefix("0x")
    try:
        files = [(one.stat().st_mtime, one) for one in folder.glob(f"{pattern}/*.metadata")]
    except OSError:
        return None
    for _, file in sorted(files, reverse=True):
        metadata = read_checked(file)
        spec, _, version = file.stem.partition("-")
        if metadata is None or not (spec.isdecimal() and version.isdecimal()):
            continue
        try:
            return Codec(metadata, int(spec), int(version))
        except BadDataError:
            continue
    return None
