"""From options to a pinned view: which network, block, deadline and wallets a command means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from taoctl.cli import options, output
from taoctl.cli.output import Origin
from taoctl.errors import DeadlineError, TaoctlError, UsageError
from taoctl.text import printable
from taoctl.units import U16_MAX
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS, INSECURE
from taoctl.wallet.public import WalletRef, discover

if TYPE_CHECKING:
    from taoctl.chain.client import Chain
    from taoctl.chain.networks import Network
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

T = TypeVar("T")


def run(work: Callable[[View], Awaitable[T]]) -> tuple[T, Origin]:
    """Connect, run one read on the block that was asked for, and say where it came from.

    All of it has one deadline, --timeout.

    Raises:
        UnreachableError: no endpoint answered in time.
        DeadlineError: an endpoint answered, and the deadline passed before all was read.
    """
    # Help and completion load this module too, and must not pay for sockets.
    import asyncio

    return asyncio.run(_run(work))


async def _run(work: Callable[[View], Awaitable[T]]) -> tuple[T, Origin]:
    import asyncio

    from taoctl.chain.client import connect

    limit = timeout()
    deadline = asyncio.get_running_loop().time() + limit
    async with connect(network_of(network()), timeout=limit) as chain:
        try:
            async with asyncio.timeout_at(deadline):
                view = await pinned(chain, options.current().at_block)
                found = await work(view)
                await view.settle()
        except TimeoutError:
            raise DeadlineError(
                f"{chain.link.endpoint} did not answer within {limit:g} s",
                "allow more with --timeout, or name another endpoint with --network",
            ) from None
        await say_open(chain)
        return found, origin_of(view)


async def say_open(chain: Chain) -> None:
    """Say on stderr, in one line, what became of transactions whose outcome was not seen."""
    from taoctl.submit.notice import open_transactions

    line = await open_transactions(chain)
    if line is not None:
        output.warn(line)


async def pinned(chain: Chain, at_block: str | None) -> View:
    """The view of a block given by number or hash, or of the newest block."""
    if at_block is None:
        return await chain.at_head()
    if at_block.lower().startswith("0x"):
        return await chain.at_hash(at_block.lower())
    if not at_block.isdecimal() or not at_block.isascii():
        raise UsageError(
            f"{at_block!r} is not a block", "give a block number such as 1234, or a 0x hash"
        )
    return await chain.at_block(int(at_block))


def origin_of(view: View) -> Origin:
    """Where what a view says comes from."""
    return Origin(
        network=view.chain.network,
        genesis=view.chain.genesis,
        block=view.block,
        block_hash=view.block_hash,
        spec_version=view.spec_version,
        simulated=view.chain.simulated,
    )


def account(text: str) -> Account:
    """The account of an address, WALLET, WALLET/HOTKEY, a book name, or a name such as //Alice.

    Raises:
        UsageError: nothing has that name, or several things do; the candidates are named.
        BadDataError: the file that tells the address is damaged.
    """
    from taoctl.wallet.accounts import resolve
    from taoctl.wallet.book import default_path

    return resolve(text, wallet_path(), default_path())


def names(typed: Iterable[Account] = ()) -> dict[str, str]:
    """Names to show by address; a development account is marked, whoever calls it what.

    An account that was typed goes by the name that was typed, whatever else has its address.
    """
    from taoctl.wallet.accounts import as_typed
    from taoctl.wallet.accounts import names as known
    from taoctl.wallet.book import default_path

    return known(wallet_path(), default_path()) | as_typed(typed)


def addresses(given: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The coldkeys that arguments, or else the --wallet options, name; and names to show.

    Arguments are whatever `account` takes. Without any, every wallet that has a public coldkey;
    the others are named on stderr.

    Raises:
        UsageError: a name that is no account, or nothing to read at all.
        BadDataError: a named wallet's public key file is damaged.
    """
    folder = wallet_path()
    wallets = discover(folder)
    wanted = list(given) or wallet_names()
    if wanted:
        accounts = [account(text) for text in wanted]
        return list(dict.fromkeys(one.ss58 for one in accounts)), names(accounts)
    found = [wallet.coldkey for wallet in wallets if wallet.coldkey]
    _require(found, wallets, folder)
    _say_left_out(wallet for wallet in wallets if not wallet.coldkey)
    return list(dict.fromkeys(found)), names()


def keys(given: Sequence[str]) -> tuple[list[str], list[str], dict[str, str]]:
    """The coldkeys and hotkeys that arguments, or else the --wallet options, name; and names.

    As `addresses`, but an address may be of either kind, and of a wallet without a public
    coldkey, as on a mining host, the hotkeys count.
    """
    folder = wallet_path()
    wallets = discover(folder)
    wanted = list(given) or wallet_names()
    coldkeys: list[str] = []
    hotkeys: list[str] = []
    chosen: list[WalletRef] = []
    typed: list[Account] = []
    for text in wanted:
        wallet = _only_hotkeys(text, wallets)
        found = None if wallet is not None else account(text)
        typed += [found] if found is not None else []
        if found is not None and found.kind == "coldkey":
            wallet = next(one for one in wallets if one.name == found.wallet)
        if wallet is not None:
            chosen.append(wallet)
        elif found is not None:
            hotkeys.append(found.ss58)
            coldkeys += [found.ss58] if found.kind != "hotkey" else []
    for wallet in chosen if wanted else wallets:
        coldkeys += [wallet.coldkey] if wallet.coldkey else []
        hotkeys += [hotkey.ss58 for hotkey in wallet.hotkeys if hotkey.ss58]
    _require([*coldkeys, *hotkeys], wallets, folder)
    _say_left_out(w for w in wallets if not (wanted or w.coldkey or w.hotkeys))
    for wallet in chosen if wanted else wallets:
        if wallet.problem and (wallet.coldkey or wallet.hotkeys):
            output.warn(f"wallet {printable(wallet.name)!r}: {wallet.problem}")
    return list(dict.fromkeys(coldkeys)), list(dict.fromkeys(hotkeys)), names(typed)


def _only_hotkeys(text: str, wallets: Iterable[WalletRef]) -> WalletRef | None:
    """The wallet of exactly this name, if it tells hotkeys and no coldkey."""
    return next(
        (
            wallet
            for wallet in wallets
            if wallet.name == text
            and wallet.coldkey is None
            and any(hotkey.ss58 for hotkey in wallet.hotkeys)
        ),
        None,
    )


def _require(found: Sequence[str], wallets: Sequence[WalletRef], folder: Path) -> None:
    if not found:
        what = "no wallet tells its address" if wallets else "there are no wallets"
        raise UsageError(
            f"no account was named, and {what} in {folder}",
            "give an ss58 address, or the wallet folder with --wallet-path",
        )


def _say_left_out(wallets: Iterable[WalletRef]) -> None:
    listed = [
        f"{printable(wallet.name)!r} ({wallet.problem or 'no coldkeypub.txt'})"
        for wallet in wallets
    ]
    if listed:
        output.warn(
            f"left out, because their address is unknown: {', '.join(listed)}; "
            "`taoctl wallet passwd WALLET` writes coldkeypub.txt from the key"
        )


def wallet_completions(incomplete: str) -> list[str]:
    """Names of wallets that start so, for a shell; nothing where they cannot be listed."""
    try:
        names = sorted(entry.name for entry in wallet_path().iterdir() if entry.is_dir())
    except (OSError, TaoctlError):
        return []
    return [name for name in names if name.startswith(incomplete) and printable(name) == name]


def key_completions(incomplete: str) -> list[str]:
    """`WALLET` and `WALLET/HOTKEY` that start so, for a shell."""
    try:
        wallets = discover(wallet_path())
    except TaoctlError:
        return []
    found = [wallet.name for wallet in wallets]
    found += [f"{wallet.name}/{one.name}" for wallet in wallets for one in wallet.hotkeys]
    return [name for name in found if name.startswith(incomplete) and printable(name) == name]


def book_names() -> list[str]:
    """Names in taoctl's own address book, for a shell; nothing where it cannot be read."""
    from taoctl.wallet.book import AddressBook, default_path

    try:
        entries = AddressBook(default_path()).entries()
    except TaoctlError:
        return []
    return [entry.name for entry in entries]


def account_completions(incomplete: str) -> list[str]:
    """Wallets and book names that start so, for a shell."""
    booked = [name for name in book_names() if name.startswith(incomplete)]
    return list(dict.fromkeys([*wallet_completions(incomplete), *booked]))


def netuid(text: str) -> int:
    """The subnet number that an argument is.

    Raises:
        UsageError: it is none.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > 20 or int(text) > U16_MAX:
        shown = text if len(text) <= 20 else f"{text[:20]}…"
        raise UsageError(
            f"{shown!r} is not a subnet number", f"a subnet number goes from 0 to {U16_MAX}"
        )
    return int(text)


def warn_insecure(shown: Iterable[str | None]) -> None:
    """Say which of the addresses shown are development accounts."""
    seen = [DEV_ACCOUNTS[a] for a in dict.fromkeys(shown) if a is not None and a in DEV_ACCOUNTS]
    if seen:
        output.warn(f"{INSECURE}: {', '.join(seen)}: everybody knows the keys of these accounts")


def network() -> str:
    """Name or endpoints of the network to ask."""
    return options.current().config().network


def network_of(text: str) -> Network:
    """What a network's name or endpoints mean under the settings; raises as `resolve`."""
    from taoctl.chain.networks import resolve

    config = options.current().config()
    return resolve(text, config.pools, fallback=config.fallback, archive=config.archive)


def timeout() -> float:
    """Seconds after which to give up."""
    return options.current().config().timeout


def wallet_path() -> Path:
    """Folder of the wallets."""
    return options.current().config().wallet_path


def wallet_names() -> list[str]:
    """The wallets that --wallet names, or the one that the settings name."""
    named = options.current().config().wallet
    return options.current().wallet or ([named] if named else [])
