"""`taoctl wallet sign` and `verify`: signatures over messages, as btcli makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.passwords import PasswordFd, PasswordFile, open_signer
from taoctl.cli.wallet.app import app
from taoctl.cli.wallet.named import account_text
from taoctl.errors import RefusedError, UsageError

_LONGEST = 16 * 1024 * 1024
_SIGNATURE_BYTES = 64
_WRAPPED = b"<Bytes>%b</Bytes>"

Message = Annotated[
    str | None, typer.Option("--message", metavar="TEXT", help="The text, taken as UTF-8.")
]
MessageFile = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="The bytes of this file instead.")
]


@app.command("sign")
def sign(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[WALLET[/HOTKEY]]",
            help="What signs; --wallet when left out.",
            autocompletion=context.key_completions,
        ),
    ] = None,
    message: Message = None,
    file: MessageFile = None,
    password_fd: PasswordFd = None,
    password_file: PasswordFile = None,
) -> None:
    """Sign a message with a coldkey or a hotkey.

    The signature is over exactly the message's bytes; `btcli wallet verify` accepts it.

    \b
    Examples:
      taoctl wallet sign my-wallet --message "this is mine"
      taoctl wallet sign --wallet my-wallet/miner-1 --message hello -o json
      taoctl wallet sign my-wallet --file statement.txt --password-file pw.txt
    """
    from taoctl.wallet.accounts import signing_account

    output.require_form()
    data = _bytes(message, file)
    account = signing_account(account_text(key), context.wallet_path())
    signer = open_signer(account, password_fd, password_file)
    signature = f"0x{signer.sign(data).hex()}"
    output.note(f"signed by {signer.ss58}")
    found = {"ss58": signer.ss58, "crypto": _crypto_name(signer.crypto), "signature": signature}
    output.show_data("taoctl.wallet.sign/1", found, signature)


@app.command("verify")
def verify(
    account: Annotated[
        str,
        typer.Argument(
            metavar="SS58|NAME",
            help="Whose signature it is.",
            autocompletion=context.key_completions,
        ),
    ],
    signature: Annotated[
        str, typer.Option("--signature", metavar="HEX", help="64 bytes, with or without 0x.")
    ],
    message: Message = None,
    file: MessageFile = None,
) -> None:
    """Check whether a signature is an account's, over exactly this message.

    Exit 0 when it is, 1 when it is not. An address does not tell its key's type: sr25519 and
    ed25519 are both tried, and the message also as browser wallets wrap it, in <Bytes>.

    \b
    Examples:
      taoctl wallet verify 5Grw...utQY --message hello --signature 0x1a2b...
      taoctl wallet verify my-wallet --file statement.txt --signature 0x1a2b... -o json
    """
    from taoctl.scale.crypto import ED25519, SR25519
    from taoctl.scale.crypto import verify as signed

    output.require_form()
    data = _bytes(message, file)
    raw = _signature(signature)
    ss58 = context.account(account).ss58
    for crypto in (SR25519, ED25519):
        for wrapped in (False, True):
            if signed(_WRAPPED % data if wrapped else data, raw, ss58, crypto):
                found = {
                    "ss58": ss58,
                    "crypto": _crypto_name(crypto),
                    "wrapped": wrapped,
                    "valid": True,
                }
                output.show_data("taoctl.wallet.verify/1", found, f"signed by {ss58}")
                return
    raise RefusedError(
        f"this is not a signature of {ss58} over this message",
        "the message must be the same to the byte, line breaks and all",
    )


def _bytes(message: str | None, file: Path | None) -> bytes:
    if (message is None) == (file is None):
        raise UsageError("give either --message or --file", '--message "text to sign"')
    if message is not None:
        return message.encode("utf-8", "surrogateescape")
    assert file is not None
    try:
        with file.open("rb") as stream:
            data = stream.read(_LONGEST + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from error
    if len(data) > _LONGEST:
        raise UsageError(f"{file} is larger than {_LONGEST} bytes", "sign a hash of it instead")
    return data


def _signature(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raw = b""
    if len(raw) != _SIGNATURE_BYTES:
        raise UsageError("this is not a signature", "a signature is 128 hex digits")
    return raw


def _crypto_name(crypto: int) -> str:
    from taoctl.wallet.keys import CRYPTO_NAMES

    return CRYPTO_NAMES[crypto]
