"""`taoctl weights set|reveal`: plain where the subnet takes it so, else timelocked or committed."""

from __future__ import annotations

import secrets
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.weights.app import app
from taoctl.cli.weights.given import row_of
from taoctl.cli.writing import WriteFlags, writes
from taoctl.errors import BadDataError, DeclinedError, RefusedError, UsageError
from taoctl.units import U16_MAX, U64_MAX

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.calls.weights.checks import Place
    from taoctl.calls.weights.row import Row
    from taoctl.chain.view import View
    from taoctl.journal.weights import KeptWeights
    from taoctl.wallet.accounts import Account

_TO_ANNOUNCE = "Unannounced"
"""The refusal of a proxy that announces a call before it carries the very same out."""
_SALT_NUMBERS = 8
_MOST_MECHANISM = 15


class Way(Enum):
    """How weights get to the chain."""

    OPEN = "open"
    TIMELOCKED = "timelocked"
    SALTED = "salted"


Netuid = Annotated[str, typer.Argument(metavar="NETUID", help="The subnet.")]
Mechanism = Annotated[
    int,
    typer.Option(
        "--mechanism", metavar="N", min=0, max=_MOST_MECHANISM, help="Mechanism of the subnet."
    ),
]


@app.command("set")
@writes
def set_(
    flags: WriteFlags,
    netuid: Netuid,
    weights: Annotated[
        list[str] | None,
        typer.Argument(metavar="[UID=WEIGHT]...", help="Only their ratio counts: 4=1 7=0.5."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Weights as JSON or CSV; - reads stdin."),
    ] = None,
    mechanism: Mechanism = 0,
    version_key: Annotated[
        int | None,
        typer.Option(
            "--version-key",
            metavar="N",
            min=0,
            max=U64_MAX,
            help="Of the code that made them; the one that the subnet asks when left out.",
        ),
    ] = None,
    timelocked: Annotated[
        bool,
        typer.Option("--timelocked", help="Only in a commit that the chain opens by itself."),
    ] = False,
    salted: Annotated[
        bool,
        typer.Option("--salted", help="Only in a commit that is revealed by hand, in time."),
    ] = False,
    drand_round: Annotated[
        int | None,
        typer.Option(
            "--round",
            metavar="N",
            min=1,
            max=U64_MAX,
            help="drand round whose pulse opens them; one early in the epoch to reveal them in "
            "when left out.",
        ),
    ] = None,
) -> None:
    """Set a hotkey's weights; a subnet that hides them gets a commit.

    The commit is timelocked: encrypted, and opened by the chain itself in a later epoch. Where the
    chain takes none, or with --salted, it is a hash, to be revealed with `taoctl weights reveal`;
    what it hides is kept in the journal before it is sent.

    The largest weight becomes 65535 and the others in proportion, as clients of the chain do;
    weights of zero are left out.

    \b
    Examples:
      taoctl weights set 1 4=1 7=0.5 --wallet my-wallet/validator
      taoctl weights set 1 --file weights.csv --wallet my-wallet/validator --dry-run
    """
    from taoctl.cli.transact import transact

    if salted and (timelocked or drand_round is not None):
        raise UsageError(
            "a commit with a salt is not timelocked", "leave out --salted, or what is beside it"
        )
    number, row = context.netuid(netuid), row_of(weights or (), file)
    asked = Way.SALTED if salted else Way.TIMELOCKED if timelocked or drand_round else None
    noted: list[KeptWeights] = []

    async def order(view: View, signer: Account) -> Intent:
        from taoctl.calls.weights.checks import Place
        from taoctl.calls.weights.row import row_text
        from taoctl.calls.weights.setting import SetWeights
        from taoctl.calls.weights.timelocking import timelocked as seal

        at = Place(_acting(signer, flags), number, mechanism)
        key = await _version_key(view, number) if version_key is None else version_key
        way = asked or await _way(view, at)
        if way is Way.OPEN:
            return SetWeights(number, row, key, mechanism)
        # The call hides them, and so do the plan's data, which programs write to logs.
        output.note(f"the weights that are hidden: {row_text(row)}")
        if way is Way.TIMELOCKED:
            return await seal(view, at, row, key, drand_round)
        return _commit(view, at.hotkey, number, row, key, mechanism, noted, flags.dry_run)

    try:
        transact(order, flags)
    except DeclinedError:
        _forget(noted)
        raise
    except RefusedError as refusal:
        if _is_over(refusal):
            _forget(noted)
        raise


def _is_over(refusal: RefusedError) -> bool:
    """Whether nobody will carry out what was refused: not once sent, nor while it is announced."""
    refusals = (refusal.details or {}).get("refusals")
    return refusals is not None and all(one["name"] != _TO_ANNOUNCE for one in refusals)


async def _way(view: View, at: Place) -> Way:
    """How weights are set on a subnet, where the command line does not say."""
    from taoctl.calls.weights.timelocking import takes_timelocked

    if not await at.commits(view):
        return Way.OPEN
    if await takes_timelocked(view):
        return Way.TIMELOCKED
    output.note("this chain takes no timelocked weights as they are sealed here: with a salt then")
    return Way.SALTED


def _commit(
    view: View,
    hotkey: str,
    netuid: int,
    row: Row,
    version_key: int,
    mechanism: int,
    noted: list[KeptWeights],
    dry_run: bool,
) -> Intent:
    """A commit with a salt of its own, noted in the journal where it is to be sent."""
    from taoctl.calls.weights.committing import CommitWeights
    from taoctl.journal.store import Journal
    from taoctl.journal.weights import KeptWeights, keep

    salt = tuple(secrets.randbelow(U16_MAX + 1) for _ in range(_SALT_NUMBERS))
    intent = CommitWeights(netuid, row, salt, version_key, mechanism)
    if dry_run:
        output.note("a dry run keeps no salt: this commit, once made, could not be revealed")
    else:
        digest = intent.digest(hotkey)
        kept = KeptWeights(
            view.chain.genesis, hotkey, netuid, mechanism, digest, row, salt, version_key
        )
        with Journal() as journal:
            keep(journal, kept)
        noted.append(kept)
    return intent


def _forget(noted: list[KeptWeights]) -> None:
    from taoctl.journal.store import Journal
    from taoctl.journal.weights import forget

    with Journal() as journal:
        for one in noted:
            forget(journal, one)


@app.command("reveal")
@writes
def reveal(flags: WriteFlags, netuid: Netuid, mechanism: Mechanism = 0) -> None:
    """Reveal the newest weights that a hotkey committed to from here, in the epoch for it.

    Older commits of the same mechanism are dropped with it, as the chain does.

    \b
    Examples:
      taoctl weights reveal 1 --wallet my-wallet/validator
      taoctl weights reveal 1 --wallet my-wallet/validator --dry-run
    """
    from taoctl.cli.transact import transact

    number = context.netuid(netuid)

    async def order(view: View, signer: Account) -> Intent:
        from taoctl.calls.weights.committing import RevealWeights

        hotkey = _acting(signer, flags)
        kept = await _to_reveal(view, hotkey, number, mechanism)
        intent = RevealWeights(number, kept.weights, kept.salt, kept.version_key, mechanism)
        if intent.digest(hotkey) != kept.commit_hash:
            raise BadDataError(
                f"what the journal keeps of the commit {kept.commit_hash} does not reveal it",
                "bring back the journal as it was, or commit again with `taoctl weights set`",
            )
        return intent

    transact(order, flags)


async def _to_reveal(view: View, hotkey: str, netuid: int, mechanism: int) -> KeptWeights:
    """The newest commit that may be revealed now and is kept here; else the one that comes next.

    Raises:
        RefusedError: the chain holds none whose weights are kept here.
    """
    from taoctl.calls.weights.checks import Place
    from taoctl.calls.weights.clock import commits_of, reveals_of
    from taoctl.journal.store import Journal
    from taoctl.journal.weights import kept_weights

    at = Place(hotkey, netuid, mechanism)
    commits = await commits_of(view, at.index, hotkey)
    with Journal() as journal:
        kept = {one.commit_hash: one for one in kept_weights(journal, view.chain.genesis, hotkey)}
    mine = [one for one in commits if one.hash in kept]
    if not mine:
        said = f"the chain holds no salted commit of {hotkey} on {at.words}"
        if commits:
            said += " whose weights and salt are kept here"
        hint = (
            "`taoctl weights status` lists commits; timelocked ones the chain reveals by itself, "
            "and `taoctl weights set --salted` makes one to reveal"
        )
        raise RefusedError(said, hint)
    when = await reveals_of(view, netuid)
    now = [one for one in mine if not when.is_early(one) and not when.is_late(one)]
    early = [one for one in mine if when.is_early(one)]
    chosen = now[-1] if now else early[0] if early else mine[-1]
    output.note(f"the commit of block {chosen.block}: {chosen.hash}")
    return kept[chosen.hash]


async def _version_key(view: View, netuid: int) -> int:
    return int(await view.value("SubtensorModule", "WeightsVersionKey", netuid))


def _acting(signer: Account, flags: WriteFlags) -> str:
    """The address whose weights they are: of the account acted for, or else of the signer.

    Raises:
        UsageError: the one that a flag names is none, or it is a wallet's coldkey.
    """
    from taoctl.cli.transact import group

    if flags.multisig is not None and flags.proxy_for is None:
        return group(flags.multisig).ss58
    account = signer if flags.proxy_for is None else context.account(flags.proxy_for)
    if account.kind == "coldkey":
        raise UsageError(
            f"weights belong to hotkeys, and {account.label} is a coldkey",
            f"name the hotkey too: {account.wallet}/HOTKEY",
        )
    return account.ss58
