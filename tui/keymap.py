"""The keys of the dashboard in one place; every binding has an id by which it can be rebound."""

from __future__ import annotations

from textual.binding import Binding

APP_KEYS: tuple[Binding, ...] = (
    Binding("1", "go('overview')", "overview", id="app.overview"),
    Binding("2", "go('subnets')", "subnets", id="app.subnets"),
    Binding("3", "go('metagraph')", "metagraph", id="app.metagraph"),
    Binding("4", "go('stake')", "stake", id="app.stake"),
    Binding("question_mark", "help", "help", key_display="?", id="app.help"),
    Binding("f1", "help", "help", show=False, id="app.help"),
    Binding("ctrl+p", "command_palette", "command palette", show=False, id="app.palette"),
    Binding("q", "quit", "quit", id="app.quit"),
    Binding("ctrl+z", "suspend_process", "suspend", show=False, id="app.suspend"),
    Binding("ctrl+c,ctrl+q", "quit", "quit", show=False, id="app.interrupt", priority=True),
)
"""Keys that work on every screen."""

SCREEN_KEYS: tuple[Binding, ...] = (
    Binding("slash", "filter", "filter", key_display="/", id="screen.filter", priority=True),
    Binding("colon", "command", "command", key_display=":", id="screen.command", priority=True),
    Binding("escape", "back", "back", key_display="esc", id="screen.back"),
    Binding("c", "copy", "copy address", show=False, id="screen.copy"),
)
"""Keys that work on every screen with a table.

Those that open the prompt have priority, which makes Textual act on them before it looks at the
next key: over a slow link several keys arrive at once, and those after `/` belong to the prompt.
"""

ADD_KEY = Binding(
    "a", "order('add')", "add stake", id="stake.add", tooltip="stake on the row's hotkey"
)
"""The key that stakes on the hotkey of a row, wherever rows have one."""

STAKE_KEYS: tuple[Binding, ...] = (
    ADD_KEY,
    Binding("r", "order('remove')", "remove", id="stake.remove", tooltip="remove stake"),
    Binding("m", "order('move')", "move", id="stake.move", tooltip="move to a hotkey or subnet"),
    Binding("u", "unlock", "unlock", id="stake.unlock", tooltip="open the key of the row's wallet"),
)
"""Keys of the stake screen, named as the commands are; `s` sorts there as everywhere."""

HINTS: tuple[str, ...] = (
    "app.overview",
    "app.subnets",
    "app.metagraph",
    "app.stake",
    "table.open",
    "screen.filter",
    "table.sort",
    "screen.command",
    "stake.add",
    "screen.back",
    "table.wide",
    "app.quit",
    "app.help",
)
"""Binding ids in the order of the hint line; the last one is always shown."""

STAKE_HINTS: tuple[str, ...] = (
    "stake.add",
    "stake.remove",
    "stake.move",
    "stake.unlock",
    "screen.filter",
    "table.sort",
    "screen.command",
    "table.open",
    *(id for id in HINTS if id.startswith("app.")),
)
"""The same for the stake screen."""

PROMPT_HINTS: tuple[tuple[str, str], ...] = (
    ("enter", "apply"),
    ("tab", "complete"),
    ("esc", "cancel"),
)
"""What the hint line says while the prompt is open."""

GROUPS: tuple[tuple[str, str], ...] = (
    ("app.", "Everywhere"),
    ("stake.", "Stake"),
    ("screen.", "On a screen"),
    ("table.", "In a table"),
)
"""Prefixes of binding ids and the heading that the help gives them."""
