"""`python -m bench [NAME ...]`: run all benchmarks, or the named ones."""

from __future__ import annotations

import importlib
import platform
import sys

NAMES = ("yuma", "startup", "compose", "transfer", "stake", "blocks", "idle", "keys")


def main() -> int:
    chosen = sys.argv[1:] or NAMES
    unknown = sorted(set(chosen) - set(NAMES))
    if unknown:
        print(f"unknown benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}")
        return 2
    print(f"python {platform.python_version()} on {platform.machine()}", flush=True)
    for name in chosen:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
