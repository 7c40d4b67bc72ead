"""Every call of every runtime we have, composed by one codec and judged by the other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from random_calls import Asked, RandomCalls

from taoctl.chain.extrinsic import Composer, Era, MismatchError, SignedExtrinsic, Terms, check
from taoctl.chain.extrinsic.offline import Versions, load
from taoctl.chain.extrinsic.prune import prune
from taoctl.chain.extrinsic.values import calls_of
from taoctl.chain.extrinsic.workshop import Workshop
from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.errors import UsageError
from taoctl.localnet.frame import Runtime as LocalRuntime
from taoctl.localnet.pallets import PALLETS
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import ED25519, SR25519, KeySigner

SHARED = Path(__file__).resolve().parents[3] / "shared" / "chain"
SPECS = {424: "finney-424", 393: "finney-393", 365: "finney-365", 218: "subtensor-218"}
GENESIS = "0x" + "11" * 32
BIRTH = "0x" + "22" * 32
ERA = Era.mortal(64, 1_000)
ALICE, BOB = KeySigner("//Alice"), KeySigner("//Bob")
U256_CALLS = {"transact", "call", "create", "create2", "set_base_fee_per_gas"} | {
    "note_min_gas_price_target"
}


@lru_cache(maxsize=1)
def localnet() -> LocalRuntime:
    return LocalRuntime(PALLETS)


def local_codec() -> Codec:
    return Codec(localnet().metadata_v15, localnet().spec_version, localnet().transaction_version)


def codec_of(spec: int, version: int = 15) -> Codec:
    path = SHARED / f"{SPECS[spec]}.v{version}.scale"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return Codec(path.read_bytes(), spec, 1)


def workshop(codec: Codec) -> Workshop:
    return Workshop(codec.metadata, Versions(codec.spec_version, codec.transaction_version))


def load_everything(shop: Workshop, codec: Codec) -> Workshop:
    """Load all calls at once: loading them one by one is slower than thousands of calls."""
    every = frozenset(
        (name, one.name)
        for name, pallet in shop.registry.pallets.items()
        for one in shop.registry.types[pallet.calls].body
    )
    versions = Versions(codec.spec_version, codec.transaction_version)
    shop._loaded[every] = load(prune(shop.registry, every), versions)
    return shop


def composer(codec: Codec) -> Composer:
    version = RuntimeVersion("node-subtensor", codec.spec_version, codec.transaction_version)
    return Composer(Runtime(version, codec, "cache"), GENESIS)


def compare(
    codec: Codec, calls: int, every: int = 1, seed: int = 1, *, at_once: bool = False
) -> tuple[int, list[str]]:
    """How many random calls both codecs compose alike, and which calls neither composes."""
    drawn, first = RandomCalls(codec, seed), workshop(codec)
    if at_once:
        load_everything(first, codec)
    same, neither = 0, []
    for at, (pallet, variant) in enumerate(drawn.kinds()):
        if at % every:
            continue
        for _ in range(calls):
            call = drawn.draw(pallet, variant)
            try:
                expected = check.expected_call(codec, call)
            except UsageError:
                with pytest.raises(UsageError):
                    first.call(call)
                whole_numbers = any(name in U256_CALLS for _, name in calls_of(call))
                neither.append("U256" if whole_numbers else f"{pallet.name}.{variant.name}")
                continue
            composed = first.call(call)
            assert composed == expected, call
            assert check.call_differences(codec, call, composed) == ()
            same += 1
    return same, neither


def test_every_call_of_the_localnet_is_composed_alike_by_both_codecs() -> None:
    codec = local_codec()
    declared = sum(len(pallet["calls"]) for pallet in codec.pallets.values())
    same, neither = compare(codec, 1)
    assert (same, neither) == (declared, [])
    same, neither = compare(codec, 10, seed=2, at_once=True)
    assert (same, neither) == (10 * declared, [])
    assert declared > 50


@pytest.mark.soak
def test_every_call_of_the_localnet_is_composed_alike_many_times() -> None:
    assert compare(local_codec(), 200, seed=7, at_once=True)[0] > 10_000


@pytest.mark.parametrize("spec", SPECS)
def test_calls_of_real_runtimes_are_composed_alike_by_both_codecs(spec: int) -> None:
    """What neither composes is a U256 given as a number: both want its four parts."""
    same, neither = compare(codec_of(spec), 1, every=9, seed=spec)
    assert same >= 20
    assert set(neither) <= {"U256"}


@pytest.mark.soak
@pytest.mark.parametrize("spec", SPECS)
def test_every_call_of_real_runtimes_is_composed_alike_by_both_codecs(spec: int) -> None:
    same, neither = compare(codec_of(spec), 25, seed=spec, at_once=True)
    assert same > 3_000
    assert set(neither) == {"U256"}


@pytest.mark.parametrize("spec", SPECS)
def test_metadata_14_and_15_compose_alike(spec: int) -> None:
    fourteen, fifteen = workshop(codec_of(spec, 14)), workshop(codec_of(spec, 15))
    call = batch(transfer(3), Asked("System", "remark", {"remark": b"\xff"}))
    terms = terms_of()
    data = fifteen.call(call)
    assert fourteen.call(call) == data
    assert fourteen.payload(call, data, terms) == fifteen.payload(call, data, terms)
    assert fourteen.extrinsic(call, terms, bytes(64)) == fifteen.extrinsic(call, terms, bytes(64))


def transfer(rao: int, to: str = BOB.ss58) -> Asked:
    return Asked("Balances", "transfer_keep_alive", {"dest": to, "value": rao})


def batch(*calls: Asked) -> Asked:
    return Asked("Utility", "batch_all", {"calls": list(calls)})


def terms_of(**changes: Any) -> Terms:
    known: dict[str, Any] = {
        "public_key": ALICE.public_key,
        "crypto": SR25519,
        "nonce": 5,
        "era": ERA,
        "era_block_hash": bytes.fromhex(BIRTH[2:]),
        "genesis_hash": bytes.fromhex(GENESIS[2:]),
        "tip_rao": 7,
        "metadata_hash": b"\x07" * 32,
    }
    return Terms(**{**known, **changes})


# against the composer with the whole metadata


def unpruned(metadata: bytes, codec: Codec) -> None:
    """substrate-interface with all of V14 makes the bytes that it makes with the pruned one."""
    whole = load(metadata, Versions(codec.spec_version, codec.transaction_version))
    ours = workshop(codec)
    zero = terms_of(genesis_hash=bytes(32), era_block_hash=bytes(32), metadata_hash=None)
    params = {"dest": BOB.ss58, "value": 12_345_678_901}
    inner = whole.compose_call("Balances", "transfer_keep_alive", params)
    outer = whole.compose_call("Utility", "batch_all", {"calls": [inner.value] * 2})
    pairs = [(inner, transfer(12_345_678_901)), (outer, batch(*[transfer(12_345_678_901)] * 2))]
    for theirs, call in pairs:
        data = ours.call(call)
        assert bytes(theirs.data.data) == data
        era = {"period": 64, "current": 1_000}
        payload = whole.generate_signature_payload(theirs, era=era, nonce=5, tip=7)
        assert bytes(getattr(payload, "data", payload)) == ours.payload(call, data, zero)
        signed = whole.create_signed_extrinsic(
            theirs, _Key(), era=era, nonce=5, tip=7, signature="0x" + "09" * 64
        )
        assert bytes(signed.data.data) == ours.extrinsic(call, zero, b"\x09" * 64)


class _Key:
    public_key = ALICE.public_key
    ss58_address = ALICE.ss58
    crypto_type = SR25519


def test_pruned_metadata_composes_what_the_whole_does() -> None:
    unpruned(localnet().metadata_v14, local_codec())


@pytest.mark.soak
@pytest.mark.parametrize("spec", SPECS)
def test_pruned_metadata_composes_what_the_whole_does_for_real_runtimes(spec: int) -> None:
    unpruned(codec_of(spec, 14).metadata, codec_of(spec))


# a composer that lies


class Liar(Workshop):
    """A composer that answers for another call or other terms than it was asked for."""

    def __init__(self, codec: Codec) -> None:
        super().__init__(codec.metadata, Versions(codec.spec_version, codec.transaction_version))
        load_everything(self, codec)
        self.early: Asked | None = None
        self.late: Asked | None = None
        self.signs: Callable[[Terms], Terms] = lambda terms: terms
        self.says: Callable[[Terms], Terms] = lambda terms: terms
        self.spoils: Callable[[bytes], bytes] = lambda data: data

    def call(self, call: Any) -> bytes:
        return super().call(self.early or call)

    def payload(self, call: Any, data: bytes, terms: Terms) -> bytes:
        return super().payload(call, data, self.signs(terms))

    def extrinsic(self, call: Any, terms: Terms, signature: bytes) -> bytes:
        return self.spoils(super().extrinsic(self.late or call, self.says(terms), signature))


class Scene:
    """A composer whose workshop lies, and a signer who counts what it was asked to sign."""

    def __init__(self, codec: Codec) -> None:
        self.composer = composer(codec)
        self.liar = self.composer._made = Liar(codec)
        self.signed = 0

    def compose(self, call: Asked) -> SignedExtrinsic:
        async def sign(payload: bytes) -> bytes:
            self.signed += 1
            return ALICE.sign(payload)

        return asyncio.run(
            self.composer.compose_and_sign(
                call,
                public_key=ALICE.public_key,
                crypto=SR25519,
                sign=sign,
                nonce=5,
                era=ERA,
                era_block_hash=BIRTH,
                tip_rao=7,
            )
        )

    def differences(self, call: Asked) -> tuple[str, ...]:
        """What a composing that must fail says."""
        with pytest.raises(MismatchError) as caught:
            self.compose(call)
        return caught.value.differences


ENVELOPE: dict[str, Callable[[Terms], Terms]] = {
    "nonce": lambda terms: replace(terms, nonce=terms.nonce + 1),
    "era": lambda terms: replace(terms, era=Era.mortal(128, terms.era.birth)),
    "era ": lambda terms: replace(terms, era=Era.immortal()),
    "tip": lambda terms: replace(terms, tip_rao=10**9),
    "address": lambda terms: replace(terms, public_key=BOB.public_key),
    "mode": lambda terms: replace(terms, metadata_hash=None),
    "signature": lambda terms: replace(terms, crypto=ED25519),
}
SIGNED_ONLY: dict[str, Callable[[Terms], Terms]] = {
    "era_block_hash": lambda terms: replace(terms, era_block_hash=b"\x09" * 32),
    "genesis_hash": lambda terms: replace(terms, genesis_hash=b"\x09" * 32),
    "metadata_hash": lambda terms: replace(terms, metadata_hash=b"\x09" * 32),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    return tmp_path


def kinds(drawn: RandomCalls) -> list[Any]:
    return list(drawn.kinds())


def test_a_lie_about_any_argument_of_any_call_is_caught_before_and_after_signing(
    home: Path,
) -> None:
    codec = local_codec()
    drawn, scene = RandomCalls(codec, 3), Scene(codec)
    lies = named = arguments = 0
    for pallet, variant in kinds(drawn):
        call, twins = drawn.twins(pallet, variant)
        arguments += len(variant.fields)
        for argument, other in twins:
            scene.liar.early, scene.liar.late, scene.signed = other, None, 0
            early = scene.differences(call)
            assert scene.signed == 0
            scene.liar.early, scene.liar.late = None, other
            late = scene.differences(call)
            assert scene.signed == 1
            lies += 1
            named += any(argument in one for one in early) and any(argument in one for one in late)
    assert lies == arguments > 100
    assert named > 0.9 * lies  # the others differ in bytes that read alike


def test_a_lie_about_which_call_it_is_is_caught_for_every_call(home: Path) -> None:
    codec = local_codec()
    drawn, scene = RandomCalls(codec, 4), Scene(codec)
    everything = kinds(drawn)
    for (pallet, variant), (another, its) in pairwise(everything):
        call, other = drawn.draw(pallet, variant), drawn.draw(another, its)
        scene.liar.early, scene.liar.late, scene.signed = other, None, 0
        assert scene.differences(call)[0].startswith("call: asked")
        assert scene.signed == 0
        scene.liar.early, scene.liar.late = None, other
        assert scene.differences(call)[0].startswith("call: asked")


def test_a_lie_about_the_envelope_is_caught_for_every_call(home: Path) -> None:
    codec = local_codec()
    drawn, scene = RandomCalls(codec, 5), Scene(codec)
    for pallet, variant in kinds(drawn):
        call = drawn.draw(pallet, variant)
        for name, lie in ENVELOPE.items():
            scene.liar.says, scene.signed = lie, 0
            assert any(one.startswith(name.strip()) for one in scene.differences(call)), name
            assert scene.signed == 1
        scene.liar.says = lambda terms: terms
        for name, lie in {**ENVELOPE, **SIGNED_ONLY}.items():
            if name in ("address", "signature"):
                continue  # not part of the payload: the signature itself is bound to the key
            scene.liar.signs, scene.signed = lie, 0
            assert scene.differences(call) == ("the payload to sign",), name
            assert scene.signed == 0
        scene.liar.signs = lambda terms: terms
        assert scene.compose(call).terms.nonce == 5


def test_no_byte_of_an_extrinsic_can_change_unseen(home: Path) -> None:
    scene, call = Scene(local_codec()), batch(transfer(3), transfer(10**12, ALICE.ss58))
    length = len(scene.compose(call).data)
    drawn = random.Random(1)
    for at in range(length):

        def spoil(data: bytes, at: int = at) -> bytes:
            return data[:at] + bytes([data[at] ^ (1 << drawn.randrange(8))]) + data[at + 1 :]

        scene.liar.spoils = spoil
        assert scene.differences(call)
    for spoil_all in (lambda data: data + b"\0", lambda data: data[:-1], lambda data: b""):
        scene.liar.spoils = spoil_all
        assert scene.differences(call)


def test_the_report_of_a_lie_holds_both_readings_and_no_signature(home: Path) -> None:
    scene, call = Scene(local_codec()), transfer(3)
    good = scene.compose(call)
    scene.liar.late = transfer(4)
    with pytest.raises(MismatchError) as caught:
        scene.compose(call)
    assert caught.value.exit_code == 8
    (report,) = (home / "state" / "mismatches").iterdir()
    assert str(report) in str(caught.value.hint)
    assert report.stat().st_mode & 0o777 == 0o600
    text = report.read_text()
    assert '"value": 3' in text
    assert '"value": 4' in text
    # sr25519 signatures are randomised, so that no signature is there shows in the zeros
    assert "00" * 64 in text
    assert good.data.hex()[76:204] not in text


def test_a_failing_composer_is_an_error_and_no_traceback(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(local_codec())

    def fail(*_: Any) -> bytes:
        raise AttributeError("internal")

    monkeypatch.setattr(scene.liar, "_encoded", fail)
    with pytest.raises(UsageError, match="cannot be composed"):
        scene.compose(transfer(3))
    assert scene.signed == 0
