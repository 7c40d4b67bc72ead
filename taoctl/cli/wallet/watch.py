"""`taoctl wallet watch`: wallets that hold addresses and no key."""

from __future__ import annotations

from typing import Annotated

import typer

from taoctl.addresses import decode_ss58
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.making import Crypto, Scheme, report
from taoctl.cli.wallet.named import KeyName, check_wallet_name, say_other_names, store
from taoctl.cli.wallet.rows import KeyRow

_SHORT = 8


@app.command("watch")
def watch(
    ss58: Annotated[str, typer.Argument(metavar="SS58", help="The address to watch.")],
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Name of the wallet; the address's start if none."),
    ] = None,
    hotkey: Annotated[
        str | None,
        typer.Option("--hotkey", metavar="HOTKEY", help="The address is this hotkey's."),
    ] = None,
    crypto: Scheme = Crypto.SR25519,
) -> None:
    """Add an address as a watch-only wallet: everything can be seen, nothing signed.

    That is all a mining or validating machine needs of its coldkey.

    \b
    Examples:
      taoctl wallet watch 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY alice
      taoctl wallet watch 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty alice --hotkey bob
    """
    from taoctl.wallet.keys import crypto_of

    public_key = decode_ss58(ss58)
    wallet = ss58[:_SHORT] if name is None else name
    key_name = KeyName(wallet, hotkey)
    check_wallet_name(key_name, ss58)
    store().write_public(wallet, hotkey, public_key, crypto_of(crypto))
    row = KeyRow(wallet=wallet, hotkey=hotkey, ss58=ss58, watch_only=True, problem=None)
    report("taoctl.wallet.watch/1", [row])
    say_other_names(key_name, ss58)
