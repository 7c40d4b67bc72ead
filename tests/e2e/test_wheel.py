"""What is shipped: the wheel holds the program, its style sheet and the completion scripts."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SHIPPED = {
    "share/bash-completion/completions/taoctl": "completions/taoctl.bash",
    "share/zsh/site-functions/_taoctl": "completions/_taoctl",
    "share/fish/vendor_completions.d/taoctl.fish": "completions/taoctl.fish",
}


def test_the_wheel_holds_what_users_need(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert {"taoctl/__main__.py", "taoctl/py.typed", "tui/app.py", "tui/tui.tcss"} <= names
        assert not any(name.startswith(("tests/", "bench/", "docs/")) for name in names)
        for placed, source in SHIPPED.items():
            (name,) = [one for one in names if one.endswith(placed)]
            assert archive.read(name) == (ROOT / source).read_bytes()
            assert archive.read(name)
        entry = next(name for name in names if name.endswith("entry_points.txt"))
        assert b"taoctl = taoctl.cli.main:run" in archive.read(entry)
