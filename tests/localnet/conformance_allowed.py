"""Where the localnet's declarations may differ from mainnet's, each with its reason."""

ALLOWED: dict[str, str] = {
    "constant System.Version value": (
        "lists the runtime APIs that the localnet has; the other fields are compared by their own"
        " test"
    ),
}
"""What differs, as the conformance test words it."""

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
"""Kinds of declarations of which the localnet has a part, and why. Never an extra one."""
