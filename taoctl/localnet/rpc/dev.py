"""RPC methods that only a development chain has; names as in Chopsticks where it has them."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from taoctl.errors import TaoctlError
from taoctl.localnet.block import hex0x
from taoctl.localnet.dev import DevNode
from taoctl.localnet.faults import read_fault
from taoctl.localnet.rpc.params import account_param, unknown_block
from taoctl.localnet.rpc.registry import RpcError, hex_param, invalid_params, rpc
from taoctl.localnet.state import StateDiscardedError
from taoctl.units import U64_MAX

MAX_NEW_BLOCKS = 100_000
_REFUSED = 1


@rpc()
async def dev_newBlock(node: DevNode, options: Any = None) -> str:  # noqa: N802
    """Make blocks now: `{"count": n}`, `{"to": number}` or nothing for one; answers the head."""
    options = {} if options is None else options
    if isinstance(options, int):
        options = {"count": options}
    if not isinstance(options, dict) or options.keys() - {"count", "to"}:
        raise invalid_params('the options are {"count": n} or {"to": number}')
    count = options.get("count", 1)
    if "to" in options:
        count = _natural(options["to"], "to") - node.best_number
        if count < 0:
            raise invalid_params(f"the chain is at block {node.best_number} already")
    if _natural(count, "count") > MAX_NEW_BLOCKS:
        raise invalid_params(f"count is at most {MAX_NEW_BLOCKS}")
    block = await node.sealer.new_blocks(count)
    return hex0x(block.hash)


@rpc()
async def dev_setStorage(node: DevNode, values: Any, block_hash: Any = None) -> str:  # noqa: N802
    """Set storage of the head: pairs of hex key and hex value, null to remove; answers the head."""
    if block_hash is not None and hex_param(block_hash, "block hash", 32) != node.best_hash:
        raise invalid_params("only the best block's storage can be set")
    if not isinstance(values, list):
        raise invalid_params("a list of [key, value] pairs is needed")
    pairs: list[tuple[bytes, bytes | None]] = []
    for pair in values:
        if not isinstance(pair, list) or len(pair) != 2:
            raise invalid_params("a list of [key, value] pairs is needed")
        value = None if pair[1] is None else hex_param(pair[1], "value")
        pairs.append((hex_param(pair[0], "storage key"), value))
    try:
        await node.set_storage(pairs)
    except TaoctlError as error:
        raise invalid_params(error.message) from None
    return hex0x(node.best_hash)


@rpc()
def dev_timeTravel(node: DevNode, date: Any) -> int:  # noqa: N802
    """Let the next block's time be this (ms or ISO 8601), and go on from there."""
    if isinstance(date, str):
        try:
            moment = datetime.fromisoformat(date)
        except ValueError:
            raise invalid_params("the date is not ISO 8601") from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        now_ms = round(moment.timestamp() * 1000)
    else:
        now_ms = _natural(date, "date")
    try:
        node.travel_to(now_ms)
    except ValueError as error:
        raise invalid_params(str(error)) from None
    return now_ms


@rpc()
async def dev_setHead(  # noqa: N802
    node: DevNode, block: Any, revert_finalized: Any = False
) -> str:
    """Make an earlier block the head again, by hash or number; answers its hash.

    Finalized blocks are taken back only with a second parameter `true`.
    """
    if isinstance(block, str) and len(block) == 66:
        number = node.number_of(hex_param(block, "block hash", 32))
    else:
        number = _natural(block, "block number")
        number = number if node.hash_of(number) is not None else None
    if number is None:
        raise unknown_block(f"Header was not found in the database: {block}")
    try:
        await node.set_head(number, revert_finalized=revert_finalized is True)
    except StateDiscardedError as error:
        raise RpcError(_REFUSED, error.message, error.hint) from None
    return hex0x(node.best_hash)


@rpc()
async def dev_faucet(node: DevNode, account: Any, amount_rao: Any) -> dict[str, Any]:
    """Mint TAO into an account in the next block; answers the block and the free balance."""
    if isinstance(amount_rao, str) and amount_rao.isdigit():
        amount_rao = int(amount_rao)
    amount = _natural(amount_rao, "amount in rao")
    target = account_param(account)
    block, free = await node.faucet(target, amount)
    return {
        "account": target,
        "amountRao": str(amount),
        "freeRao": str(free),
        "block": block.number,
        "blockHash": hex0x(block.hash),
    }


@rpc()
def dev_status(node: DevNode) -> dict[str, Any]:
    """What this localnet is and where it stands."""
    return node.status()


@rpc()
async def dev_advanceEpochs(  # noqa: N802
    node: DevNode, netuid: Any, count: Any = 1
) -> dict[str, Any]:
    """Make blocks until a subnet has had `count` more epochs; answers the head and the epoch."""
    try:
        block, epoch = await node.advance_epochs(
            _natural(netuid, "netuid"), _natural(count, "count")
        )
    except TaoctlError as error:
        raise invalid_params(error.message) from None
    return {"block": block.number, "blockHash": hex0x(block.hash), "epochIndex": epoch}


@rpc()
async def dev_addPulse(  # noqa: N802
    node: DevNode, drand_round: Any, randomness: Any, signature: Any
) -> dict[str, Any]:
    """Store a pulse of drand's quicknet in the next block: round, randomness and signature in hex.

    All three are as drand's API answers them; null for the randomness is the signature's hash.
    """
    number = _natural(drand_round, "round")
    if number > U64_MAX:
        raise invalid_params("a round is a u64")
    signed = hex_param(signature, "signature", 48)
    if randomness is None:
        random = sha256(signed).digest()
    else:
        random = hex_param(randomness, "randomness", 32)
    try:
        block = await node.add_pulse(number, random, signed)
    except TaoctlError as error:
        raise RpcError(_REFUSED, error.message, error.hint) from None
    return {"round": number, "block": block.number, "blockHash": hex0x(block.hash)}


@rpc()
def dev_setFaults(node: DevNode, faults: Any) -> list[str]:  # noqa: N802
    """Let these faults, as `--fault` takes them, hold from here on instead; answers them."""
    if not isinstance(faults, list) or not all(isinstance(text, str) for text in faults):
        raise invalid_params("a list of faults is needed, each as --fault takes it")
    try:
        node.faults.faults = tuple(read_fault(text) for text in faults)
    except TaoctlError as error:
        raise invalid_params(f"{error.message}: {error.hint}") from None
    return [str(fault) for fault in node.faults.faults]


def _natural(value: Any, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise invalid_params(f"{what} must be a natural number")
    return value
