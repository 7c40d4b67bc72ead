"""Where the localnet's declarations may differ from mainnet's, each with its reason."""

ALLOWED: dict[str, str] = {
    "constant System.Version value": (
        "lists the runtime APIs that the localnet has; the other fields are compared by their own"
        " test"
    ),
    "runtime API BetaBasketRuntimeApi.get_root_basket_owed exists only here": (
        "btcli 11.3 asks it for every wallet and takes no runtime without it; newer than spec 424"
    ),
    "runtime API BetaBasketRuntimeApi.get_root_basket_positions exists only here": (
        "as get_root_basket_owed"
    ),
    "storage SubtensorModule.CollateralLockShare exists only here": (
        "btcli 11.3 asks it before it registers; newer than spec 424, and its default is 0: nothing"
        " of the price is locked, as in spec 424"
    ),
    "storage SubtensorModule.CollateralDrainRatio exists only here": (
        "btcli 11.3 asks it with the hyperparameters; newer than spec 424, and its default is 1"
    ),
    "storage SubtensorModule.SubnetEpochConsensus exists only here": (
        "btcli 11.3 asks it before it sets weights; newer than spec 424, and its default is Yuma"
    ),
}
"""What differs, as the conformance test words it."""

NEWER_APIS = frozenset({"BetaBasketRuntimeApi"})
"""Runtime APIs that came after spec 424, served for clients that take no runtime without them."""

SUBSETS: dict[str, str] = {
    "pallet": "pallets that no read, call or block of the localnet needs are left out",
    "call": "a call is declared when it does what mainnet's does, and not before",
    "storage": "an item is declared when something in the localnet writes or serves it",
    "runtime API": "an API method is declared when it can answer truly",
    "event": "events of a pallet are all declared, whether or not something emits them yet",
    "error": "errors of a pallet are all declared, whether or not something raises them yet",
    "constant": "constants of a pallet are all declared",
    "outer": "RuntimeCall, RuntimeEvent and RuntimeError hold the declared pallets only",
}
"""Kinds of declarations of which the localnet has a part, and why.

One that mainnet does not have may be there only where ALLOWED names it.
"""
