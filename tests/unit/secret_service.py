"""A Secret Service for tests: one unlocked collection, kept in memory, over an unencrypted session.

Run as a program on a session bus; says `ready` when it owns its name.
"""

from __future__ import annotations

import sys
from typing import Any

from jeepney import HeaderFields, Message, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.secrets"
ROOT = "/org/freedesktop/secrets"
NOTHING = "/"

items: dict[str, tuple[dict[str, str], bytes]] = {}


def search(wanted: dict[str, str]) -> list[str]:
    return [path for path, (has, _) in items.items() if wanted.items() <= has.items()]


def create(properties: dict[str, Any], secret: tuple[str, bytes, bytes, str]) -> str:
    attributes = dict(properties["org.freedesktop.Secret.Item.Attributes"][1])
    found = search(attributes)
    path = found[0] if found else f"{ROOT}/collection/login/{len(items) + 1}"
    items[path] = (attributes, bytes(secret[2]))
    return path


def answer(message: Message) -> Message:
    fields = message.header.fields
    member, path, body = fields[HeaderFields.member], fields[HeaderFields.path], message.body
    if member == "OpenSession" and body[0] == "plain":
        return new_method_return(message, "vo", (("s", ""), f"{ROOT}/session/1"))
    if member == "Get":
        values = {"Label": ("s", "Login"), "Locked": ("b", False)}
        return new_method_return(message, "v", (values[body[1]],))
    if member == "SearchItems":
        return new_method_return(message, "ao", (search(dict(body[0])),))
    if member == "CreateItem":
        return new_method_return(message, "oo", (create(dict(body[0]), body[1]), NOTHING))
    if member == "GetSecret":
        secret = (body[0], b"", items[path][1], "text/plain")
        return new_method_return(message, "(oayays)", (secret,))
    if member == "Unlock":
        return new_method_return(message, "aoo", (list(body[0]), NOTHING))
    if member == "Delete":
        del items[path]
        return new_method_return(message, "o", (NOTHING,))
    return new_error(message, "org.freedesktop.DBus.Error.NotSupported", "s", (str(member),))


def main() -> None:
    bus = open_dbus_connection()
    bus.send_and_get_reply(message_bus.RequestName(NAME))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        message = bus.receive()
        if message.header.message_type is MessageType.method_call:
            bus.send(answer(message))


if __name__ == "__main__":
    main()
