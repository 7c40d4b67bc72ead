"""The keyfiles of other programs, and what is in them; the password's derivation runs once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from taoctl.wallet import keyfile

FOLDER = Path(__file__).resolve().parents[1] / "data" / "keyfiles"
PASSWORD = "open sesame"
MNEMONIC = "legal winner thank year wave sausage worth useful legal winner thank yellow"
SR25519_SS58 = "5EHgWw2Af1pnoc7f1A8bfmM97W3DAYW8xr82RfhLL9oAabAe"
ED25519_SS58 = "5ErKjJLUyc8TTU2vNKrj5UciogZho2MDawb6nN2KG44aU1aB"
SEED = "0x" + "42" * 32
SR25519_SEED_SS58 = "5FnoWRL4FYzd29q8zXoY3JWio9PtBPgrAFu2RcgQazRQsiCs"
ED25519_SEED_SS58 = "5CpQ5tmsKY2WWjPGSDKwXmJFwDRFektPY7wdY8ZK1yNoCAVo"

SECRETS = (MNEMONIC, "legal winner", "6fa2796b0071cac4", "ad8a44476e667ef8", "42" * 16, PASSWORD)
"""None of these may appear in a message."""

stretched = cache(keyfile._nacl_key)
"""The real Argon2i, once per password: a run takes seconds and 512 MiB."""


@pytest.fixture
def one_stretch(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(keyfile, "_nacl_key", stretched)
    yield
