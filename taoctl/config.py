"""Settings and where each came from: flag, then environment, then context, then default."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taoctl import paths
from taoctl.errors import UsageError

_GENESIS = re.compile(r"0x[0-9a-f]{64}")
_PERCENT = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,4})?)\s*%")

FORMATS = ("table", "wide", "json", "ndjson", "csv", "yaml")
"""Output formats."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its value and, in words, where it came from."""

    name: str
    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class _Rule:
    variables: tuple[str, ...]
    default: Callable[[], Any]
    read: Callable[[str], Any]
    meaning: str


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError
    return text.strip()


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:
        raise ValueError
    return seconds


def _endpoints(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found or not all("://" in url for url in found):
        raise ValueError
    return found


def _format(text: str) -> str:
    if text not in FORMATS:
        raise ValueError
    return text


def _tolerance(text: str) -> str:
    match = _PERCENT.fullmatch(text.strip())
    if match is None or not 0 < float(match[1]) < 100:
        raise ValueError
    return f"{match[1]}%"


def _path(text: str) -> Path:
    return paths.expanded(_text(text))


RULES: Mapping[str, _Rule] = {
    "network": _Rule(
        (
            "TAOCTL_NETWORK",
            "BT_SUBTENSOR_CHAIN_ENDPOINT",
            "BT_SUBTENSOR_NETWORK",
            "BT_NETWORK",
        ),
        lambda: "finney",
        _text,
        "a network name or a ws:// URL",
    ),
    "fallback": _Rule(
        ("TAOCTL_FALLBACK_ENDPOINTS", "BT_FALLBACK_ENDPOINTS"),
        lambda: None,
        _endpoints,
        "ws:// or wss:// URLs joined by commas",
    ),
    "archive": _Rule(
        ("TAOCTL_ARCHIVE_ENDPOINTS", "BT_ARCHIVE_ENDPOINTS"),
        lambda: None,
        _endpoints,
        "ws:// or wss:// URLs joined by commas",
    ),
    "timeout": _Rule(
        ("TAOCTL_TIMEOUT",), lambda: 10.0, _seconds, "seconds, more than 0 and at most 3600"
    ),
    "output": _Rule(("TAOCTL_OUTPUT",), lambda: "table", _format, f"one of {', '.join(FORMATS)}"),
    "wallet_path": _Rule(
        ("TAOCTL_WALLET_PATH", "BT_WALLET_PATH"), paths.wallets_dir, _path, "a folder"
    ),
    "wallet": _Rule(("TAOCTL_WALLET", "BT_WALLET_NAME"), lambda: None, _text, "a wallet's name"),
    "tolerance": _Rule(
        ("TAOCTL_TOLERANCE",),
        lambda: "1%",
        _tolerance,
        "a share of the price such as 1% or 0.5%, less than 100%",
    ),
}
"""Every setting: its environment variables, default and reader."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What the configuration file says of a network.

    Attributes:
        endpoints: WebSocket URLs in the order they are tried.
        archive: endpoints that have every old block and state; empty where none is named.
        genesis: `0x` hash of block 0, None where the file does not pin it.
    """

    endpoints: tuple[str, ...]
    archive: tuple[str, ...] = ()
    genesis: str | None = None


class Config:
    """The settings that hold for one run.

    Args:
        flags: values given on the command line by setting name; None counts as not given.
        context: name of the context to use instead of the file's current one.
        environ: environment variables, the process's own by default.
        path: configuration file; by default `config.toml` in the user's configuration directory.

    Raises:
        UsageError: a value cannot be read, or the context does not exist; says where it stands.
    """

    def __init__(
        self,
        flags: Mapping[str, Any] | None = None,
        *,
        context: str | None = None,
        environ: Mapping[str, str] | None = None,
        path: Path | None = None,
    ) -> None:
        self._flags = flags or {}
        self._environ = os.environ if environ is None else environ
        self.path = path or paths.config_dir() / "config.toml"
        name = context or self._environ.get("TAOCTL_CONTEXT") or None
        content = _read_file(self.path)
        self.context, self._context = _read_context(content, self.path, name)
        self.pools = _read_pools(content, self.path)
        self.settings = {name: self._resolve(name, rule) for name, rule in RULES.items()}

    def _resolve(self, name: str, rule: _Rule) -> Setting:
        flag = self._flags.get(name)
        if flag is not None:
            return self._setting(name, rule, flag, f"--{name.replace('_', '-')}")
        for variable in rule.variables:
            if self._environ.get(variable):
                return self._setting(name, rule, self._environ[variable], f"${variable}")
        if name in self._context:
            source = f"context {self.context} in {self.path}"
            return self._setting(name, rule, self._context[name], source)
        return Setting(name, rule.default(), "default")

    @staticmethod
    def _setting(name: str, rule: _Rule, value: Any, source: str) -> Setting:
        try:
            return Setting(name, rule.read(str(value)), source)
        except ValueError:
            # Endpoints may carry access keys.
            told = "what was given" if rule.read is _endpoints else repr(str(value))
            raise UsageError(
                f"{name.replace('_', ' ')} cannot be {told} (from {source})",
                f"give {rule.meaning}",
            ) from None

    @property
    def network(self) -> str:
        """Network name or URL."""
        return str(self.settings["network"].value)

    @property
    def fallback(self) -> tuple[str, ...]:
        """Endpoints that are tried after the network's own."""
        return self.settings["fallback"].value or ()

    @property
    def archive(self) -> tuple[str, ...]:
        """Archive endpoints to use instead of the network's own."""
        return self.settings["archive"].value or ()

    @property
    def timeout(self) -> float:
        """Deadline in seconds."""
        return float(self.settings["timeout"].value)

    @property
    def output(self) -> str:
        """Output format, one of FORMATS."""
        return str(self.settings["output"].value)

    @property
    def wallet_path(self) -> Path:
        """Folder of the wallets."""
        return Path(self.settings["wallet_path"].value)

    @property
    def wallet(self) -> str | None:
        """Name of the wallet to use, if one is set."""
        value = self.settings["wallet"].value
        return None if value is None else str(value)

    @property
    def tolerance(self) -> str:
        """How far from the spot price a trade of stake may go, in per cent, such as `1%`."""
        return str(self.settings["tolerance"].value)

    def explain(self) -> tuple[Setting, ...]:
        """Every setting with its source."""
        return tuple(self.settings.values())


def _read_context(
    content: Mapping[str, Any], path: Path, wanted: str | None
) -> tuple[str | None, Mapping[str, Any]]:
    contexts = content.get("contexts", {})
    name = wanted or content.get("current")
    if name is None:
        return None, {}
    context = contexts.get(name) if isinstance(contexts, Mapping) else None
    if not isinstance(context, Mapping):
        listed = ", ".join(contexts) if isinstance(contexts, Mapping) and contexts else "none"
        raise UsageError(f"there is no context {name!r} in {path}", f"contexts there: {listed}")
    unknown = [key for key in context if key not in RULES]
    if unknown:
        raise UsageError(
            f"context {name} in {path} sets {', '.join(unknown)}, which is no setting",
            f"settings: {', '.join(RULES)}",
        )
    return str(name), context


def _read_pools(content: Mapping[str, Any], path: Path) -> Mapping[str, Pool]:
    tables = content.get("networks", {})
    if not isinstance(tables, Mapping):
        raise _bad_pool("networks", path)
    return {
        str(name): _read_pool(f"networks.{name}", table, path) for name, table in tables.items()
    }


def _read_pool(name: str, table: Any, path: Path) -> Pool:
    if not isinstance(table, Mapping) or table.keys() - {"endpoints", "archive", "genesis"}:
        raise _bad_pool(name, path)
    genesis = table.get("genesis")
    if genesis is not None and not (isinstance(genesis, str) and _GENESIS.fullmatch(genesis)):
        raise _bad_pool(name, path)
    lists = [table.get("endpoints", []), table.get("archive", [])]
    for urls in lists:
        if not isinstance(urls, list) or not all(isinstance(u, str) and "://" in u for u in urls):
            raise _bad_pool(name, path)
    return Pool(tuple(lists[0]), tuple(lists[1]), genesis)


def _bad_pool(name: str, path: Path) -> UsageError:
    return UsageError(
        f"[{name}] in {path} does not describe a network",
        'give endpoints = ["wss://…"], and if you like archive = ["wss://…"] and genesis = "0x…"',
    )


def _read_file(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}", "repair it or remove it") from None
