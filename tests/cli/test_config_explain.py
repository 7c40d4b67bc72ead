"""`config explain`: what it says of secrets' whereabouts, and what it keeps to itself."""

from __future__ import annotations

import json

import pytest

from taoctl.cli.main import main


def explained(capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str | None, str]]:
    assert main(["config", "explain", "-o", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["data"]["settings"]
    return {row["name"]: (row["value"], row["source"]) for row in rows}


def test_no_endpoint_shows_its_credentials(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAOCTL_NETWORK", "wss://me:hidden@one.example")
    monkeypatch.setenv(
        "TAOCTL_FALLBACK_ENDPOINTS", "wss://me:hidden@two.example,ws://three.example"
    )
    monkeypatch.setenv("TAOCTL_ARCHIVE_ENDPOINTS", "wss://four.example/?key=hidden")
    found = explained(capsys)
    assert found["network"][0] == "wss://one.example"
    assert found["fallback"][0] == "wss://two.example,ws://three.example"
    assert "hidden" not in str(found)


def test_where_passwords_come_from_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("TAOCTL_PASSWORD_FILE", "BT_WALLET_PASSWORD_FILE", "TAOCTL_KEYRING_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    found = explained(capsys)
    assert found["password_file"] == found["keyring_backend"] == (None, "default")
    monkeypatch.setenv("BT_WALLET_PASSWORD_FILE", "/p")
    monkeypatch.setenv("TAOCTL_KEYRING_BACKEND", "some.Backend")
    found = explained(capsys)
    assert found["password_file"] == ("/p", "$BT_WALLET_PASSWORD_FILE")
    assert found["keyring_backend"] == ("some.Backend", "$TAOCTL_KEYRING_BACKEND")
