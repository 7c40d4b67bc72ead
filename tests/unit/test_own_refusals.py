"""Every name that a command refuses with is one of the chain's, or is explained as our own."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_explain_runtimes import errors_of

import taoctl.calls
from taoctl.calls.own_refusals import OWN_REFUSALS
from taoctl.calls.remedies import remedies
from taoctl.cli.explain import named, offline

FOLDER = Path(taoctl.calls.__file__).parent
NEWEST = 424


def _refused_names(path: Path) -> Iterator[str]:
    """The names that a module's refusals are given in so many words, or as a constant."""
    name = ".".join(("taoctl.calls", *path.relative_to(FOLDER).with_suffix("").parts))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        at = {"Refusal": 0, "refused": 0, "too_soon": 1}.get(node.func.id)
        if at is None or len(node.args) <= at:
            continue
        match node.args[at]:
            case ast.Constant(value=str(value)):
                yield value
            case ast.Name(id=constant):
                found = getattr(importlib.import_module(name), constant, None)
                if isinstance(found, str):
                    yield found


def test_what_a_command_refuses_with_can_be_explained() -> None:
    refused = {name for path in FOLDER.rglob("*.py") for name in _refused_names(path)}
    assert len(refused) > 80 and "MaxCostExceeded" in refused
    chain = {one.name.rpartition(".")[2] for one in errors_of(NEWEST)}
    dispatcher = {name.rpartition(".")[2] for name in remedies()}
    assert refused - chain - dispatcher == set(OWN_REFUSALS)
    assert not set(OWN_REFUSALS) & chain


@pytest.mark.parametrize("name", OWN_REFUSALS)
def test_an_own_refusal_is_explained_without_a_chain(name: str) -> None:
    (found,) = named(name.lower(), offline())
    assert (found.name, found.kind) == (name, "error")
    assert found.meaning and found.advice
