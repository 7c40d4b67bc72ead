"""What a shell completes of a call, and what batch files hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taoctl.chain.cached import newest_codec
from taoctl.chain.networks import FINNEY_GENESIS
from taoctl.cli import batch_file, call_names, options
from taoctl.errors import UsageError
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.runtime import Runtime
from taoctl.scale.crypto import blake2_256


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory with the metadata of finney."""
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    monkeypatch.setenv("TAOCTL_NETWORK", "finney")
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    options.reset()
    from taoctl import paths

    metadata = Runtime(PALLETS).metadata_v15
    folder = paths.cache_dir() / "metadata" / FINNEY_GENESIS.removeprefix("0x")
    folder.mkdir(parents=True)
    (folder / "424-1.metadata").write_bytes(blake2_256(metadata) + metadata)
    return folder


def test_calls_are_completed_from_the_metadata_on_disk(cache: Path) -> None:
    assert call_names.pallets("Pro") == ["Proxy"]
    assert call_names.calls("Balances", "transfer_") == [
        "transfer_all",
        "transfer_allow_death",
        "transfer_keep_alive",
    ]
    assert call_names.calls("Nothing", "") == []
    assert call_names.args("Balances", "transfer_all", "") == ["dest=", "keep_alive="]
    assert call_names.args("Balances", "transfer_all", "keep_alive=t") == ["keep_alive=true"]
    assert call_names.args("Proxy", "add_proxy", "proxy_type=St") == ["proxy_type=Staking"]


def test_without_metadata_nothing_is_completed(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAOCTL_NETWORK", "test")
    options.reset()
    assert call_names.pallets("") == []
    monkeypatch.setenv("TAOCTL_NETWORK", "nowhere")
    options.reset()
    assert call_names.pallets("") == []


def test_the_chain_used_last_counts_where_the_genesis_is_not_known(cache: Path) -> None:
    other = cache.parent / ("ab" * 32)
    other.mkdir()
    metadata = (cache / "424-1.metadata").read_bytes()
    (other / "425-2.metadata").write_bytes(metadata)
    os.utime(cache / "424-1.metadata", (1, 1))
    newest = newest_codec(cache.parents[1], None)
    assert newest is not None and newest.spec_version == 425
    (other / "425-2.metadata").write_bytes(metadata[:-1])
    newest = newest_codec(cache.parents[1], None)
    assert newest is not None and newest.spec_version == 424


def test_a_batch_of_transfers_is_csv(tmp_path: Path) -> None:
    file = tmp_path / "pay.csv"
    file.write_bytes(b"\xef\xbb\xbfdest,amount\r\n\r\n# note\r\nbob, 1.5tao\r\n")
    assert batch_file.transfers(file) == [(f"{file}, line 4", "bob", "1.5tao")]


@pytest.mark.parametrize("text", ["", "dest,amount\n", "bob\n", "bob,1,2\n", '"bob,1\n'])
def test_a_line_that_is_no_transfer_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pay.csv"
    file.write_text(text)
    with pytest.raises(UsageError, match=str(file)):
        batch_file.transfers(file)


def test_a_batch_of_calls_is_a_list_or_lines(tmp_path: Path) -> None:
    file = tmp_path / "calls"
    file.write_text('[{"a": 1.50}, {"b": 2}]')
    assert batch_file.calls(file) == [{"a": "1.50"}, {"b": 2}]
    file.write_text('{"a": 1}\n\n{"b": 2}\n')
    assert batch_file.calls(file) == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("data", [b"", b"[]", b"[1,", b'{"a":1}\nx', b"\xff", b"[" * 100_000])
def test_a_file_that_holds_no_calls_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "calls"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=str(file)):
        batch_file.calls(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        batch_file.json_object(tmp_path / "none")
