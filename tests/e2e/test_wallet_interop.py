"""Wallets of taoctl open in btcli 11.3 and bittensor-cli 9.23, and theirs in taoctl.

`TAOCTL_BTCLI11` and `TAOCTL_BTCLI9` name the `btcli` programs of the two; without one its tests
skip. The keyfiles they made are kept in `tests/data/keyfiles` and are opened everywhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from keyfile_data import MNEMONIC, PASSWORD, SEED, one_stretch

from taoctl.scale.crypto import ED25519, SR25519, verify
from taoctl.wallet.audit import audit
from taoctl.wallet.keyfile import Encryption, encryption_of, open_keyfile, public_of
from taoctl.wallet.keys import WORD_COUNTS, Key, new_mnemonic
from taoctl.wallet.polkadot_js import seal_backup
from taoctl.wallet.store import WalletStore

__all__ = ["one_stretch"]

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("one_stretch")]

SCHEMES = {"sr": SR25519, "ed": ED25519}

# What each peer's Python is asked: open every wallet and sign, make wallets, make keys.
_OPEN_11 = """
from bittensor.wallet import Wallet
def opened(name):
    wallet = Wallet(name, "h", asked["path"])
    return wallet.get_coldkey(asked["password"]), wallet.hotkey, wallet.coldkeypub, wallet.hotkeypub
"""
_OPEN_9 = _OPEN_11.replace("bittensor.wallet", "bittensor_wallet")
_SIGN = """
def told(pair):
    return [pair.ss58_address, pair.crypto_type]
for name in asked["names"]:
    cold, hot, coldpub, hotpub = opened(name)
    answer[name] = [told(one) for one in (cold, hot, coldpub, hotpub)]
    answer[name] += [bytes(one.sign(b"message")).hex() for one in (cold, hot)]
"""
_MAKE_11 = """
from bittensor.wallet import Wallet
for name, crypto in asked["schemes"].items():
    wallet = Wallet(name, "h", asked["path"])
    wallet.create_new_coldkey(
        n_words=24, coldkey_password=asked["password"], crypto_type=crypto, suppress=True)
    wallet.regenerate_hotkey(seed=asked["seed"], crypto_type=crypto, suppress=True)
    answer[name] = [wallet.coldkey.ss58_address, wallet.hotkey.ss58_address]
"""
_MAKE_9 = """
from bittensor_wallet import Keypair, Wallet, keyfile
import os
for name, crypto in asked["schemes"].items():
    wallet = Wallet(name, "h", asked["path"])
    wallet.regenerate_coldkey(
        mnemonic=asked["mnemonic"], coldkey_password=asked["password"], crypto_type=crypto,
        suppress=True, overwrite=True)
    wallet.regenerate_hotkey(
        seed=asked["seed"], crypto_type=crypto, use_password=False, suppress=True, overwrite=True)
    answer[name] = [wallet.coldkey.ss58_address, wallet.hotkey.ss58_address]
    plain = keyfile.serialized_keypair_to_keyfile_data(wallet.hotkey)
    old = keyfile.legacy_encrypt_keyfile_data(bytes(plain), asked["password"])
    open(os.path.join(asked["path"], name, "hotkeys", "old"), "wb").write(bytes(old))
"""
_KEYS = """
for crypto, words in asked["mnemonics"]:
    answer.setdefault("words", []).append(Keypair.create_from_mnemonic(words, crypto).ss58_address)
for crypto, private in asked["privates"]:
    answer.setdefault("privates", []).append(
        Keypair.create_from_private_key(private, crypto).ss58_address)
for crypto, seed in asked["seeds"]:
    seed = seed if asked["hex seeds"] else bytes.fromhex(seed[2:])
    answer.setdefault("seeds", []).append(Keypair.create_from_seed(seed, crypto).ss58_address)
for text in asked["backups"]:
    answer.setdefault("backups", []).append(
        Keypair.create_from_encrypted_json(text, asked["password"]).ss58_address)
"""


@dataclass(frozen=True)
class Peer:
    """A foreign CLI and the Python beside it."""

    version: int
    program: Path
    home: Path

    def python(self, code: str, **asked: Any) -> dict[str, Any]:
        """What the peer's Python puts into `answer`."""
        head = "import json, sys\nasked = json.load(sys.stdin)\nanswer = {}\n"
        tail = "\nprint('ANSWER' + json.dumps(answer))\n"
        out = self._run(
            [str(self.program.with_name("python")), "-c", head + code + tail], json.dumps(asked)
        )
        answer: dict[str, Any] = json.loads(out.split("ANSWER")[1])
        return answer

    def cli(self, *args: str) -> Any:
        """The JSON that a command prints."""
        return json.loads("".join(self._run([str(self.program), *args], "").splitlines()))

    def _run(self, args: list[str], text: str) -> str:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "COLUMNS": "1000"}
        done = subprocess.run(
            args, input=text, capture_output=True, text=True, timeout=120, env=env, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(params=[11, 9])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Peer:
    named = os.environ.get(f"TAOCTL_BTCLI{request.param}")
    if not named or not Path(named).exists():
        pytest.skip(f"TAOCTL_BTCLI{request.param} names no btcli of version {request.param}")
    (tmp_path / "home").mkdir()
    return Peer(request.param, Path(named), tmp_path / "home")


def test_our_wallets_open_there(peer: Peer, tmp_path: Path) -> None:
    store = _our_wallets(tmp_path / "ours")
    code = (_OPEN_11 if peer.version == 11 else _OPEN_9) + _SIGN
    answer = peer.python(code, path=str(store.path), names=list(SCHEMES), password=PASSWORD)
    for name, crypto in SCHEMES.items():
        cold, hot = Key.from_mnemonic(MNEMONIC, crypto), Key.from_seed(SEED, crypto)
        told = [[cold.ss58, crypto], [hot.ss58, crypto]]
        assert answer[name][:4] == told + told
        for key, signature in zip((cold, hot), answer[name][4:], strict=True):
            assert verify(b"message", bytes.fromhex(signature), key.ss58, crypto)


def test_their_commands_list_our_wallets_and_sign_with_them(peer: Peer, tmp_path: Path) -> None:
    store = _our_wallets(tmp_path / "ours")
    store.write_public("watched", None, Key.from_seed(SEED).public_key)
    path, crypto = str(store.path), SR25519
    cold, hot = Key.from_mnemonic(MNEMONIC, crypto), Key.from_seed(SEED, crypto)
    if peer.version == 11:
        listed = peer.cli("--json", "wallet", "list", "--wallet-path", path)["coldkeys"]
        named = {one["coldkey"]: one["ss58"] for one in listed}
        secret = tmp_path / "password"
        secret.write_text(PASSWORD)
        signing = ["--json", "wallet", "sign", "--message", "hello", "--wallet-path", path]
        signing += ["-w", "sr", "-H", "h"]
        signed = peer.cli(*signing, "--wallet-password-file", str(secret))
        assert verify(b"hello", bytes.fromhex(signed["signed_message"]), cold.ss58, crypto)
        signed = peer.cli(*signing, "--use-hotkey")
    else:
        listed = peer.cli("wallet", "list", "--wallet-path", path, "--json-output")["wallets"]
        named = {one["name"]: one["ss58_address"] for one in listed}
        signing = ["wallet", "sign", "--message", "hello", "--wallet-path", path, "--json-output"]
        signed = peer.cli(*signing, "--wallet-name", "sr", "--hotkey", "h", "--use-hotkey")
    assert named["sr"] == cold.ss58 and named["watched"] == hot.ss58
    assert verify(b"hello", bytes.fromhex(signed["signed_message"]), hot.ss58, crypto)


def test_their_wallets_open_here(peer: Peer, tmp_path: Path) -> None:
    store = WalletStore(tmp_path / "theirs")
    store.path.mkdir()
    answer = peer.python(
        _MAKE_11 if peer.version == 11 else _MAKE_9,
        path=str(store.path),
        schemes=SCHEMES,
        password=PASSWORD,
        seed=SEED,
        mnemonic=MNEMONIC,
    )
    for name, crypto in SCHEMES.items():
        assert encryption_of(store.read(name)) is Encryption.NACL
        cold = open_keyfile(store.read(name), PASSWORD)
        hot = open_keyfile(store.read(name, "h"), None)
        assert [cold.ss58, hot.ss58] == answer[name]
        assert (cold.crypto, hot.crypto) == (crypto, crypto)
        assert verify(b"m", cold.sign(b"m"), cold.ss58, crypto)
        public = store.public_path(name).read_bytes()
        assert public_of(public) == (cold.ss58, crypto)
        if peer.version == 9:
            assert encryption_of(store.read(name, "old")) is Encryption.ANSIBLE
            assert open_keyfile(store.read(name, "old"), PASSWORD).ss58 == hot.ss58
    told = {one.kind for one in audit(store.path)}
    assert told <= {"loose_folder", "loose_file", "old_encryption", "missing_public"}


def test_the_same_secrets_are_the_same_addresses_there(peer: Peer) -> None:
    both = list(SCHEMES.values())
    words = [(crypto, new_mnemonic(count)) for count in WORD_COUNTS for crypto in both]
    made = [(crypto, Key.from_mnemonic(text, crypto)) for crypto, text in words]
    readable = made[:2] if peer.version == 11 else made[:1]  # 9.23 takes every backup for sr25519
    backups = [seal_backup(key, PASSWORD, "x") for _, key in readable]
    code = f"from {'bittensor' if peer.version == 11 else 'bittensor_wallet'} import Keypair\n"
    answer = peer.python(
        code.replace("from bittensor import", "from bittensor.keyfiles import") + _KEYS,
        **{"hex seeds": peer.version == 9},
        mnemonics=words,
        privates=[(crypto, key.secrets().private_key) for crypto, key in made],
        seeds=[(crypto, key.secrets().seed) for crypto, key in made],
        backups=backups,
        password=PASSWORD,
    )
    addresses = [key.ss58 for _, key in made]
    assert answer["words"] == addresses
    assert answer["privates"] == addresses
    assert answer["seeds"] == addresses
    assert answer["backups"] == addresses[: len(backups)]


def _our_wallets(path: Path) -> WalletStore:
    store = WalletStore(path)
    for name, crypto in SCHEMES.items():
        store.write_key(name, None, Key.from_mnemonic(MNEMONIC, crypto), PASSWORD)
        store.write_key(name, "h", Key.from_seed(SEED, crypto), None)
    return store
