"""`taoctl explain`: every error of a runtime, and words and hyperparameters without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from transaction_net import Localnet, running, validator

from taoctl.calls.remedies import remedies, remedy
from taoctl.cli.dispatch import dispatch
from taoctl.cli.explain import named, offline
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.runtime import Runtime
from taoctl.reads.hyperparameter_table import KNOWN
from taoctl.reads.terms import TERMS
from taoctl.submit.pool_codes import known_codes

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("explain")) as found:
        yield found


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(endpoint, capsys.readouterr)


def explained(net: Localnet, *words: str) -> list[dict[str, Any]]:
    code, out, err = net.taoctl("explain", *words, "-o", "json")
    assert code == 0, err
    whole = json.loads(out)
    validator("taoctl.explain.1").validate(whole)
    return list(whole["data"])


def test_every_error_of_the_runtime_is_explained(net: Localnet) -> None:
    everything = {one["name"]: one for one in explained(net) if one["kind"] == "error"}
    codec = Runtime(PALLETS).codec
    declared = {
        f"{pallet}.{one['name']}": one["docs"]
        for pallet, entry in codec.pallets.items()
        for one in entry["errors"]
    }
    assert len(declared) > 100
    for name, docs in declared.items():
        said = everything[name]
        assert (said["meaning"] or "") == docs
        assert said["advice"] == remedy(name)
    assert {"BadOrigin", "Token.Frozen"} <= set(everything)


@pytest.mark.parametrize(
    "spelt", ["SubtensorModule.SlippageTooHigh", "slippagetoohigh", "Slippage Too High"]
)
def test_an_error_is_found_however_it_is_spelt(net: Localnet, spelt: str) -> None:
    (found,) = explained(net, *spelt.split())
    assert (found["kind"], found["name"]) == ("error", "SubtensorModule.SlippageTooHigh")
    assert "price" in found["advice"]


@pytest.mark.parametrize(
    "spelt",
    [
        "ColdkeyInSwapSchedule",
        "Custom error: 0",
        "custom error 0",
        "1010: Invalid Transaction: Custom error: 0",
    ],
)
def test_a_number_of_pools_is_explained_by_its_name(net: Localnet, spelt: str) -> None:
    (found,) = explained(net, *spelt.split())
    assert (found["kind"], found["name"]) == ("error", "ColdkeyInSwapSchedule")
    assert "Custom error: 0" in found["meaning"]
    assert found["advice"] == remedy("SubtensorModule.ColdkeySwapAnnounced")


def test_a_number_that_has_an_errors_name_is_that_error(net: Localnet) -> None:
    (found,) = explained(net, "Custom", "error:", "21")
    assert found["name"] == "SubtensorModule.ColdkeySwapDisputed"
    code, _, err = net.taoctl("explain", "Custom error: 255")
    assert code == 2 and "nothing here is called" in err


def test_every_number_of_pools_has_an_explanation(net: Localnet) -> None:
    names = [one["name"].rpartition(".")[2] for one in explained(net) if one["kind"] == "error"]
    for one in known_codes():
        assert one.name in names
    assert names.count("SlippageTooHigh") == 1


def test_a_part_of_a_name_finds_all_that_have_it(net: Localnet) -> None:
    assert {one["name"] for one in explained(net, "weights")} == {"weights"}
    found = {one["name"] for one in explained(net, "weightcommit")}
    assert found == {"SubtensorModule.ExpiredWeightCommit"}


def test_what_is_unknown_is_a_usage_error_with_what_was_meant(net: Localnet) -> None:
    code, out, err = net.taoctl("explain", "AmountToLow")
    assert (code, out) == (2, "")
    assert "SubtensorModule.AmountTooLow" in err
    code, _, err = net.taoctl("explain", "\x1b[31mred")
    assert code == 2
    assert "\x1b" not in err


@pytest.mark.parametrize("name", ["vtrust", "validator trust", "immunity-period", "sudo_set_rho"])
def test_words_and_hyperparameters_need_no_chain(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAOCTL_NETWORK", "ws://127.0.0.1:9")
    assert dispatch(["explain", *name.split()]) == 0
    assert "meaning" in capsys.readouterr().out


def test_every_word_and_hyperparameter_is_found_by_its_name() -> None:
    known = offline()
    for term in TERMS:
        for name in (term.name, *term.aliases):
            assert term.name in [one.name for one in named(name, known)], name
    for name in KNOWN:
        assert name in [one.name for one in named(name, known)]
    assert len({term.name.lower() for term in TERMS}) == len(TERMS)


def test_remedies_are_of_errors_with_a_name() -> None:
    assert all(remedy(name) for name in remedies())
