"""What transaction extensions add to an extrinsic and to what is signed, by the chain's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taoctl.chain.extrinsic.metadata import Extension, Kind, Registry, TypeDef
from taoctl.chain.extrinsic.offline import Versions
from taoctl.chain.extrinsic.terms import Terms
from taoctl.errors import UsageError

EXTRA = {
    "CheckMortality": "era",
    "CheckEra": "era",
    "CheckNonce": "nonce",
    "ChargeTransactionPayment": "tip",
    "CheckMetadataHash": "mode",
}
"""What travels in the extrinsic, by extension."""

IMPLICIT = {
    "CheckSpecVersion": "spec_version",
    "CheckTxVersion": "transaction_version",
    "CheckGenesis": "genesis_hash",
    "CheckMortality": "era_block_hash",
    "CheckEra": "era_block_hash",
    "CheckMetadataHash": "metadata_hash",
}
"""What only the signature covers, by extension."""

METADATA_HASH = "CheckMetadataHash"
_HASH_SIZE = 32
_KEY_SIZE = 32
_SIGNATURE_SIZE = 64


def said(terms: Terms, versions: Versions) -> dict[str, Any]:
    """The values of EXTRA and IMPLICIT."""
    digest = terms.metadata_hash
    return {
        "era": terms.era.value,
        "nonce": terms.nonce,
        "tip": terms.tip_rao,
        "mode": "Disabled" if digest is None else "Enabled",
        "spec_version": versions.spec_version,
        "transaction_version": versions.transaction_version,
        "genesis_hash": terms.genesis_hash,
        "era_block_hash": terms.era_block_hash,
        "metadata_hash": "None" if digest is None else {"Some": digest},
    }


def with_extra(registry: Registry) -> list[Extension]:
    """The extensions that add something to an extrinsic, in order."""
    return [one for one in registry.extensions if not registry.is_empty(one.extra)]


def with_implicit(registry: Registry) -> list[Extension]:
    """The extensions that add something to what is signed, in order."""
    return [one for one in registry.extensions if not registry.is_empty(one.implicit)]


def check(registry: Registry) -> None:
    """Refuse a runtime whose extrinsics are not laid out exactly as is known here.

    A node that lies about their layout could make signed bytes read as another call elsewhere,
    so nothing is guessed. Raises UsageError.
    """
    _check_envelope(registry)
    names = [one.name for one in registry.extensions]
    if len(set(names)) != len(names):
        raise _unknown("the same transaction extension twice")
    for one in with_extra(registry):
        _check_part(registry, one.name, EXTRA.get(one.name), one.extra)
    for one in with_implicit(registry):
        _check_part(registry, one.name, IMPLICIT.get(one.name), one.implicit)


def check_terms(registry: Registry, terms: Terms) -> None:
    """Refuse a nonce or tip that its type cannot hold; no codec would say so. Raises UsageError."""
    for name, value in (("nonce", terms.nonce), ("tip", terms.tip_rao)):
        for one in with_extra(registry):
            if EXTRA[one.name] == name:
                number = leaf(registry, leaf(registry, one.extra).body).body
                if not 0 <= value < 1 << int(number[1:]):
                    raise UsageError(f"the {name} is {value}, which {number} cannot hold")


def leaf(registry: Registry, number: int) -> TypeDef:
    """The type inside composites of one field."""
    definition = registry.types[number]
    for _ in range(len(registry.types)):
        if definition.kind is not Kind.COMPOSITE or len(definition.body) != 1:
            break
        definition = registry.types[definition.body[0].type]
    return definition


def _check_envelope(registry: Registry) -> None:
    """Addresses and signatures are the MultiAddress and MultiSignature that are known."""
    address = [("Id", 0, _KEY_SIZE)]
    signature = [("Ed25519", 0, _SIGNATURE_SIZE), ("Sr25519", 1, _SIGNATURE_SIZE)]
    for number, wanted in ((registry.address, address), (registry.signature, signature)):
        definition = registry.types[number]
        found = definition.body if definition.kind is Kind.VARIANT else ()
        known = {(one.name, one.index): one.fields for one in found}
        for name, index, size in wanted:
            fields = known.get((name, index), ())
            if len(fields) != 1 or not _is_bytes(registry, leaf(registry, fields[0].type), size):
                raise _unknown(f"another layout of {name} in its extrinsics")


def _check_part(registry: Registry, name: str, part: str | None, number: int) -> None:
    if part is None:
        raise _unknown(f"the transaction extension {name}")
    if not _LAYOUTS[part](registry, leaf(registry, number)):
        raise _unknown(f"a {name} of another layout")


def _unknown(what: str) -> UsageError:
    return UsageError(
        f"this chain's runtime has {what}, which taoctl does not know",
        "a newer taoctl may; nothing is signed that is not understood",
    )


def _is_era(registry: Registry, found: TypeDef) -> bool:
    return found.kind is Kind.VARIANT and found.path[-1:] == ("Era",)


def _is_compact(registry: Registry, found: TypeDef) -> bool:
    return found.kind is Kind.COMPACT and _is_number(registry, leaf(registry, found.body))


def _is_number(registry: Registry, found: TypeDef) -> bool:
    return found.kind is Kind.PRIMITIVE and found.body in ("u32", "u64", "u128")


def _is_u32(registry: Registry, found: TypeDef) -> bool:
    return found.kind is Kind.PRIMITIVE and found.body == "u32"


def _is_mode(registry: Registry, found: TypeDef) -> bool:
    if found.kind is not Kind.VARIANT:
        return False
    variants = [(one.name, one.index, one.fields) for one in found.body]
    return variants == [("Disabled", 0, ()), ("Enabled", 1, ())]


def _is_hash(registry: Registry, found: TypeDef) -> bool:
    return _is_bytes(registry, found, _HASH_SIZE)


def _is_bytes(registry: Registry, found: TypeDef, size: int) -> bool:
    if found.kind is not Kind.ARRAY:
        return False
    length, inner = found.body
    byte = registry.types[inner]
    return length == size and byte.kind is Kind.PRIMITIVE and byte.body == "u8"


def _is_optional_hash(registry: Registry, found: TypeDef) -> bool:
    if found.kind is not Kind.VARIANT:
        return False
    variants = {one.name: one for one in found.body}
    if set(variants) != {"None", "Some"} or len(variants["Some"].fields) != 1:
        return False
    indices = (variants["None"].index, variants["Some"].index)
    inner = leaf(registry, variants["Some"].fields[0].type)
    return indices == (0, 1) and not variants["None"].fields and _is_hash(registry, inner)


_LAYOUTS: dict[str, Callable[[Registry, TypeDef], bool]] = {
    "era": _is_era,
    "nonce": _is_compact,
    "tip": _is_compact,
    "mode": _is_mode,
    "spec_version": _is_u32,
    "transaction_version": _is_u32,
    "genesis_hash": _is_hash,
    "era_block_hash": _is_hash,
    "metadata_hash": _is_optional_hash,
}
