"""The keys of the dashboard in one place; every binding has an id by which it can be rebound."""

from __future__ import annotations

from textual.binding import Binding

APP_KEYS: tuple[Binding, ...] = (
    Binding("1", "go('overview')", "overview", id="app.overview"),
    Binding("2", "go('subnets')", "subnets", id="app.subnets"),
    Binding("3", "go('metagraph')", "metagraph", id="app.metagraph"),
    Binding("4", "go('stake')", "stake", id="app.stake"),
    Binding("5", "go('weights')", "weights", id="app.weights"),
    Binding("6", "go('governance')", "gov", id="app.governance"),
    Binding("question_mark", "help", "help", key_display="?", id="app.help"),
    Binding("f1", "help", "help", show=False, id="app.help"),
    Binding("ctrl+p", "command_palette", "command palette", show=False, id="app.palette"),
    Binding(
        "x",
        "dismiss",
        "dismiss",
        id="app.dismiss",
        tooltip="drop the notice of a UID or commit that was lost",
        show=False,
    ),
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

MATRIX_KEY = Binding(
    "W", "matrix", "weights", id="consensus.matrix", tooltip="who weighs whom on this subnet"
)
"""The key that opens the heat map of the subnet that a row or a screen is of."""

FIELDS_KEY = Binding("d", "fields", "details", id="consensus.fields", tooltip="all its fields")
"""The key that shows everything that is known of a neuron."""

_MECHANISM_KEY = Binding(
    "m", "mechanism", "mechanism", id="consensus.mechanism", tooltip="the subnet's next mechanism"
)

NEURON_KEYS: tuple[Binding, ...] = (
    Binding(
        "b",
        "other",
        "weights/bonds",
        id="consensus.other",
        tooltip="who weighs this neuron, or whom it weighs and has bonds in",
    ),
    MATRIX_KEY,
    Binding("n", "subnet", "subnet", id="consensus.subnet", tooltip="all neurons of the subnet"),
    FIELDS_KEY,
    _MECHANISM_KEY,
    ADD_KEY,
)
"""Keys of the screen of one neuron."""

WEIGHTS_KEYS: tuple[Binding, ...] = (
    Binding(
        "v", "validator", "validator", id="consensus.validator", tooltip="open the row's validator"
    ),
    _MECHANISM_KEY,
    ADD_KEY,
)
"""Keys of the heat map."""

SUBNET_KEYS: tuple[Binding, ...] = (
    Binding("e", "edit", "set", id="subnet.edit", tooltip="set the hyperparameter of the row"),
    Binding(
        "b",
        "other",
        "next list",
        id="subnet.other",
        tooltip="hyperparameters, emission, or the order of pruning",
    ),
    Binding("t", "span", "time", id="subnet.span", tooltip="the price over a longer time"),
    Binding("n", "neurons", "neurons", id="subnet.neurons", tooltip="all neurons of the subnet"),
    MATRIX_KEY,
    Binding("d", "fields", "details", id="subnet.fields", tooltip="all fields of the subnet"),
    Binding("u", "unlock", "unlock", id="stake.unlock", tooltip="open the key of its owner"),
    ADD_KEY,
)
"""Keys of the screen of one subnet."""

SUBNETS_KEYS: tuple[Binding, ...] = (
    Binding("n", "neurons", "neurons", id="subnets.neurons", tooltip="the row's neurons"),
    MATRIX_KEY,
)
"""Keys of the screen of all subnets."""

GOVERNANCE_KEYS: tuple[Binding, ...] = (
    Binding("a", "act('aye')", "aye", id="governance.aye", tooltip="vote aye, or approve a call"),
    Binding("n", "act('nay')", "nay", id="governance.nay", tooltip="vote nay"),
    Binding("r", "act('unvote')", "unvote", id="governance.unvote", tooltip="take the vote back"),
    Binding("e", "act('close')", "close", id="governance.close", tooltip="have a motion decided"),
    Binding(
        "u", "unlock", "unlock", id="governance.unlock", tooltip="open a key that has a vote there"
    ),
)
"""Keys of the list of proposals, and of one of them."""

PROPOSAL_KEYS: tuple[Binding, ...] = (
    Binding(
        "b",
        "other",
        "next list",
        id="proposal.other",
        tooltip="what would change, the call, or the votes",
    ),
    Binding("d", "fields", "details", id="proposal.fields", tooltip="all fields of the proposal"),
    *GOVERNANCE_KEYS,
)
"""Keys of the screen of one proposal."""

HINTS: tuple[str, ...] = (
    "app.overview",
    "app.subnets",
    "app.metagraph",
    "app.stake",
    "app.weights",
    "app.governance",
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

NEURON_HINTS: tuple[str, ...] = (
    "table.open",
    "consensus.other",
    "consensus.mechanism",
    "consensus.matrix",
    "consensus.subnet",
    "consensus.fields",
    "screen.back",
    "screen.filter",
    "table.sort",
    "screen.command",
    "stake.add",
    *(id for id in HINTS if id.startswith("app.")),
)
"""The same for the screen of one neuron."""

WEIGHTS_HINTS: tuple[str, ...] = (
    "table.open",
    "consensus.validator",
    "consensus.mechanism",
    "table.sort",
    "table.wide",
    "screen.filter",
    "screen.back",
    "screen.command",
    "stake.add",
    *(id for id in HINTS if id.startswith("app.")),
)
"""The same for the heat map."""

SUBNET_HINTS: tuple[str, ...] = (
    "subnet.edit",
    "subnet.other",
    "subnet.span",
    "subnet.neurons",
    "consensus.matrix",
    "stake.unlock",
    "screen.back",
    "subnet.fields",
    "table.open",
    "screen.filter",
    "screen.command",
    "stake.add",
    *(id for id in HINTS if id.startswith("app.")),
)
"""The same for the screen of one subnet."""

SUBNETS_HINTS: tuple[str, ...] = (
    "table.open",
    "subnets.neurons",
    "consensus.matrix",
    "table.sort",
    "screen.filter",
    "table.wide",
    "screen.command",
    *(id for id in HINTS if id.startswith("app.")),
)
"""The same for the screen of all subnets."""

GOVERNANCE_HINTS: tuple[str, ...] = (
    "table.open",
    "governance.aye",
    "governance.nay",
    "governance.unvote",
    "governance.close",
    "governance.unlock",
    "table.sort",
    "screen.filter",
    "table.wide",
    "screen.command",
    *(id for id in HINTS if id.startswith("app.")),
)
"""The same for the list of proposals."""

PROPOSAL_HINTS: tuple[str, ...] = (
    "proposal.other",
    "governance.aye",
    "governance.nay",
    "governance.unvote",
    "governance.close",
    "governance.unlock",
    "screen.back",
    "table.open",
    "screen.filter",
    "proposal.fields",
    "table.wide",
    "screen.command",
    *(id for id in HINTS if id.startswith("app.")),
)
"""The same for the screen of one proposal."""

PROMPT_HINTS: tuple[tuple[str, str], ...] = (
    ("enter", "apply"),
    ("tab", "complete"),
    ("esc", "cancel"),
)
"""What the hint line says while the prompt is open."""

GROUPS: tuple[tuple[str, str], ...] = (
    ("app.", "Everywhere"),
    ("subnet.", "Subnet"),
    ("subnets.", "Subnets"),
    ("consensus.", "Neurons and weights"),
    ("stake.", "Stake"),
    ("governance.", "Governance"),
    ("proposal.", "Proposal"),
    ("screen.", "On a screen"),
    ("table.", "In a table"),
)
"""Prefixes of binding ids and the heading that the help gives them."""
