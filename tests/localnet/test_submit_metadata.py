"""What is said where the runtime's metadata cannot be trusted."""

from __future__ import annotations

from pathlib import Path

import pytest
from sending import ALICE, BOB, TAO, a_chain, sent, with_chain

from taoctl import paths
from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain
from taoctl.chain.extrinsic import Composer, composer
from taoctl.errors import RefusedError
from taoctl.journal.store import Journal
from taoctl.submit.options import TxOptions
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import make_plan
from taoctl.units import Tao


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    return tmp_path


def _kept() -> list[Path]:
    return [file for file in paths.cache_dir().rglob("*") if "metadata" in str(file)]


def test_a_refused_signature_drops_the_kept_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    async def over_other_metadata(chain: Chain, journal: Journal) -> Outcome:
        assert _kept()
        return await sent(chain, journal)

    monkeypatch.setattr(composer, "metadata_digest", lambda *of: bytes(32))

    with a_chain(block_time=60) as chain:
        with pytest.raises(RefusedError, match="was not taken") as refused:
            with_chain(chain.url, over_other_metadata)
        assert "bad signature" in str(refused.value.message)
        assert "metadata that was kept here is dropped" in str(refused.value.hint)
        assert not [file for file in _kept() if file.is_file()]


def test_a_plan_warns_where_no_metadata_hash_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def warnings(chain: Chain, journal: Journal) -> tuple[str, ...]:
        intent = Transfer(BOB.ss58, Tao(TAO))
        return (await make_plan(chain, intent, ALICE.ss58, TxOptions())).warnings

    with a_chain(block_time=60) as chain:
        assert with_chain(chain.url, warnings) == ()
        monkeypatch.setattr(Composer, "signs_metadata_hash", False)
        (warning,) = with_chain(chain.url, warnings)
    assert "does not check the hash of its metadata" in warning
