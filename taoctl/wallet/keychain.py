"""Passwords in the operating system's keyring, for the keys for which the user enabled it.

The keyring is touched only to sign, never where no session bus could answer, always in a thread
with a deadline, and only through a backend that encrypts. A backend that is not one of the
operating systems' own must be named with TAOCTL_KEYRING_BACKEND.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from taoctl import paths
from taoctl.errors import NoKeyError
from taoctl.secrecy import remember
from taoctl.text import printable

SERVICE = "taoctl"
"""The service under which passwords stand in the keyring; the user name is the key's address."""

BACKEND_VARIABLE = "TAOCTL_KEYRING_BACKEND"
"""Names a backend as `module.Class`; nothing else makes an unencrypted one acceptable."""

DEADLINE_S = 5.0
"""How long the keyring may take to answer."""

_SAFE = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.macOS.Keyring",
    }
)
"""Backends of the operating systems themselves, which keep passwords encrypted."""

_WITHOUT = "use --password-fd or --password-file, or be asked for the password at a terminal"

T = TypeVar("T")


def enabled(ss58: str) -> bool:
    """Whether the user enabled the keyring for the key; looks for one small file, no keyring."""
    return os.path.lexists(_marker(ss58))


def load(ss58: str, environ: Mapping[str, str], deadline_s: float = DEADLINE_S) -> str:
    """The password that the keyring has for a key.

    Raises:
        NoKeyError: it has none, did not answer in time, or there is no keyring to ask.
    """
    found = _ask(lambda ring: ring.get_password(SERVICE, ss58), environ, deadline_s)
    if not found:
        raise NoKeyError(
            f"the keyring has no password for {ss58}",
            "save it again with `taoctl wallet unlock --keyring`",
        )
    return str(found)


def save(
    ss58: str, password: str, environ: Mapping[str, str], deadline_s: float = DEADLINE_S
) -> str:
    """Put a key's password into the keyring and enable it for the key; returns the backend's name.

    Raises:
        NoKeyError: there is no keyring that may be used, or it did not take the password in time.
    """

    remember(password)

    def store(ring: Any) -> tuple[str, bool]:
        ring.set_password(SERVICE, ss58, password)
        return _name(ring), ring.get_password(SERVICE, ss58) == password

    name, kept = _ask(store, environ, deadline_s)
    if not kept:
        raise NoKeyError(f"the keyring {name} did not keep the password", _WITHOUT)
    _mark(ss58, name)
    return name


def forget(ss58: str, environ: Mapping[str, str], deadline_s: float = DEADLINE_S) -> bool:
    """Disable the keyring for a key, then delete its password there; whether there was one.

    It is asked even if it was not enabled, so that one that failed can be asked again.

    Raises:
        NoKeyError: the keyring did not answer; it is disabled for the key all the same. Or it
            cannot be disabled; says why.
    """
    try:
        _marker(ss58).unlink(missing_ok=True)
    except OSError as error:
        raise NoKeyError(
            f"the keyring cannot be disabled: {_marker(ss58)}: {error.strerror or error}",
            "remove that file",
        ) from None

    def delete(ring: Any) -> bool:
        if ring.get_password(SERVICE, ss58) is None:
            return False
        ring.delete_password(SERVICE, ss58)
        return True

    try:
        return _ask(delete, environ, deadline_s)
    except NoKeyError as problem:
        raise NoKeyError(
            f"{problem.message}, so it may still have the password of {ss58}",
            f"`taoctl wallet lock {ss58} --keyring` tries again; "
            f"or delete it there: service {SERVICE}, user {ss58}",
        ) from None


def session_bus(environ: Mapping[str, str]) -> str | None:
    """Address of the D-Bus session bus, or None where there is no session."""
    given = environ.get("DBUS_SESSION_BUS_ADDRESS")
    if given:
        return given
    runtime = environ.get("XDG_RUNTIME_DIR")
    if runtime and (Path(runtime) / "bus").is_socket():
        return f"unix:path={runtime}/bus"
    return None


def _ask(work: Callable[[Any], T], environ: Mapping[str, str], deadline_s: float) -> T:
    """Do something with the keyring in a thread that is left behind when it hangs."""
    wanted = environ.get(BACKEND_VARIABLE)
    bus = None
    if not wanted and sys.platform == "linux":
        bus = session_bus(environ)
        if bus is None:
            raise NoKeyError("there is no D-Bus session, so no keyring to ask", _WITHOUT)
    done: list[T] = []
    failed: list[BaseException] = []

    def attempt() -> None:
        try:
            done.append(work(_backend(wanted, bus)))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=attempt, name="keyring", daemon=True)
    thread.start()
    thread.join(deadline_s)
    if done:
        return done[0]
    if not failed:
        raise NoKeyError(f"the keyring did not answer within {deadline_s:g} s", _WITHOUT)
    error = failed[0]
    if isinstance(error, NoKeyError):
        raise error
    # The message of a backend could quote what it was given.
    raise NoKeyError(f"the keyring failed ({type(error).__name__})", _WITHOUT) from None


def _backend(wanted: str | None, bus: str | None) -> Any:
    """The backend to use; loads keyring, which may talk to D-Bus."""
    if bus is not None:
        # The D-Bus library reads nothing but this variable.
        os.environ.setdefault("DBUS_SESSION_BUS_ADDRESS", bus)
    if wanted:
        from keyring.core import load_keyring

        try:
            return load_keyring(wanted)
        except Exception as error:
            raise NoKeyError(
                f"{BACKEND_VARIABLE} names {printable(wanted)!r}, which cannot be used "
                f"({type(error).__name__})",
                "name a backend as module.Class, or unset the variable",
            ) from None
    import keyring

    chosen = keyring.get_keyring()
    for ring in [chosen, *getattr(chosen, "backends", ())]:
        if _name(ring) in _SAFE:
            return ring
    raise NoKeyError(
        f"the only keyring here is {_name(chosen)}, which is not known to encrypt",
        f"name it in {BACKEND_VARIABLE} if you accept that, or {_WITHOUT}",
    )


def _name(ring: Any) -> str:
    kind = type(ring)
    return f"{kind.__module__}.{kind.__qualname__}"


def _marker(ss58: str) -> Path:
    """The file whose presence enables the keyring for a key; it names the backend."""
    return paths.state_dir() / "keyring" / Path(ss58).name


def _mark(ss58: str, backend: str) -> None:
    from taoctl.wallet.files import atomic_write, private_folder

    marker = _marker(ss58)
    try:
        private_folder(marker.parent)
        atomic_write(marker, f"{backend}\n".encode(), replace=True)
    except OSError as error:
        raise NoKeyError(
            f"the keyring cannot be enabled: {marker}: {error.strerror or error}", _WITHOUT
        ) from None
