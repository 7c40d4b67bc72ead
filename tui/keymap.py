"""The keys of the dashboard in one place; every binding has an id by which it can be rebound."""

from __future__ import annotations

from textual.binding import Binding

APP_KEYS: tuple[Binding, ...] = (
    Binding("1", "go('overview')", "overview", id="app.overview"),
    Binding("2", "go('subnets')", "subnets", id="app.subnets"),
    Binding("3", "go('metagraph')", "metagraph", id="app.metagraph"),
    Binding("question_mark", "help", "help", key_display="?", id="app.help"),
    Binding("f1", "help", "help", show=False, id="app.help"),
    Binding("ctrl+p", "command_palette", "command palette", show=False, id="app.palette"),
    Binding("q", "quit", "quit", id="app.quit"),
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

HINTS: tuple[str, ...] = (
    "app.overview",
    "app.subnets",
    "app.metagraph",
    "table.open",
    "screen.filter",
    "table.sort",
    "screen.command",
    "screen.back",
    "table.wide",
    "app.quit",
    "app.help",
)
"""Binding ids in the order of the hint line; the last one is always shown."""

PROMPT_HINTS: tuple[tuple[str, str], ...] = (
    ("enter", "apply"),
    ("tab", "complete"),
    ("esc", "cancel"),
)
"""What the hint line says while the prompt is open."""

GROUPS: tuple[tuple[str, str], ...] = (
    ("app.", "Everywhere"),
    ("screen.", "On a screen"),
    ("table.", "In a table"),
)
"""Prefixes of binding ids and the heading that the help gives them."""
