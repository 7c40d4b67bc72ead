"""Generated files stand in the repository as the code would write them now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from taoctl.cli.completion import SCRIPTS, Shell
from taoctl.cli.dispatch import tree
from taoctl.cli.reference import leaves, pages, run
from taoctl.cli.schemas import every

ROOT = Path(__file__).resolve().parents[2]
COMPLETIONS = {Shell.BASH: "taoctl.bash", Shell.ZSH: "_taoctl", Shell.FISH: "taoctl.fish"}


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_is_current(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == pages()[name], "run `python -m taoctl.cli.reference docs`"


def test_global_options_name_their_values() -> None:
    page = pages()["reference/commands.md"]
    assert "- `-n, --network NAME|URL`: " in page
    assert "- `-o, --output table|wide|json|ndjson|csv|yaml`: " in page
    assert "- `--timeout SECONDS`: " in page
    assert "- `-q, --quiet`: " in page


def test_no_page_of_a_command_that_is_gone_stays_behind() -> None:
    there = {path.name for path in (ROOT / "docs" / "reference").iterdir()}
    assert there == {Path(name).name for name in pages() if name.startswith("reference/")}


@pytest.mark.parametrize("shell", Shell)
def test_a_completion_script_is_current(shell: Shell) -> None:
    written = (ROOT / "completions" / COMPLETIONS[shell]).read_text(encoding="utf-8")
    assert written == SCRIPTS[shell], "run `make completions`"


def test_every_command_that_answers_has_a_schema() -> None:
    silent = {"taoctl completion generate", "taoctl dash", "taoctl query"}
    titles = {schema["title"].split(" --")[0] for schema in every().values()}
    reading = {path for path, command in leaves(tree(), "taoctl") if not _writes(command)}
    assert reading - silent <= titles


def test_commands_that_write_share_two_schemas() -> None:
    writing = {path for path, command in leaves(tree(), "taoctl") if _writes(command)}
    assert {"taoctl wallet transfer", "taoctl chain call", "taoctl proxy add"} <= writing
    assert {"taoctl.plan.1.json", "taoctl.tx.1.json"} <= every().keys()


def _writes(command: Any) -> bool:
    return {"dry_run", "proxy_for", "again"} <= {param.name for param in command.params}


@pytest.mark.parametrize("name", sorted(every()))
def test_a_schema_is_a_valid_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(every()[name])


@pytest.mark.parametrize("words", [[], ["--help"], ["docs", "again"]])
def test_pages_are_written_into_one_folder_only(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="usage"):
        run(words)
    assert list(tmp_path.iterdir()) == []
