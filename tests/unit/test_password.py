"""The rungs of the password ladder, and how keys open with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from locked_wallets import MNEMONIC, PASSWORD, key, write_wallet

from taoctl.errors import BadDataError, NoKeyError, UsageError
from taoctl.wallet.accounts import signing_account
from taoctl.wallet.password import PasswordSources, btwallet_variable
from taoctl.wallet.unlock import new_password, open_key, open_signer

MESSAGE = b"what is signed"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def wallets(tmp_path: Path) -> Path:
    write_wallet(tmp_path / "wallets")
    return tmp_path / "wallets"


def secret(path: Path, content: bytes = PASSWORD.encode() + b"\n", mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def pipe(content: bytes) -> int:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


def opened_via(wallets: Path, sources: PasswordSources) -> str:
    signer = open_signer(signing_account("w", wallets), wallets, sources)
    assert signer.ss58 == key().ss58
    assert key()._pair.verify(MESSAGE, signer.sign(MESSAGE))
    return signer.via


def test_each_rung_opens_the_key_and_is_named(wallets: Path, tmp_path: Path) -> None:
    file = secret(tmp_path / "pw")
    fd = pipe(PASSWORD.encode())
    try:
        assert opened_via(wallets, PasswordSources(fd=fd)) == f"--password-fd {fd}"
    finally:
        os.close(fd)
    assert opened_via(wallets, PasswordSources(file=file)) == f"--password-file {file}"
    for variable in ("TAOCTL_PASSWORD_FILE", "BT_WALLET_PASSWORD_FILE"):
        sources = PasswordSources(environ={variable: str(file)})
        assert opened_via(wallets, sources) == f"${variable} ({file})"
    assert opened_via(wallets, PasswordSources(ask=lambda _: PASSWORD)) == "the terminal"


def test_the_order_of_the_rungs(wallets: Path, tmp_path: Path) -> None:
    right = secret(tmp_path / "right")
    wrong = str(secret(tmp_path / "wrong", b"no"))
    environ = {"TAOCTL_PASSWORD_FILE": str(right), "BT_WALLET_PASSWORD_FILE": wrong}
    assert opened_via(wallets, PasswordSources(environ=environ)).startswith("$TAOCTL")
    environ["TAOCTL_PASSWORD_FILE"] = wrong
    assert opened_via(wallets, PasswordSources(file=right, environ=environ)).startswith("--pass")
    with pytest.raises(NoKeyError, match=r"\$TAOCTL_PASSWORD_FILE .* does not open wallet 'w'"):
        opened_via(wallets, PasswordSources(environ=environ, ask=lambda _: PASSWORD))


def test_a_descriptor_is_read_once_and_serves_every_key(wallets: Path) -> None:
    write_wallet(wallets, hotkey="h")
    fd = pipe(PASSWORD.encode() + b"\n")
    sources = PasswordSources(fd=fd)
    for name in ("w", "w/h"):
        assert open_signer(signing_account(name, wallets), wallets, sources).ss58 == key().ss58
    os.close(fd)


def test_btwallets_own_variable_opens_the_key(wallets: Path) -> None:
    name = btwallet_variable(wallets / "w" / "coldkey")
    hidden = bytes(b ^ name.encode()[i % len(name)] for i, b in enumerate(PASSWORD.encode()))
    import base64

    environ = {name: base64.b64encode(hidden).decode()}
    assert opened_via(wallets, PasswordSources(environ=environ)) == f"${name}"
    with pytest.raises(NoKeyError, match="holds no password as btwallet writes it"):
        opened_via(wallets, PasswordSources(environ={name: "not base64!"}))


def test_the_variable_is_named_and_hidden_exactly_as_btwallet_does() -> None:
    path = Path("/tmp/h2/u.x/wallets/my-w 1/coldkey")
    name = btwallet_variable(path)
    assert name == "BT_PW__TMP_H2_U_X_WALLETS_MY-W 1_COLDKEY"
    # As bittensor_wallet 4.1.0 stored it.
    found = PasswordSources(environ={name: "Mpf7IyRyKGQ/NA=="}).of_btwallet(path)
    assert found is not None
    assert found.text == "päss-w0rd"


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"plain", "plain"),
        (b"line\n", "line"),
        (b"two\n\n", "two\n"),
        (b"windows\r\n", "windows"),
        (b" space around \n", " space around "),
        ("ключ\n".encode(), "ключ"),
    ],
)
def test_one_line_end_is_dropped_and_no_more(content: bytes, password: str, tmp_path: Path) -> None:
    found = PasswordSources(file=secret(tmp_path / "pw", content)).given()
    assert found is not None
    assert found.text == password


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"x" * 4097, "is longer than 4096 bytes"),
    ],
)
def test_an_unusable_password_says_where_it_came_from(
    content: bytes, why: str, tmp_path: Path
) -> None:
    file = secret(tmp_path / "pw", content)
    with pytest.raises(NoKeyError, match=why) as caught:
        PasswordSources(file=file).given()
    assert "--password-file" in caught.value.message
    fd = pipe(content)
    with pytest.raises(NoKeyError, match=why) as caught:
        PasswordSources(fd=fd).given()
    assert f"--password-fd {fd}" in caught.value.message
    os.close(fd)


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    missing = tmp_path / "none"
    with pytest.raises(NoKeyError, match="No such file"):
        PasswordSources(file=missing).given()
    with pytest.raises(NoKeyError, match=r"\$TAOCTL_PASSWORD_FILE .*No such file"):
        PasswordSources(environ={"TAOCTL_PASSWORD_FILE": str(missing)}).given()
    with pytest.raises(NoKeyError, match="directory"):
        PasswordSources(file=tmp_path).given()
    with pytest.raises(NoKeyError, match="--password-fd 987 cannot be read"):
        PasswordSources(fd=987).given()
    with pytest.raises(UsageError, match="both"):
        PasswordSources(fd=3, file=missing).given()


def test_a_terminal_is_no_descriptor_to_read_a_password_from() -> None:
    controller, terminal = os.openpty()
    try:
        with pytest.raises(NoKeyError, match="is a terminal"):
            PasswordSources(fd=terminal).given()
        with pytest.raises(NoKeyError, match=r"--password-file .* is a terminal"):
            PasswordSources(file=Path(os.ttyname(terminal))).given()
    finally:
        os.close(controller)
        os.close(terminal)


def test_a_fifo_without_a_writer_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    with pytest.raises(NoKeyError, match="is empty"):
        PasswordSources(file=tmp_path / "fifo").given()


def test_a_password_file_that_others_can_read_is_warned_about(
    wallets: Path, tmp_path: Path
) -> None:
    file = secret(tmp_path / "pw", mode=0o644)
    signer = open_signer(signing_account("w", wallets), wallets, PasswordSources(file=file))
    assert any("can be read by others (mode 0644)" in text for text in signer.warnings)
    assert not any(PASSWORD in text for text in signer.warnings)


def test_a_key_file_that_others_can_read_is_warned_about(wallets: Path) -> None:
    path = wallets / "w" / "coldkey"
    path.chmod(0o644)
    opened = open_key(
        signing_account("w", wallets), wallets, PasswordSources(ask=lambda _: PASSWORD)
    )
    assert any(str(path) in text for text in opened.warnings)
    assert PASSWORD not in repr(opened)


def test_without_a_source_the_error_names_the_options(wallets: Path) -> None:
    with pytest.raises(NoKeyError, match="no terminal to ask at") as caught:
        open_signer(signing_account("w", wallets), wallets, PasswordSources())
    assert caught.value.exit_code == 6
    assert "--password-file" in str(caught.value.hint)
    assert "TAOCTL_PASSWORD_FILE" in str(caught.value.hint)


def test_a_wrong_answer_is_asked_for_again_three_times_in_all(wallets: Path) -> None:
    questions: list[str] = []
    answers = iter(["no", "", PASSWORD])

    def ask(question: str) -> str:
        questions.append(question)
        return next(answers)

    assert opened_via(wallets, PasswordSources(ask=ask)) == "the terminal"
    assert questions[0] == "Password of wallet 'w'"
    assert questions[1].startswith("Wrong password. ")
    wrong: list[str] = []

    def never(question: str) -> str:
        wrong.append(question)
        return "still wrong"

    with pytest.raises(NoKeyError, match="stays locked") as caught:
        opened_via(wallets, PasswordSources(ask=never))
    assert len(wrong) == 3
    assert "still wrong" not in f"{caught.value} {caught.value.hint}"


def test_an_unencrypted_key_needs_no_source(wallets: Path) -> None:
    write_wallet(wallets, hotkey="h", password=None)
    signer = open_signer(signing_account("w/h", wallets), wallets, PasswordSources())
    assert signer.via == "its unencrypted file"
    assert key()._pair.verify(MESSAGE, signer.sign(MESSAGE))


def test_a_watch_only_wallet_cannot_sign(wallets: Path) -> None:
    (wallets / "w" / "coldkey").unlink()
    with pytest.raises(NoKeyError, match="watch-only"):
        open_signer(signing_account("w", wallets), wallets, PasswordSources(ask=lambda _: "x"))


def test_a_key_that_is_not_the_public_files_is_refused(wallets: Path) -> None:
    other = wallets / "w" / "coldkeypub.txt"
    other.write_text(other.read_text().replace(key().ss58, key(0).ss58), encoding="utf-8")
    with pytest.raises(BadDataError, match="its public file says"):
        open_signer(signing_account("w", wallets), wallets, PasswordSources(ask=lambda _: PASSWORD))


def test_a_development_key_is_marked(wallets: Path) -> None:
    signer = open_signer(signing_account("//alice", wallets), wallets, PasswordSources())
    assert signer.ss58 == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    assert any("INSECURE" in text for text in signer.warnings)


def test_no_secret_is_in_a_repr(wallets: Path, tmp_path: Path) -> None:
    sources = PasswordSources(
        file=secret(tmp_path / "pw"), environ={"SECRET": PASSWORD}, ask=lambda _: PASSWORD
    )
    shown = repr(
        (sources, sources.given(), open_key(signing_account("w", wallets), wallets, sources))
    )
    assert PASSWORD not in shown
    assert MNEMONIC not in shown


def test_a_new_password_comes_from_the_same_options(tmp_path: Path) -> None:
    file = secret(tmp_path / "pw")
    assert new_password(PasswordSources(file=file), None) == PASSWORD
    assert new_password(PasswordSources(), lambda _: "typed") == "typed"
    with pytest.raises(NoKeyError, match="no terminal") as caught:
        new_password(PasswordSources(), None)
    assert "--password-file" in str(caught.value.hint)
    with pytest.raises(NoKeyError, match="empty"):
        new_password(PasswordSources(), lambda _: "")
