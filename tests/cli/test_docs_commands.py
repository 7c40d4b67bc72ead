"""Every command line that documentation and advice show is one: its words and options exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taoctl.calls.remedies import remedies, remedy
from taoctl.cli.dispatch import tree
from taoctl.cli.explain import offline

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(?:bash|sh|console)\n(.*?)^```", re.M | re.S)
_INLINE = re.compile(r"`(?:taoctl )?(stake [^`\n]+|taoctl [^`\n]+)`")
_ADVICE = re.compile(r"`taoctl ([^`]+)`")
_OPTION = re.compile(r"^-{1,2}[a-z][a-z-]*$")
_ENDS = {"|", "||", "&&", ";", "&", ">", ">>", "<", "2>", "#"}


def shown(text: str) -> Iterator[str]:
    """The command lines of the code blocks of a page, continued lines joined."""
    for block in _BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"(?:\$\(|<\(|\|\||&&|;|\|)", line):
                yield part.strip()


def words_of(line: str) -> list[str] | None:
    """The words after `taoctl`; None for a line that runs something else."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return None
    while words and re.fullmatch(r"[A-Z_]+=.*|\$|exec|nohup|time", words[0]):
        words.pop(0)
    if not words or words[0] != "taoctl":
        return None
    kept = []
    for word in words[1:]:
        if word in _ENDS or word.startswith((">", "2>", "<")):
            break
        kept.append(word.rstrip(")"))
    return kept


def command_of(words: list[str]) -> tuple[Any, list[str], list[str]]:
    """The command that words name, the words that name it, and the rest of them."""
    command: Any = tree()
    path, rest = ["taoctl"], words
    while getattr(command, "commands", None) is not None and rest and rest[0][0].islower():
        found = command.get_command(command.context_class(command), rest[0])
        assert found is not None, f"{' '.join(path)} has no command {rest[0]!r}"
        command, path, rest = found, [*path, rest[0]], rest[1:]
    return command, path, rest


def parse(words: list[str]) -> None:
    """Let the command that the words name read the rest of them; raises what it objects to."""
    command, path, rest = command_of([word for word in words if word != "…"])
    is_group = getattr(command, "commands", None) is not None
    if not is_group and "--help" not in rest and "-h" not in rest:
        command.make_context(" ".join(path), list(rest))


def lines() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found += [(page.name, line) for line in shown(text) if words_of(line) is not None]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("page", "line"), lines(), ids=lambda text: text[:60])
def test_a_command_line_of_the_documentation_can_be_run(page: str, line: str) -> None:
    words = words_of(line)
    assert words is not None
    parse(words)


def spans() -> list[tuple[str, str]]:
    """Commands in running text and tables, with placeholders where values would be."""
    found = []
    for page in PAGES:
        for text in _INLINE.findall(page.read_text(encoding="utf-8")):
            found.append((page.name, text.removeprefix("taoctl ")))
    for one in offline():
        found += [("explain", text) for text in _ADVICE.findall(one.advice or "")]
    for name in remedies():
        found += [("remedies", text) for text in _ADVICE.findall(remedy(name) or "")]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("page", "text"), spans(), ids=lambda text: text[:60])
def test_a_command_that_is_spoken_of_exists_with_its_options(page: str, text: str) -> None:
    command, path, rest = command_of(re.sub(r"[\[\]…]", " ", text).split())
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    unknown = [word for word in rest if _OPTION.match(word) and word not in known]
    assert unknown in ([], ["--help"]), (" ".join(path), unknown)


def test_the_pages_speak_of_every_command_of_stake() -> None:
    told = [text for page, text in (*lines(), *spans()) if page == "staking.md"]
    named = {match[1] for text in told if (match := re.search(r"stake ([a-z-]+)", text))}
    group, _, _ = command_of(["stake"])
    assert set(group.commands) <= named, set(group.commands) - named
