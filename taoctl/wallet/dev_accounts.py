"""The development accounts that every Substrate chain knows, and whose keys everybody knows."""

from __future__ import annotations

DEV_ACCOUNTS: dict[str, str] = {
    "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY": "//Alice",
    "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty": "//Bob",
    "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y": "//Charlie",
    "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy": "//Dave",
    "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw": "//Eve",
    "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL": "//Ferdie",
}
"""Name by address. Anyone can spend what these accounts hold."""

INSECURE = "INSECURE"
"""The mark that goes with these accounts wherever they are shown."""


def insecure_name(address: str) -> str | None:
    """`//Alice INSECURE` for a development account, None for any other address."""
    name = DEV_ACCOUNTS.get(address)
    return f"{name} {INSECURE}" if name else None
