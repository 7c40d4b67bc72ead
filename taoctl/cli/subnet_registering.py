"""Registrations on their way: waiting for a price, and what it was where it was too high."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from taoctl.calls.registration.price import SeatPrice, seat_price
from taoctl.calls.stake.hotkeys import no_subnet
from taoctl.cli import context, interrupts, output
from taoctl.cli.passwords import sources
from taoctl.cli.stake import orders
from taoctl.cli.transact import (
    own_chain_only,
    planning,
    require_writable,
    signer_of,
    transact,
    wrapped,
)
from taoctl.cli.writing import WriteFlags
from taoctl.errors import RefusedError, StoppedError, TaoctlError
from taoctl.reads.columns import Kind, json_value
from taoctl.submit.words import Block, refusal_text
from taoctl.units import Tao

if TYPE_CHECKING:
    from taoctl.calls.base import Intent
    from taoctl.calls.registration.burn import Register
    from taoctl.chain.view import View
    from taoctl.wallet.accounts import Account

T = TypeVar("T")

TOO_DEAR = "RegistrationPriceLimitExceeded"

Order: TypeAlias = "Callable[[View, Account], Awaitable[Intent]]"
"""What makes a registration once the chain is there."""
RegisterOrder: TypeAlias = "Callable[[View, Account], Awaitable[Register]]"
"""The same, of one that has a price."""


def carry_out(order: Order, flags: WriteFlags, netuid: int | None = None) -> None:
    """Carry out a registration; where it was too dear, the error says what it cost.

    Args:
        netuid: the subnet, of a seat that has a price.

    Raises:
        What `transact` raises; the details of a price past the limit are `quoted` and `actual`.
    """
    quoted: list[SeatPrice] = []

    async def build(view: View, account: Account) -> Intent:
        if netuid is not None:
            quoted[:] = [await seat_price(view, netuid)]
        return await order(view, account)

    try:
        transact(build, flags)
    except RefusedError as problem:
        if netuid is not None and quoted:
            _say_prices(problem, netuid, quoted[0])
        raise


def _say_prices(problem: RefusedError, netuid: int, quoted: SeatPrice) -> None:
    """Add to the error of a registration that failed on the chain what it cost there."""
    details: dict[str, Any] = dict(problem.details or {})
    sent = details.get("transaction") or {}
    if not str(sent.get("error")).endswith(TOO_DEAR) or sent.get("block_hash") is None:
        return
    actual = interrupts.run(_price_at(netuid, str(sent["block_hash"])))
    details["quoted"] = {"price": json_value(Kind.TAO, quoted.next_rao)}
    known = None if actual is None else json_value(Kind.TAO, actual)
    details["actual"] = {"price": known, "block": sent.get("block")}
    problem.details = details
    if actual is not None:
        problem.message += f"; a seat costs {Tao(actual)} there, {Tao(quoted.next_rao)} was quoted"


async def _price_at(netuid: int, block_hash: str) -> int | None:
    """The price at the end of a block; None where the node does not say."""
    from taoctl.chain.client import connect

    network = context.network_of(context.network())
    try:
        async with connect(network, timeout=context.timeout()) as chain:
            return (await seat_price(await chain.at_hash(block_hash), netuid)).burn_rao
    except TaoctlError:
        return None


def carry_out_when_below(order: RegisterOrder, flags: WriteFlags, netuid: int, below: Tao) -> None:
    """Wait until each of several registrations costs no more than a price, then carry them out.

    What the price does not change is looked at before. Waits on where the price rose again before
    anything was signed.

    Raises:
        RefusedError: the price does not fall so far, or none would do.
        StoppedError: it was interrupted before anything was sent.
        What `carry_out` raises.
    """
    require_writable()
    flags.tx_options()
    account = signer_of(None)
    # A password file that is not there would else be found out once the price is.
    sources(None, flags.password_file).given()
    count = _before_sending(_count_possible(order, flags, account))
    while True:
        _before_sending(_wait(netuid, below, count))
        try:
            carry_out(order, flags, netuid)
        except RefusedError as problem:
            if not _rose_again(problem):
                raise
            output.note("the price rose again before anything was signed")
        else:
            return


def _before_sending(work: Coroutine[Any, Any, T]) -> T:
    """What work finds that sends nothing; raises StoppedError where it is interrupted."""
    try:
        return interrupts.run(work)
    except KeyboardInterrupt:
        raise StoppedError("interrupted; nothing was sent") from None


async def _count_possible(order: RegisterOrder, flags: WriteFlags, account: Account) -> int:
    """How many hotkeys it is that wait; raises what no price would change."""
    from taoctl.calls.coldkey_swap.guard import frozen
    from taoctl.chain.client import connect

    network = context.network_of(context.network())
    async with connect(network, timeout=context.timeout()) as chain, planning(chain):
        own_chain_only(chain, flags)
        view = await chain.at_head()
        await view.settle()
        wanted = await order(view, account)
        whole = wrapped(wanted, flags)
        view.require(*wanted.needs)
        refusals = await wanted.refused_at_any_price(view, orders.acting(account, flags).ss58)
        refusals += await frozen(view, account.ss58, await whole.call(view, account.ss58))
        if refusals:
            raise RefusedError(
                refusal_text(refusals[0], Block(view.block, None)),
                refusals[0].hint,
                details={"refusals": [asdict(one) for one in refusals]},
            )
        return len(wanted.hotkeys)


def _rose_again(problem: RefusedError) -> bool:
    refusals = (problem.details or {}).get("refusals") or ()
    return [one["name"] for one in refusals] == [TOO_DEAR]


async def _wait(netuid: int, below: Tao, count: int) -> None:
    """Return once the price is there, or once there is no such subnet to wait for."""
    from taoctl.chain.client import connect
    from taoctl.watch import follow

    network = context.network_of(context.network())
    told: int | None = None
    trouble: str | None = None
    async with connect(network, timeout=context.timeout()) as chain:
        await context.say_open(chain)
        async for live in follow(chain, lambda view: _price_of(view, netuid)):
            if live.problem is not None and live.problem != trouble:
                output.note(live.problem)
            trouble = live.problem
            if live.rows is None or live.block is None:
                continue
            price = live.rows.price
            if price is None or price.sequence(count)[count - 1] <= below.rao:
                return
            if told is None or price.next_rao > told:
                output.note(_waiting_words(netuid, price, live.block, below, count))
            told = price.next_rao


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of a subnet: the price of a seat, None where there is no such subnet."""

    price: SeatPrice | None


async def _price_of(view: View, netuid: int) -> _Seen:
    await view.settle()
    if await no_subnet(view, netuid):
        return _Seen(None)
    return _Seen(await seat_price(view, netuid))


def _waiting_words(netuid: int, price: SeatPrice, block: int, below: Tao, count: int) -> str:
    """What is waited for, and until when if nobody registers; raises RefusedError for ever."""
    at = price.sequence(count)[:-1]
    cost = f"{Tao(at[0])}" if count == 1 else f"{Tao(at[0])}, and the last of {count} {Tao(at[-1])}"
    said = f"block {block}: a seat on subnet {netuid} costs {cost}; waiting for {below}"
    if price.half_life_blocks is None:
        return said
    left = price.blocks_until(price.first_for(below.rao, count))
    if left is None:
        raise RefusedError(
            f"a seat on subnet {netuid} does not fall to {below}: {Tao(price.min_rao)} is the least"
            + ("" if count == 1 else ", and each registration raises it"),
            "wait for a higher price" + ("" if count == 1 else ", or register fewer at once"),
        )
    return f"{said}, which is about block {block + 1 + left} if nobody registers"
