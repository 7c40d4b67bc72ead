"""Composing and signing with substrate-interface, checked by bittensor-core before and after."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from taoctl.addresses import encode_ss58
from taoctl.chain.extrinsic import check
from taoctl.chain.extrinsic.extensions import METADATA_HASH
from taoctl.chain.extrinsic.offline import Versions
from taoctl.chain.extrinsic.report import mismatch
from taoctl.chain.extrinsic.terms import CallLike, Era, MismatchError, SignedExtrinsic, Terms
from taoctl.chain.extrinsic.workshop import SIGNATURES, Workshop
from taoctl.chain.networks import FINNEY_GENESIS, TEST_GENESIS
from taoctl.chain.runtime import Runtime
from taoctl.errors import BadDataError, NoKeyError, TaoctlError, UsageError
from taoctl.scale.crypto import blake2_256, metadata_digest, verify

_V15 = 15
_KEY_SIZE = 32
_SIGNATURE_SIZE = 64
_PUBLIC = (FINNEY_GENESIS, TEST_GENESIS)


class Composer:
    """Composes the extrinsics of one runtime of one chain.

    Everything comes from the runtime's metadata that the chain's codec holds already; no node is
    asked. Two codecs that share no code must agree on the call and the payload before anything
    is signed, and on every byte of the extrinsic afterwards.

    Args:
        runtime: the runtime of the block that the plan was made at (`await view.settle()`).
        genesis: `0x` hash of block 0.
    """

    def __init__(self, runtime: Runtime, genesis: str) -> None:
        self.runtime = runtime
        self.genesis = genesis
        self._codec = runtime.codec
        self._making = threading.Lock()
        self._made: Workshop | None = None
        self._digest: bytes | None = None

    @property
    def signs_metadata_hash(self) -> bool:
        """Whether the runtime has CheckMetadataHash and the digest can be computed here.

        Without it a node that lies about the metadata can make the bytes of a call mean another.
        """
        has = METADATA_HASH in self._codec.extension_names()
        return has and self._codec.metadata_version >= _V15

    def warm(self, call: CallLike) -> None:
        """Begin to load the composer for a call in a thread, while the plan is being read.

        What goes wrong is told by `compose_and_sign`.
        """

        threading.Thread(target=self._load, args=(call,), name="composer", daemon=True).start()

    async def ready(self, call: CallLike) -> None:
        """Wait until the composer is loaded for a call, before a nonce and an era are chosen.

        What goes wrong is told by `compose_and_sign`.
        """
        await asyncio.to_thread(self._load, call)

    def _load(self, call: CallLike) -> None:
        with contextlib.suppress(Exception):
            self._workshop().prepare(call)
            self._metadata_digest()

    async def compose_and_sign(
        self,
        call: CallLike,
        *,
        public_key: bytes,
        crypto: int,
        sign: Callable[[bytes], Awaitable[bytes]],
        nonce: int,
        era: Era,
        era_block_hash: str,
        tip_rao: int = 0,
        metadata_hash: bool = True,
    ) -> SignedExtrinsic:
        """The signed extrinsic of a call.

        `sign` gets the payload (already hashed when longer than 256 bytes) and returns 64 bytes;
        it is awaited once, after both codecs agree on the payload. The metadata hash is signed
        where the runtime supports it, unless `metadata_hash` is False.

        Raises:
            NotInRuntimeError, UsageError: the call, or a value of it, does not exist here.
            BadDataError: a public network's node says that its runtime has no CheckMetadataHash.
            MismatchError: the codecs disagree; both readings are in a file that it names.
            NoKeyError: what `sign` returned is not a signature of that key.
            Whatever `sign` raises.
        """
        if len(public_key) != _KEY_SIZE or crypto not in SIGNATURES:
            raise UsageError("only ed25519 and sr25519 keys of 32 bytes can sign extrinsics")
        digest = await asyncio.to_thread(self._digest_to_sign, metadata_hash)
        terms = Terms(
            public_key=public_key,
            crypto=crypto,
            nonce=nonce,
            era=era,
            era_block_hash=_hash(era_block_hash),
            genesis_hash=_hash(self.genesis),
            tip_rao=tip_rao,
            metadata_hash=digest,
        )
        data, payload = await asyncio.to_thread(self._compose, call, terms)
        signature = await sign(payload)
        self._check_signature(payload, signature, terms)
        extrinsic = await asyncio.to_thread(self._finish, call, terms, signature)
        return SignedExtrinsic(
            data=extrinsic,
            hash="0x" + blake2_256(extrinsic).hex(),
            call=data,
            terms=terms,
            spec_version=self.runtime.spec_version,
        )

    # before signing

    def _workshop(self) -> Workshop:
        with self._making:
            if self._made is None:
                versions = Versions(self._codec.spec_version, self._codec.transaction_version)
                self._made = Workshop(self._codec.metadata, versions)
            return self._made

    def _metadata_digest(self) -> bytes:
        if self._digest is None:
            codec, name = self._codec, self.runtime.version.spec_name
            try:
                self._digest = metadata_digest(codec.metadata, codec.spec_version, name)
            except (ValueError, TypeError, OverflowError) as error:
                raise BadDataError(
                    "the runtime's metadata hash cannot be computed",
                    "try another endpoint with --network",
                ) from error
        return self._digest

    def _digest_to_sign(self, wanted: bool) -> bytes | None:
        if wanted and self.signs_metadata_hash:
            return self._metadata_digest()
        if wanted and self.genesis in _PUBLIC:
            raise BadDataError(
                "the node says that the runtime of this network checks no metadata hash, "
                "which it has done for years, so nothing was signed",
                "the node may lie; try another endpoint with --network",
            )
        return None

    def _compose(self, call: CallLike, terms: Terms) -> tuple[bytes, bytes]:
        """The bytes of the call and of what is to be signed, on which both codecs agree."""
        expected = check.expected_call(self._codec, call)
        workshop = self._workshop()
        data = workshop.call(call)
        differences = check.call_differences(self._codec, call, data)
        if differences:
            raise self._mismatch(call, terms, differences, expected, data)
        payload = workshop.payload(call, data, terms)
        if payload != check.expected_payload(self._codec, expected, terms):
            raise self._mismatch(call, terms, ("the payload to sign",), expected, data)
        return expected, payload

    # after signing

    def _check_signature(self, payload: bytes, signature: bytes, terms: Terms) -> None:
        ss58 = encode_ss58(terms.public_key)
        good = isinstance(signature, bytes) and len(signature) == _SIGNATURE_SIZE
        if not good or not verify(payload, signature, ss58, terms.crypto):
            raise NoKeyError(
                f"what was signed does not verify as a signature of {ss58}, so nothing was sent",
                "the key that signed is another one than the address; check the wallet's files",
            )

    def _finish(self, call: CallLike, terms: Terms, signature: bytes) -> bytes:
        extrinsic = self._workshop().extrinsic(call, terms, signature)
        differences = check.extrinsic_differences(self._codec, call, terms, signature, extrinsic)
        if differences:
            expected = check.expected_call(self._codec, call)
            # A valid signature is worth a transaction: the report must not hold one.
            shown = extrinsic.replace(signature, bytes(_SIGNATURE_SIZE))
            raise self._mismatch(call, terms, differences, expected, shown)
        return extrinsic

    def _mismatch(
        self,
        call: CallLike,
        terms: Terms,
        differences: tuple[str, ...],
        expected: bytes,
        composed: bytes,
    ) -> MismatchError:
        facts = {
            "genesis": self.genesis,
            "spec_name": self.runtime.version.spec_name,
            "spec_version": self._codec.spec_version,
            "transaction_version": self._codec.transaction_version,
            "metadata_blake2_256": blake2_256(self._codec.metadata),
            "signer": encode_ss58(terms.public_key),
            "crypto": terms.crypto,
            "nonce": terms.nonce,
            "era": terms.era.value,
            "era_block_hash": terms.era_block_hash,
            "tip_rao": terms.tip_rao,
            "metadata_hash": terms.metadata_hash,
            "expected_call": expected,
            "expected_call_reads": self._reading(expected),
            "composed": composed,
            "composed_reads": self._reading(composed),
        }
        return mismatch(call, differences, facts)

    def _reading(self, data: bytes) -> Any:
        """What the checking codec reads in the bytes of a call or of an extrinsic."""
        for read in (self._codec.decode_call, self._codec.decode_extrinsic):
            with contextlib.suppress(TaoctlError):
                return read(data)
        return None


def _hash(text: str) -> bytes:
    try:
        data = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        data = b""
    if len(data) != _KEY_SIZE:
        raise UsageError(f"{text[:80]!r} is not a block hash")
    return data
