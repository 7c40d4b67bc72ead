"""Small chains and signed extrinsics for tests of the node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from taoctl.localnet.boot import Kind, Opened, Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.pallets.balances import Balances
from taoctl.localnet.pallets.sudo import Sudo
from taoctl.localnet.pallets.system import System
from taoctl.localnet.pallets.timestamp import Timestamp
from taoctl.localnet.pallets.transaction_payment import TransactionPayment
from taoctl.localnet.pallets.utility import Utility
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import SR25519, KeySigner

TAO = 10**9
ALICE, BOB = dev_account("Alice"), dev_account("Bob")
PLAIN = (System, Timestamp, Balances, TransactionPayment, Utility, Sudo)


def _endow(runtime: Runtime, sudo: str) -> int:
    runtime.balances.endow(ALICE, 10_000 * TAO)
    runtime.balances.endow(BOB, 10_000 * TAO)
    return 0


def plain_kind() -> Kind:
    """A chain of balances only, on which //Alice and //Bob hold 10,000 TAO each."""
    return Kind(PLAIN, _endow)


def open_plain(
    state_dir: Path | None = None, *, seal: Seal = Seal.MANUAL, **options: Any
) -> Opened:
    """Open a chain of balances; in memory unless a directory is given."""
    chosen = Options(scenario="plain", seal=seal, state_dir=state_dir, **options)
    return open_chain(chosen, plain_kind(), ALICE)


def transfer(
    node: DevNode, to: str = BOB, rao: int = TAO, uri: str = "//Alice", **how: Any
) -> bytes:
    """A signed `Balances.transfer_keep_alive`; `how` as in `signed`."""
    call = node.runtime.codec.compose_call(
        "Balances", "transfer_keep_alive", {"dest": to, "value": rao}
    )
    return signed(node, call, uri, **how)


def signed(
    node: DevNode,
    call: bytes,
    uri: str,
    *,
    nonce: int | None = None,
    period: int | None = None,
    current: int | None = None,
    tip: int = 0,
    spoil: bool = False,
) -> bytes:
    """A signed extrinsic; mortal from block `current` (default: the head) with a `period`."""
    key, codec = KeySigner(uri), node.runtime.codec
    born = node.best_number if current is None else current
    era: Any = "00" if period is None else {"period": period, "current": born}
    birth = 0 if period is None else born // period * period + born % period
    number = node.next_nonce(key.ss58) if nonce is None else nonce
    genesis, birth_hash = node.hash_of(0), node.hash_of(birth) or bytes(32)
    assert genesis is not None
    payload = codec.signature_payload(
        call, era=era, nonce=number, tip=tip, genesis_hash=genesis, era_block_hash=birth_hash
    )
    signature = bytearray(key.sign(payload))
    if spoil:
        signature[7] ^= 1
    raw, _ = codec.encode_signed_extrinsic(
        call,
        public_key=key.public_key,
        signature=bytes(signature),
        signature_version=SR25519,
        era=era,
        nonce=number,
        tip=tip,
    )
    return raw


def free(node: DevNode, account: str) -> int:
    """The free balance of an account at the head."""
    return int(node.head.system.Account[account]["data"]["free"])


def event_names(node: DevNode, number: int) -> list[str]:
    """`Pallet.Event` of every event of a block, from its storage bytes."""
    codec = node.runtime.codec
    raw = node.state_at(number).read(codec.storage_key("System", "Events"))
    records = codec.decode_storage("System", "Events", raw)
    return [_event_name(record) for record in records]


def _event_name(record: dict[str, Any]) -> str:
    event = record["event"]
    if "module_id" in event:
        return f"{event['module_id']}.{event['event_id']}"
    ((pallet, inner),) = event.items()
    name = inner if isinstance(inner, str) else next(iter(inner))
    return f"{pallet}.{name}"


def whole_state(node: DevNode) -> dict[tuple[str, str], dict[Any, Any]]:
    """Every stored value, for comparing two nodes."""
    return {name: dict(store.data) for name, store in node.runtime.state.stores.items()}
