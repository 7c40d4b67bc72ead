"""Malformed keyfiles: a clear error each, no traceback, no hang, bounded memory."""

from __future__ import annotations

import json
import random
import resource
from collections.abc import Callable
from hashlib import sha256
from time import monotonic

import pytest
from keyfile_data import FOLDER, PASSWORD, SECRETS

from taoctl.errors import BadDataError, NoKeyError, UsageError
from taoctl.wallet import keyfile, vaults
from taoctl.wallet.keyfile import encrypt_keyfile, open_keyfile, public_of
from taoctl.wallet.keys import Key
from taoctl.wallet.polkadot_js import open_backup, seal_backup

CI, SOAK = 1_000, 100_000
_SLOWEST_S = 60.0
_MEMORY_KIB = 100 * 1024
_VALUES = (None, 0, -1, 1.5, True, "", "0x", "0x0", "\ud800", "é" * 40, [], {}, "0" * 64, 10**400)


def test_malformed_keyfiles_are_refused_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    _fuzz(monkeypatch, CI, seed=1)


@pytest.mark.soak
def test_100_000_malformed_keyfiles_are_refused_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    _fuzz(monkeypatch, SOAK, seed=2)


@pytest.mark.soak
def test_damaged_bytes_under_the_real_derivation_are_refused() -> None:
    rng = random.Random(3)
    data = (FOLDER / "cli9-sr25519.nacl").read_bytes()
    for _ in range(5):
        at = rng.randrange(5, len(data))
        broken = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(NoKeyError, match="wrong, or the key file is damaged"):
            open_keyfile(broken, PASSWORD)


def _fuzz(monkeypatch: pytest.MonkeyPatch, count: int, seed: int) -> None:
    """Structure only: the passwords' derivations are replaced by cheap ones."""
    monkeypatch.setattr(keyfile, "_nacl_key", lambda password: sha256(password).digest())
    monkeypatch.setattr(vaults, "_FERNET_ROUNDS", 1)
    monkeypatch.setattr(vaults, "_ANSIBLE_ROUNDS", 1)
    monkeypatch.setattr("taoctl.wallet.polkadot_js._scrypt", lambda *_: bytes(32))
    rng = random.Random(seed)
    seeds = _seeds()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcomes = {"opened": 0, "refused": 0}
    for _ in range(count):
        data = rng.choice(_MUTATIONS)(rng, rng.choice(seeds))
        started = monotonic()
        outcomes["opened" if _all_readers(data) else "refused"] += 1
        assert monotonic() - started < _SLOWEST_S, data[:200]
    assert outcomes["refused"] > count * 0.7, outcomes
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < _MEMORY_KIB


def _all_readers(data: bytes) -> bool:
    """Whether `open_keyfile` opens it; every reader must answer or raise an error of ours."""
    opened = _answers(lambda: open_keyfile(data, PASSWORD))
    _answers(lambda: public_of(data))
    _answers(lambda: open_backup(data.decode("utf-8", "surrogateescape"), PASSWORD))
    return opened is not None


def _answers(read: Callable[[], object]) -> object:
    try:
        return read()
    except (BadDataError, NoKeyError, UsageError) as error:
        said = f"{error.message} {error.hint}"
        assert error.message and said.isprintable(), said
        assert len(said) < 400
        assert not any(secret in said for secret in SECRETS), said
        return None


def _seeds() -> list[bytes]:
    """Good files: plain ones of every kind, and each under every encryption."""
    plain = [path.read_bytes() for path in sorted(FOLDER.glob("*.json"))]
    sealed = [encrypt_keyfile(data, PASSWORD) for data in plain[:2]]
    vault = [path.read_bytes() for path in sorted(FOLDER.glob("*.ansible"))]
    legacy = [(FOLDER / "python-sr25519.legacy").read_bytes()]
    public = [path.read_bytes() for path in sorted(FOLDER.glob("*pub.txt"))]
    backup = [seal_backup(Key.from_seed("42" * 32), PASSWORD, "x").encode()]
    return plain + sealed + vault + legacy + public + backup


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _flip(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _splice(rng: random.Random, data: bytes) -> bytes:
    at, to = sorted(rng.randrange(len(data)) for _ in range(2))
    return data[:at] + rng.randbytes(rng.randrange(40)) + data[to:]


def _repeat(rng: random.Random, data: bytes) -> bytes:
    return data * rng.randint(2, 150)


def _header(rng: random.Random, data: bytes) -> bytes:
    marks = (b"$NACL", b"$ANSIBLE_VAULT;1.1;AES256\n", b"gAAAAA", b"$ANSIBLE_VAULT", b"\x00")
    return rng.choice(marks) + data[rng.randrange(len(data)) :]


def _nest(rng: random.Random, data: bytes) -> bytes:
    return rng.choice((b"[", b'{"a":', b'[{"a":')) * rng.randrange(9_000) + data


def _noise(rng: random.Random, data: bytes) -> bytes:
    return rng.randbytes(rng.randrange(2_000))


def _field(rng: random.Random, data: bytes) -> bytes:
    """A plain file with a field changed, and sometimes the whole encrypted again."""
    try:
        fields = json.loads(data)
    except ValueError:
        return _flip(rng, data)
    for _ in range(rng.randint(1, 3)):
        fields[rng.choice(sorted(fields))] = rng.choice((*_VALUES, rng.choice(list(fields))))
    changed = json.dumps(fields).encode()
    return encrypt_keyfile(changed, PASSWORD) if rng.random() < 0.3 else changed


_MUTATIONS = (_cut, _flip, _flip, _splice, _repeat, _header, _nest, _noise, _field, _field)
