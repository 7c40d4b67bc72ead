"""The two looks of the dashboard; colours carry meaning, so each name stands for one."""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme

DARK = Theme(
    name="taoctl-dark",
    primary="#5fb3d4",
    secondary="#8a9bb0",
    accent="#4fd1b5",
    foreground="#d3dce6",
    background="#0c1116",
    surface="#0c1116",
    panel="#18212b",
    success="#6fcf97",
    warning="#e5b567",
    error="#ef7070",
    dark=True,
)

LIGHT = Theme(
    name="taoctl-light",
    primary="#1f6f94",
    secondary="#5b6b7c",
    accent="#0f7f6b",
    foreground="#1d2733",
    background="#f7f8fa",
    surface="#f7f8fa",
    panel="#e6eaef",
    success="#1d7f46",
    warning="#96650a",
    error="#b3261e",
    dark=False,
)

THEMES = (DARK, LIGHT)


def derived_colours(theme: Theme) -> dict[str, str]:
    """The quiet colours of the screens, mixed from a theme's own so that any theme works."""
    colours = theme.to_color_system().generate()
    ground, ink = Color.parse(colours["background"]), Color.parse(colours["foreground"])
    primary, accent = Color.parse(colours["primary"]), Color.parse(colours["accent"])
    error = Color.parse(colours["error"])
    warning = Color.parse(colours["warning"])
    heat = (
        ground.blend(primary, 0.35),
        ground.blend(primary, 0.60),
        primary,
        primary.blend(accent, 0.5),
        accent,
        accent.blend(warning, 0.6),
        warning,
    )
    return {
        "muted": ground.blend(ink, 0.55).hex,
        "faint": ground.blend(ink, 0.20).hex,
        "bar": ground.blend(ink, 0.06).hex,
        "cursor": ground.blend(primary, 0.32).hex,
        "cursor-blurred": ground.blend(ink, 0.10).hex,
        "own-row": ground.blend(accent, 0.13).hex,
        "alarm-row": ground.blend(error, 0.24).hex,
        "alarm-cursor": ground.blend(error, 0.24).blend(primary, 0.32).hex,
        **{f"heat-{step}": colour.hex for step, colour in enumerate(heat, 1)},
    }
