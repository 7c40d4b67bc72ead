"""Trades read from the events of a transaction, beside their quotes, without a chain."""

from __future__ import annotations

from typing import Any

from taoctl.calls.base import Quote
from taoctl.submit.comparison import compare
from taoctl.submit.outcome import Event, alpha_paid
from taoctl.submit.quote_words import comparison_text
from taoctl.units import Alpha, Tao

WHO, KEY, OTHER = "5Who", "5Key", "5Other"


def bought(netuid: int, tao: int, alpha: int, fee: int | None = 5, hotkey: str = KEY) -> Event:
    fees = () if fee is None else (fee,)
    return Event("SubtensorModule", "StakeAdded", (WHO, hotkey, tao, alpha, netuid, *fees))


def sold(netuid: int, tao: int, alpha: int, fee: int = 5, hotkey: str = KEY) -> Event:
    return Event("SubtensorModule", "StakeRemoved", (WHO, hotkey, tao, alpha, netuid, fee))


def quote(kind: Any, netuid: int, out: int, *, netuid_in: int | None = None) -> Quote:
    given = Tao(100) if kind == "buy" else Alpha(100, netuid if netuid_in is None else netuid_in)
    had = Tao(out) if kind == "sell" else Alpha(out, netuid)
    return Quote(kind, WHO, KEY, netuid, given, given, had, netuid_in=netuid_in)


def test_purchases_have_the_fee_in_what_is_paid_and_sales_beside_it() -> None:
    (buy,) = compare([quote("buy", 1, 900)], [bought(1, 100, 900)])
    assert (buy.paid_in, buy.pool_fee, buy.out) == (Tao(100), Tao(5), Alpha(900, 1))
    (sale,) = compare([quote("sell", 1, 90)], [sold(1, 91, 95)])
    assert (sale.paid_in, sale.pool_fee, sale.out) == (Alpha(100, 1), Alpha(5, 1), Tao(91))
    assert sale.average_price_rao == 91 * 10**9 // 100
    assert sale.gained_ppm == 11_111


def test_a_swap_is_a_sale_and_the_purchase_after_it_at_whichever_key() -> None:
    events = [sold(1, 90, 95), bought(2, 90, 45, fee=0, hotkey=OTHER)]
    (one,) = compare([quote("swap", 2, 50, netuid_in=1)], events)
    assert (one.paid_in, one.out, one.pool_fee) == (Alpha(100, 1), Alpha(45, 2), Alpha(5, 1))
    from_root = [sold(0, 100, 100, fee=0), bought(2, 100, 45, fee=7)]
    (one,) = compare([quote("swap", 2, 45, netuid_in=0)], from_root)
    assert one.pool_fee == Tao(7) and comparison_text(one).endswith(", as quoted")


def test_trades_of_a_batch_are_told_apart_by_order_and_a_missing_one_stays_open() -> None:
    quotes = [quote("buy", 1, 10), quote("buy", 3, 10), quote("buy", 1, 20)]
    first, missing, second = compare(quotes, [bought(1, 100, 11), bought(1, 100, 22)])
    assert (first.out, second.out) == (Alpha(11, 1), Alpha(22, 1))
    assert not missing.traded and "not traded" in comparison_text(missing)


def test_the_sale_that_pays_the_fee_is_nobodys_trade() -> None:
    paid = {"who": WHO, "netuid": 1, "alpha_fee": 3, "tao_amount": 1}
    events = [
        sold(1, 1, 3, fee=0),
        sold(1, 91, 95),
        Event("SubtensorModule", "TransactionFeePaidWithAlpha", paid),
    ]
    assert alpha_paid(events) == Alpha(3, 1)
    (one,) = compare([quote("sell", 1, 90)], events)
    assert one.out == Tao(91)


def test_what_older_runtimes_do_not_tell_is_not_known() -> None:
    (one,) = compare([quote("buy", 1, 900)], [bought(1, 100, 900, fee=None)])
    assert one.pool_fee is None and one.out == Alpha(900, 1)
    others = Event("SubtensorModule", "StakeAdded", ("5Else", KEY, 1, 1, 1, 0))
    (none,) = compare([quote("buy", 1, 900)], [others, Event("Balances", "Transfer", (1, 2))])
    assert not none.traded and alpha_paid([others]) is None
