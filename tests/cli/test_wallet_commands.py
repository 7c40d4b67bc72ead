"""The wallet commands where there is no terminal: files, refusals, JSON."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from taoctl.cli.main import main
from taoctl.cli.schemas import every
from taoctl.cli.wallet import making
from taoctl.scale.crypto import KeySigner
from taoctl.wallet.keys import Key
from taoctl.wallet.watch_only import write_watch_only

WORDS = "abandon " * 11 + "about"
ADDRESS = "5EPCUjPxiHAcNooYipQFWr9NmmXJKpNG5RhcntXwbtUySrgH"
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("TAOCTL_", "BT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def words(home: Path) -> Path:
    file = home / "words.txt"
    file.write_text(f"{WORDS}\n")
    file.chmod(0o600)
    return file


class Commands:
    """Runs commands in this process; the answer of each is checked against its schema."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def ok(self, *argv: str) -> Any:
        code = main([*argv, "-o", "json"])
        out, err = self._capsys.readouterr()
        assert code == 0, err
        answer = json.loads(out)
        schema = every()[answer["schema"].replace("/", ".") + ".json"]
        jsonschema.validate(answer, schema)
        return answer["data"]

    def refused(self, code: int, *argv: str) -> str:
        assert main([*argv]) == code
        out, err = self._capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err
        return str(err)

    def text(self, *argv: str) -> tuple[str, str]:
        main([*argv])
        out, err = self._capsys.readouterr()
        return str(out), str(err)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(capsys)


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in folder.rglob("*")
    }


def test_create_writes_keys_that_the_words_in_the_file_make(run: Commands, home: Path) -> None:
    data = run.ok("wallet", "create", "mine", "--no-password", "--mnemonic-out", "m.txt")
    written = (home / "m.txt").read_text()
    assert stat.S_IMODE((home / "m.txt").stat().st_mode) == 0o600
    assert len(written.split()) == 12
    assert data["keys"][0]["ss58"] == Key.from_mnemonic(written).ss58
    assert data["mnemonic_file"] == "m.txt"
    assert modes(home / "wallets" / "mine") == {"coldkey": 0o600, "coldkeypub.txt": 0o600}


def test_create_makes_a_hotkey_too_when_one_is_named(run: Commands, home: Path) -> None:
    argv = ("--wallet-path", "w", "--hotkey", "hk", "--words", "24", "--crypto", "ed25519")
    data = run.ok("wallet", "create", "mine", *argv, "--no-password", "--mnemonic-out", "m.txt")
    lines = (home / "m.txt").read_text().splitlines()
    assert [line.split("#")[1].strip() for line in lines] == ["mine", "mine/hk"]
    found = [Key.from_mnemonic(line.split("#")[0], 0).ss58 for line in lines]
    assert [key["ss58"] for key in data["keys"]] == found
    assert (home / "w" / "mine" / "hotkeys" / "hk").exists()


def test_create_with_a_password_file_encrypts_and_sign_opens_it(run: Commands, home: Path) -> None:
    (home / "pw").write_text("correct horse\n")
    (home / "pw").chmod(0o600)
    argv = ("--password-file", "pw", "--mnemonic-out", "m.txt")
    address = run.ok("wallet", "create", "mine", *argv)["keys"][0]["ss58"]
    assert (home / "wallets" / "mine" / "coldkey").read_bytes().startswith(b"$NACL")
    data = run.ok("wallet", "sign", "mine", "--message", "hello", "--password-file", "pw")
    assert data["ss58"] == address
    checked = ("wallet", "verify", address, "--message", "hello", "--signature", data["signature"])
    assert run.ok(*checked)["crypto"] == "sr25519"
    said = run.refused(6, "wallet", "sign", "mine", "--message", "hello")
    assert "--password-file" in said


@pytest.mark.parametrize(
    "argv",
    [
        ("create", "mine"),
        ("new-coldkey", "mine"),
        ("create", "new", "--hotkey", "../x"),
        ("create", ".hidden"),
        ("new-hotkey", "mine", "hk"),
        ("new-hotkey", "mine", "--count", "2", "--prefix", "hk"),
        ("create", "new", "--words", "13"),
        ("watch", ALICE, "mine"),
        ("watch", ALICE, ""),
        ("watch", ALICE, BOB),
    ],
    ids=" ".join,
)
def test_what_cannot_be_made_is_refused_and_nothing_changes(
    argv: tuple[str, ...], run: Commands, home: Path
) -> None:
    run.ok("wallet", "create", "mine", "--no-password", "--hotkey", "hk", "--mnemonic-out", "m")
    run.ok("wallet", "new-hotkey", "mine", "hk-2", "--mnemonic-out", "m2")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    more = () if argv[0] in ("new-hotkey", "watch") else ("--no-password",)
    out = () if argv[0] == "watch" else ("--mnemonic-out", "n.txt")
    run.refused(2, "wallet", *argv, *more, *out)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_without_a_terminal_a_mnemonic_needs_a_file(run: Commands, home: Path) -> None:
    said = run.refused(2, "wallet", "create", "mine", "--no-password")
    assert "--mnemonic-out" in said
    assert not (home / "wallets").exists()


def test_a_new_key_without_a_password_source_ends_with_exit_6(run: Commands, home: Path) -> None:
    said = run.refused(6, "wallet", "create", "mine", "--mnemonic-out", "m.txt")
    assert "--password-file" in said
    assert not (home / "m.txt").exists()


@pytest.mark.parametrize("name", ["there.txt", "link.txt", "/dev/stdout"])
def test_a_mnemonic_file_is_never_overwritten(name: str, run: Commands, home: Path) -> None:
    (home / "there.txt").write_text("mine")
    (home / "link.txt").symlink_to("nowhere.txt")
    run.refused(2, "wallet", "create", "mine", "--no-password", "--mnemonic-out", name)
    assert (home / "there.txt").read_text() == "mine"
    assert not (home / "nowhere.txt").exists()
    assert not (home / "wallets").exists()


def test_hotkeys_are_made_in_bulk(run: Commands, home: Path) -> None:
    argv = ("--count", "20", "--prefix", "miner", "--mnemonic-out", "m.txt")
    data = run.ok("wallet", "new-hotkey", "mine", *argv)
    names = [f"miner-{number}" for number in range(1, 21)]
    assert [key["hotkey"] for key in data["keys"]] == names
    assert len({key["ss58"] for key in data["keys"]}) == 20
    assert len((home / "m.txt").read_text().splitlines()) == 20
    run.refused(2, "wallet", "new-hotkey", "mine", *argv[:4], "--mnemonic-out", "m2.txt")
    more = ("--count", "2", "--prefix", "miner", "--start", "21", "--mnemonic-out", "m2.txt")
    assert len(run.ok("wallet", "new-hotkey", "mine", *more)["keys"]) == 2


def test_import_makes_the_same_key_of_every_form(run: Commands, home: Path, words: Path) -> None:
    plain = ("--no-password",)
    made = run.ok("wallet", "import", "words", "--file", str(words), *plain)
    assert made["keys"][0]["ss58"] == ADDRESS
    for form in ("seed", "private-key", "mnemonic"):
        run.ok("wallet", "export", "words", "--to", form, "--out", form)
        assert stat.S_IMODE((home / form).stat().st_mode) == 0o600
        found = run.ok("wallet", "import", f"of-{form}", "--from", form, "--file", form, *plain)
        assert found["keys"][0]["ss58"] == ADDRESS
    (home / "pw").write_text("backup password")
    (home / "pw").chmod(0o600)
    run.ok("wallet", "export", "words", "--out", "b.json", "--backup-password-file", "pw")
    argv = ("--from", "json", "--file", "b.json", "--backup-password-file", "pw")
    assert run.ok("wallet", "import", "j", *argv, *plain)["keys"][0]["ss58"] == ADDRESS
    assert run.ok("wallet", "import", "j", *argv, "--hotkey", "h")["keys"][0]["ss58"] == ADDRESS


def test_import_of_nonsense_quotes_nothing_of_it(run: Commands, home: Path) -> None:
    for form, text in (("mnemonic", "zebra " * 12), ("seed", "0x1234"), ("private-key", "f" * 99)):
        (home / "secret").write_text(text)
        (home / "secret").chmod(0o600)
        argv = ("wallet", "import", "x", "--from", form, "--file", "secret", "--no-password")
        said = run.refused(2, *argv)
        assert text.split()[0] not in said
    run.refused(2, "wallet", "import", "x", "--from", "json", "--no-password")
    run.refused(
        8,
        "wallet",
        "import",
        "x",
        "--from",
        "json",
        "--file",
        "secret",
        "--no-password",
        "--backup-password-file",
        "secret",
    )
    assert not (home / "wallets").exists()


def test_import_completes_a_watch_only_wallet_of_the_same_key(
    run: Commands, home: Path, words: Path
) -> None:
    run.ok("wallet", "watch", ADDRESS, "mine")
    run.ok("wallet", "watch", ALICE, "other")
    assert [row["watch_only"] for row in run.ok("wallet", "list")] == [True, True]
    said = run.refused(6, "wallet", "sign", "mine", "--message", "x")
    assert "watch-only" in said
    argv = ("--file", str(words), "--no-password")
    run.refused(2, "wallet", "import", "other", *argv)
    run.ok("wallet", "import", "mine", *argv)
    rows = {row["wallet"]: row["watch_only"] for row in run.ok("wallet", "list")}
    assert rows == {"mine": False, "other": True}


def test_a_message_is_signed_as_its_bytes(run: Commands, home: Path, words: Path) -> None:
    run.ok("wallet", "import", "mine", "--file", str(words), "--no-password")
    (home / "message").write_bytes(b"gr\xc3\xbcn\n")
    signature = run.ok("wallet", "sign", "--wallet", "mine", "--file", "message")["signature"]
    run.ok("wallet", "verify", "mine", "--message", "grün\n", "--signature", signature)
    run.refused(1, "wallet", "verify", "mine", "--message", "grün", "--signature", signature)
    run.refused(1, "wallet", "verify", ALICE, "--file", "message", "--signature", signature)
    run.refused(2, "wallet", "verify", "mine", "--message", "x", "--signature", "0x12")
    run.refused(2, "wallet", "sign", "mine")
    run.refused(2, "wallet", "sign", "nobody", "--message", "x")


def test_a_signature_of_a_wrapped_message_is_told_apart(run: Commands) -> None:
    signature = KeySigner("//Alice").sign(b"<Bytes>hello</Bytes>").hex()
    argv = ("wallet", "verify", "//Alice", "--message", "hello", "--signature", signature)
    assert run.ok(*argv)["wrapped"] is True


def test_rename_and_remove_lose_nothing(run: Commands, home: Path) -> None:
    run.ok("wallet", "create", "a", "--no-password", "--hotkey", "h", "--mnemonic-out", "m")
    key = (home / "wallets" / "a" / "coldkey").read_bytes()
    run.ok("wallet", "watch", ALICE, "b")
    run.refused(2, "wallet", "rename", "a", "b")
    run.ok("wallet", "rename", "a/h", "i")
    assert run.ok("wallet", "rename", "a", "c")["new"] == "c"
    assert "there is no terminal" in run.refused(2, "wallet", "remove", "c")
    run.refused(2, "wallet", "remove", "c", "--confirm", "C")
    assert (home / "wallets" / "c" / "coldkey").read_bytes() == key
    place = Path(run.ok("wallet", "remove", "c", "--confirm", "c")["trash"])
    assert key in [path.read_bytes() for path in place.rglob("coldkey")]
    assert [row["wallet"] for row in run.ok("wallet", "list")] == ["b"]


def test_show_tells_of_the_files_without_a_password(run: Commands, home: Path) -> None:
    run.ok("wallet", "create", "a", "--no-password", "--crypto", "ed25519", "--mnemonic-out", "m")
    (home / "wallets" / "a" / "coldkey").chmod(0o644)
    (row,) = run.ok("wallet", "show", "A")
    assert (row["encryption"], row["crypto"], row["mode"]) == ("none", "ed25519", "0644")
    assert "audit --fix" in run.text("wallet", "show", "a")[1]
    assert "audit --fix" in run.text("wallet", "sign", "a", "--message", "x")[1]


def test_audit_mends_loose_permissions(run: Commands, home: Path) -> None:
    run.ok("wallet", "create", "a", "--no-password", "--mnemonic-out", "m")
    key = home / "wallets" / "a" / "coldkey"
    key.chmod(0o664)
    assert main(["wallet", "audit", "-q"]) == 1
    run.text("config", "explain")
    main(["wallet", "audit", "--fix"])
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_passwd_encrypts_and_decrypts_the_same_key(run: Commands, home: Path, words: Path) -> None:
    run.ok("wallet", "import", "a", "--file", str(words), "--no-password")
    for name in ("old", "new"):
        (home / name).write_text(f"{name} password\n")
        (home / name).chmod(0o600)
    said = run.refused(6, "wallet", "passwd", "a")
    assert "--new-password-file" in said
    assert run.ok("wallet", "passwd", "a", "--new-password-file", "old")["encrypted"] is True
    run.refused(6, "wallet", "passwd", "a", "--password-file", "new", "--no-password")
    data = run.ok("wallet", "passwd", "a", "--password-file", "old", "--no-password")
    assert data == {
        "key": "a",
        "ss58": ADDRESS,
        "path": str(home / "wallets" / "a" / "coldkey"),
        "encrypted": False,
    }


def test_passwd_writes_a_public_file_that_is_missing(
    run: Commands, home: Path, words: Path
) -> None:
    run.ok("wallet", "import", "a", "--file", str(words), "--no-password")
    (home / "new").write_text("new password\n")
    (home / "new").chmod(0o600)
    public = home / "wallets" / "a" / "coldkeypub.txt"
    before = public.read_bytes()
    public.unlink()
    assert run.ok("wallet", "passwd", "a", "--new-password-file", "new")["ss58"] == ADDRESS
    assert public.read_bytes() == before


def test_passwd_refuses_a_key_that_is_not_that_of_its_public_file(
    run: Commands, home: Path, words: Path
) -> None:
    run.ok("wallet", "import", "a", "--file", str(words), "--no-password")
    run.ok("wallet", "watch", BOB, "b")
    wallets = home / "wallets"
    (wallets / "a" / "coldkeypub.txt").write_bytes((wallets / "b/coldkeypub.txt").read_bytes())
    before = (wallets / "a" / "coldkey").read_bytes()
    assert BOB in run.refused(8, "wallet", "passwd", "a", "--no-password")
    assert (wallets / "a" / "coldkey").read_bytes() == before


def test_what_was_written_before_an_end_is_said_of_the_files(
    run: Commands, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C right after a key was written must not call its words worthless."""
    written = making.warn_loose

    def stopped(*files: Path) -> None:
        written(*files)
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "warn_loose", stopped)
    argv = ("create", "a", "--no-password", "--hotkey", "hk", "--mnemonic-out", "m")
    said = run.text("wallet", *argv)[1]
    assert "written: coldkey 'a'" in said and "not written: hotkey 'a/hk';" in said
    assert (home / "wallets" / "a" / "coldkey").is_file()


def test_a_wallet_that_cannot_be_looked_into_is_listed_and_not_called_watch_only(
    run: Commands, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.ok("wallet", "watch", BOB, "b")

    def refused(self: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "is_file", refused)
    (row,) = run.ok("wallet", "list")
    assert (row["ss58"], row["watch_only"]) == (BOB, None)


def test_one_thing_that_cannot_be_mended_stops_no_other(
    run: Commands, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.ok("wallet", "create", "a", "--no-password", "--hotkey", "h", "--mnemonic-out", "m")
    keys = [home / "wallets/a/coldkey", home / "wallets/a/hotkeys/h"]
    for key in keys:
        key.chmod(0o644)
    change = Path.chmod

    def refused(self: Path, mode: int) -> None:
        if self.name == "coldkey":
            raise PermissionError(1, "Operation not permitted", str(self))
        change(self, mode)

    monkeypatch.setattr(Path, "chmod", refused)
    assert "Operation not permitted" in run.text("wallet", "audit", "--fix")[1]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o644, 0o600]


def test_a_password_for_a_hotkey_that_stays_open_is_refused(
    run: Commands, home: Path, words: Path
) -> None:
    hotkey = ("wallet", "import", "a", "--hotkey", "h", "--file", str(words))
    assert "--encrypt" in run.refused(2, *hotkey, "--password-file", str(words))
    assert "--encrypt" in run.refused(2, *hotkey, "--encrypt", "--no-password")
    assert not (home / "wallets").exists()


def test_closed_streams_are_like_empty_ones(home: Path) -> None:
    """A descriptor 0 that is closed is no crash, and no key file ever gets its number."""
    program = "from taoctl.cli.main import run; run()"
    command = f"'{sys.executable}' -c '{program}' wallet create a --no-password"
    ended = subprocess.run(["sh", "-c", f"{command} <&- 2>&-"], check=False, timeout=60)
    assert ended.returncode == 2
    assert not (home / "home" / "state" / "crashes").exists()


@pytest.mark.parametrize("time", ["0", "", "8d", "-5m", "1y", "99999999999s"])
def test_a_time_to_unlock_for_is_checked_first(time: str, run: Commands) -> None:
    assert "is not a time" in run.refused(2, "wallet", "unlock", "a", f"--for={time}")


def test_names_of_the_address_book_stand_for_addresses(run: Commands) -> None:
    from taoctl.cli import context

    run.ok("address", "add", "bob", BOB, "--note", "a friend")
    added = run.ok("address", "add", "tre", ALICE, "bob", ADDRESS, "--threshold", "2")
    assert added["multisig"] == "2 of 3"
    assert sorted(added["signatories"].split(",")) == sorted([ALICE, BOB, ADDRESS])
    assert context.account("bob").ss58 == BOB
    assert context.addresses(("tre",))[0] == [added["ss58"]]
    assert context.keys(("bob",))[:2] == ([BOB], [BOB])
    run.refused(2, "address", "add", "bob", ALICE)
    run.refused(2, "address", "add", "two", ALICE, BOB)
    # As another program may, which knows nothing of the book.
    write_watch_only(context.wallet_path(), "bob", ALICE, {})
    said = run.refused(2, "wallet", "verify", "bob", "--message", "x", "--signature", "00" * 64)
    assert "ambiguous" in said
    assert ALICE in said
    assert BOB in said
    assert run.ok("address", "remove", "bob")["ss58"] == BOB
    assert [row["name"] for row in run.ok("address", "list")] == ["tre"]
    run.refused(2, "address", "remove", "bob")


def test_a_wallet_and_its_hotkeys_are_completed(run: Commands) -> None:
    from taoctl.cli.context import key_completions

    run.ok("wallet", "create", "mine", "--no-password", "--hotkey", "h", "--mnemonic-out", "m")
    assert key_completions("mi") == ["mine", "mine/h"]
