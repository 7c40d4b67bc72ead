"""Names and URLs of networks."""

from __future__ import annotations

import pytest

from taoctl.chain.networks import NETWORKS, is_loopback, resolve, shown, without_secrets
from taoctl.errors import Exit, UnreachableError, UsageError


def test_known_names() -> None:
    assert set(NETWORKS) == {"finney", "test", "archive", "local"}
    assert resolve(" finney ").genesis == resolve("archive").genesis
    assert resolve("test").genesis not in (None, resolve("finney").genesis)
    assert resolve("local").genesis is None
    for network in NETWORKS.values():
        assert all(url.startswith(("ws://", "wss://")) for url in network.endpoints)


def test_urls_are_networks_of_their_own() -> None:
    one = resolve("ws://127.0.0.1:9945")
    assert (one.name, one.endpoints) == ("ws://127.0.0.1:9945", ("ws://127.0.0.1:9945",))
    two = resolve("wss://a.example, wss://b.example:443/path")
    assert two.endpoints == ("wss://a.example", "wss://b.example:443/path")


@pytest.mark.parametrize("text", ["", "fini", "127.0.0.1:9944", " , ", "FINNEY"])
def test_unknown_names_list_the_known(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(text)
    assert caught.value.exit_code == Exit.USAGE
    assert all(name in (caught.value.hint or "") for name in NETWORKS)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9944",
        "ws://",
        "ws://:9944",
        "ws://h:99999",
        "ws://h:x",
        "ftp://h",
        "ws://[",
        "ws://good.example,http://bad.example",
    ],
)
def test_broken_urls(url: str) -> None:
    with pytest.raises(UnreachableError, match="not a WebSocket URL"):
        resolve(url)


def test_http_is_pointed_to_websocket() -> None:
    with pytest.raises(UnreachableError) as caught:
        resolve("https://node.example:443")
    assert "wss://node.example:443" in (caught.value.hint or "")


def test_credentials_are_not_shown() -> None:
    url = "wss://user:secret@node.example:443/v1?apikey=secret"
    assert "secret" not in shown(url)
    assert shown(url) == "wss://node.example:443/v1?…"
    assert "secret" not in resolve(url).name
    assert shown("ws://[::1]:9944") == "ws://[::1]:9944"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("wss://node.example/v1/0123456789abcdef0123456789abcdef", "wss://node.example/v1/…"),
        ("wss://node.example/ws/q1W-E_r2/", "wss://node.example/ws/…"),
        ("wss://node.example/3f2504e0-4f89-11d3-9a0c-0305e82c3301/rpc", "wss://node.example/…/rpc"),
        ("wss://node.example/public-ws", "wss://node.example/public-ws"),
        ("wss://node.example/archive/v2", "wss://node.example/archive/v2"),
    ],
)
def test_keys_in_paths_are_not_shown(url: str, text: str) -> None:
    assert shown(url) == text
    assert without_secrets(f"no '{url}' today") == f"no '{text}' today"
    assert resolve(url).endpoints == (url,)
    assert resolve(url).name == text


@pytest.mark.parametrize("text", ["node.example/v1/topsecret", "me:topsecret@node.example"])
def test_keys_of_what_is_no_url_are_not_shown(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(text)
    assert "topsecret" not in caught.value.message
    assert "node.example" in caught.value.message


def test_this_machine() -> None:
    assert is_loopback("ws://127.0.0.1:1") and is_loopback("ws://localhost:1")
    assert not is_loopback("wss://node.example")
