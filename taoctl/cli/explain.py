"""`taoctl explain`: errors of the runtime, words of the field, hyperparameters."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.calls.own_refusals import OWN_REFUSALS
from taoctl.calls.owner.bounds import range_text
from taoctl.calls.owner.values import HOW
from taoctl.calls.remedies import remedies, remedy
from taoctl.cli import context, output
from taoctl.cli.output import Origin, Result, Section
from taoctl.cli.schema_parts import Plain, Shape
from taoctl.errors import UsageError
from taoctl.reads.columns import Column, Kind
from taoctl.reads.hyperparameter_table import KNOWN, Known
from taoctl.reads.terms import TERMS, Term
from taoctl.submit.pool_codes import known_codes
from taoctl.text import printable

if TYPE_CHECKING:
    from taoctl.reads.errors import ErrorRow

SCHEMA = "taoctl.explain/1"

app = typer.Typer(help="What an error or a word means.", rich_markup_mode=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is known of one name."""

    name: Annotated[str, Column("name", Kind.TEXT, "what is explained")]
    kind: Annotated[str, Column("kind", Kind.TEXT, "error, hyperparameter or term")]
    meaning: Annotated[
        str | None, Column("meaning", Kind.TEXT, "of an error, what the runtime says of it")
    ]
    advice: Annotated[
        str | None,
        Column("what to do", Kind.TEXT, "of an error its remedy, else a command that shows it"),
    ]


SCHEMAS: dict[str, Shape | Plain] = {SCHEMA: Shape("taoctl explain", Explanation)}

_CUSTOM = re.compile(r"custom[ _]error:? ?([0-9]{1,3})(?![0-9])", re.I)

_SETTERS = {
    "owner": "the subnet's owner sets it",
    "root": "root sets it",
    "nobody": "nobody sets it",
}
_COUNTED = {
    "blocks": "in blocks",
    "tao": "in rao",
    "u16": "as a share of 65535",
    "u64": "as a share of 2^64 - 1",
    "millionths": "in millionths",
    "thousandths": "in thousandths",
    "epochs": "in epochs",
    "i32f32": "as I32F32 bits",
    "u64f64": "as U64F64 bits",
}


def _names(incomplete: str) -> list[str]:
    pool = (one.name for one in known_codes())
    terms = (one.name for one in TERMS)
    known = dict.fromkeys((*terms, *KNOWN, *OWN_REFUSALS, *remedies(), *pool))
    return [name for name in known if name.lower().startswith(incomplete.lower())]


@app.command()
def explain(
    name: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ERROR|TERM|HYPERPARAM]",
            help="A name or a part of one; everything when left out.",
            autocompletion=_names,
        ),
    ] = None,
) -> None:
    """What an error, a word of the field or a hyperparameter means, and what to do about it.

    Errors are those of the runtime of the network, and the numbers that pools refuse with; a word
    or a hyperparameter needs no network.

    \b
    Examples:
      taoctl explain vtrust
      taoctl explain SlippageTooHigh
      taoctl explain SubtensorModule.HotKeyNotRegisteredInSubNet -n test
      taoctl explain Custom error: 21
      taoctl explain immunity_period
      taoctl explain -o json | jq -r '.data[].name'
    """
    wanted = _named_by_number(" ".join(name or ()))
    found = named(wanted, offline())
    origin = Origin()
    if not found:
        rows, origin = context.run(_errors)
        errors = (*(_of_error(one) for one in rows), *_dispatch_errors())
        everything = (*offline(), *errors, *_pool_names(errors))
        found = everything if not wanted.strip() else named(wanted, everything)
        found = found or containing(wanted, everything)
        if not found:
            raise _unknown(wanted, everything)
    section = Section(found, Explanation, listed=len(found) <= 3)
    output.show(Result(SCHEMA, origin, (section,)))


async def _errors(view: object) -> Sequence[ErrorRow]:
    from taoctl.reads.errors import errors

    return await errors(view)  # type: ignore[arg-type]


def offline() -> tuple[Explanation, ...]:
    """What is known without a chain: terms, hyperparameters, and our own refusals."""
    terms = tuple(_of_term(one) for one in TERMS)
    own = tuple(
        Explanation(name=name, kind="error", meaning=one.meaning, advice=one.advice)
        for name, one in OWN_REFUSALS.items()
    )
    return terms + tuple(_of_hyperparameter(name, one) for name, one in KNOWN.items()) + own


def named(wanted: str, among: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """Those of this very name, however it is spelt; an error also without its pallet."""
    key = _key(wanted)
    return tuple(one for one in among if key and key in _keys(one))


def containing(wanted: str, among: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """Those with this in their names."""
    key = _key(wanted)
    return tuple(one for one in among if key and any(key in own for own in _keys(one)))


def _keys(one: Explanation) -> set[str]:
    if one.kind == "error":
        return {_key(one.name), _key(one.name.rpartition(".")[2])}
    aliases = next((term.aliases for term in TERMS if term.name == one.name), ())
    return {_key(one.name), *map(_key, aliases)}


def _key(text: str) -> str:
    """A name without case, dashes, spaces and what calls of the owner begin with."""
    bare = text.strip().lower().removeprefix("sudo_set_")
    return "".join(letter for letter in bare if letter.isalnum())


def _of_term(term: Term) -> Explanation:
    also = f" Also: {', '.join(term.aliases)}." if term.aliases else ""
    see = f"see `{term.see}`" if term.see else None
    return Explanation(name=term.name, kind="term", meaning=term.meaning + also, advice=see)


def _of_hyperparameter(name: str, known: Known) -> Explanation:
    counted = _COUNTED.get(known.unit)
    facts = [_SETTERS[known.setter], *([f"counted {counted}"] if counted else [])]
    if bounds := range_text(known):
        facts.append(bounds)
    return Explanation(
        name=name,
        kind="hyperparameter",
        meaning=f"{known.effect} ({', '.join(facts)})",
        advice=f"see `taoctl subnet hyperparameters NETUID`{_how_set(name, known)}",
    )


def _how_set(name: str, known: Known) -> str:
    """How a hyperparameter is set, after where it is seen."""
    if known.change is None or known.setter != "owner":
        return ""
    return f"; its owner sets it with `... set {name} VALUE`, {HOW[known.unit]}"


def _of_error(row: ErrorRow) -> Explanation:
    return Explanation(name=row.name, kind="error", meaning=row.docs, advice=remedy(row.name))


def _dispatch_errors() -> tuple[Explanation, ...]:
    """Errors that come from no pallet, such as `Token.Frozen`."""
    return tuple(
        Explanation(name=name, kind="error", meaning=None, advice=remedy(name))
        for name in remedies()
        if name.partition(".")[0] in ("Token", "Arithmetic") or "." not in name
    )


def _named_by_number(text: str) -> str:
    """The name of the number where a node's words have `Custom error: N`; other text as it is."""
    found = _CUSTOM.search(text)
    names = {one.number: one.name for one in known_codes()}
    return names.get(int(found[1]), text) if found else text


def _pool_names(errors: Sequence[Explanation]) -> tuple[Explanation, ...]:
    """Numbers of pools whose names are no error's of the runtime."""
    known = {key for one in errors for key in _keys(one)}
    return tuple(
        Explanation(
            name=one.name,
            kind="error",
            meaning=f"A node keeps the call out of its pool (Custom error: {one.number}); "
            f"in a block it would fail with {one.error}, or as that does.",
            advice=remedy(one.error),
        )
        for one in known_codes()
        if _key(one.name) not in known
    )


def _unknown(wanted: str, among: Sequence[Explanation]) -> UsageError:
    keys = {key: one.name for one in among for key in _keys(one)}
    close = difflib.get_close_matches(_key(wanted), keys, n=3, cutoff=0.6)
    names = list(dict.fromkeys(keys[key] for key in close))
    meant = f"did you mean {' or '.join(names)}? " if names else ""
    return UsageError(
        f"nothing here is called {printable(wanted, 80)!r}",
        f"{meant}`taoctl explain` lists everything that is known",
    )
