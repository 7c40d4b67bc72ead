"""Each third-party library has one door: the modules that may import it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

DOORS: dict[str, tuple[str, ...]] = {
    "Crypto": ("taoctl/wallet/", "taoctl/localnet/shielding.py"),
    "bip39": ("taoctl/wallet/",),
    "bittensor_core": ("taoctl/scale/", "taoctl/wallet/"),
    "httpx": ("taoctl/gpu/", "taoctl/alerts/"),
    "keyring": ("taoctl/wallet/",),
    "nacl": ("taoctl/wallet/",),
    "numpy": ("taoctl/economics/",),
    "plotext": ("taoctl/cli/plots.py",),
    "pynvml": ("taoctl/gpu/",),
    "rich": ("taoctl/cli/output.py", "taoctl/cli/prompts.py", "tui/"),
    "scalecodec": ("taoctl/chain/extrinsic/", "taoctl/wallet/"),
    "sqlite3": ("taoctl/history/", "taoctl/journal/", "taoctl/wallet/btcli_book.py"),
    "substrateinterface": ("taoctl/chain/extrinsic/", "taoctl/wallet/"),
    "textual": ("tui/",),
    "typer": ("taoctl/cli/",),
    "click": ("taoctl/cli/",),
    "websockets": ("taoctl/chain/rpc.py", "taoctl/localnet/server.py"),
    "zstandard": ("taoctl/scale/",),
}


def _sources() -> Iterator[Path]:
    yield from (ROOT / "taoctl").rglob("*.py")
    yield from (ROOT / "tui").rglob("*.py")


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("library", sorted(DOORS))
def test_library_is_imported_only_through_its_door(library: str) -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in _sources()
        if library in _imported(path)
        and not path.relative_to(ROOT).as_posix().startswith(DOORS[library])
    ]
    assert strays == []


def test_the_scan_sees_imports_at_all() -> None:
    seen = set().union(*(_imported(path) for path in _sources()))
    assert {"bittensor_core", "textual", "typer", "websockets"} <= seen
