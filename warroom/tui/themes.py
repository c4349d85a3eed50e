"""The colours: dark, light, high contrast, one for colour-blind people, and the terminal's own.

Red stands for alarms and nothing else. Every meaning also has a word or a mark.
"""

from textual.theme import Theme

from warroom.tui.present.pieces import Tone

TONES: dict[Tone, str] = {
    Tone.PLAIN: "",
    Tone.QUIET: "$foreground-muted",
    Tone.STRONG: "bold",
    Tone.ACCENT: "$text-accent",
    Tone.GOOD: "$text-success",
    Tone.WARN: "bold $text-warning",
    Tone.ALARM: "bold $text-error",
}
"""The style of each tone, in the theme's own names."""

DARK = "warroom-dark"
ANSI = "warroom-ansi"

THEMES: tuple[Theme, ...] = (
    Theme(
        name=DARK,
        dark=True,
        primary="#5fafff",
        secondary="#87afd7",
        accent="#ffd787",
        success="#87d787",
        warning="#ffaf5f",
        error="#ff5f5f",
        foreground="#d0d0d0",
        background="#121212",
        surface="#121212",
        panel="#262626",
    ),
    Theme(
        name="warroom-light",
        dark=False,
        primary="#005f87",
        secondary="#3a5f7f",
        accent="#7a4f00",
        success="#006b2d",
        warning="#8f4700",
        error="#b00020",
        foreground="#1c1c1c",
        background="#fafafa",
        surface="#fafafa",
        panel="#e4e4e4",
    ),
    Theme(
        name="warroom-contrast",
        dark=True,
        primary="#00d7ff",
        secondary="#ffffff",
        accent="#ffff00",
        success="#00ff5f",
        warning="#ffd700",
        error="#ff4040",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#303030",
    ),
    Theme(
        # Blue and orange of Okabe and Ito's palette, which all common kinds of colour blindness
        # tell apart; there is no green and red to be confused.
        name="warroom-colour-blind",
        dark=True,
        primary="#56b4e9",
        secondary="#a6cee3",
        accent="#f0e442",
        success="#56b4e9",
        warning="#e69f00",
        error="#ff7f3f",
        foreground="#e0e0e0",
        background="#121212",
        surface="#121212",
        panel="#2a2a2a",
    ),
    Theme(
        # The sixteen colours as the person's terminal has them, over its own background. With
        # NO_COLOR it is the base from which the colours are taken.
        name=ANSI,
        ansi=True,
        dark=True,
        primary="ansi_bright_blue",
        secondary="ansi_cyan",
        accent="ansi_bright_yellow",
        success="ansi_green",
        warning="ansi_yellow",
        error="ansi_bright_red",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            "ansi-background": "ansi_black",
            "ansi-foreground": "ansi_white",
            "border": "ansi_bright_blue",
            "border-blurred": "ansi_bright_black",
            "foreground-muted": "ansi_bright_black",
            "text-muted": "ansi_bright_black",
            "text-primary": "ansi_bright_blue",
            "text-accent": "ansi_bright_yellow",
            "text-success": "ansi_green",
            "text-warning": "ansi_yellow",
            "text-error": "ansi_bright_red",
            "block-cursor-foreground": "ansi_black",
            "block-cursor-background": "ansi_white",
            "input-cursor-foreground": "ansi_black",
            "input-cursor-background": "ansi_white",
            "input-selection-foreground": "ansi_black",
            "input-selection-background": "ansi_cyan",
            "screen-selection-foreground": "ansi_black",
            "screen-selection-background": "ansi_cyan",
            "scrollbar": "ansi_bright_black",
            "scrollbar-hover": "ansi_white",
            "scrollbar-active": "ansi_white",
            "scrollbar-background": "ansi_default",
            "scrollbar-background-hover": "ansi_default",
            "scrollbar-background-active": "ansi_default",
            "scrollbar-corner-color": "ansi_default",
        },
    ),
)

_PREFIX = "warroom-"

NAMES: tuple[str, ...] = tuple(theme.name.removeprefix(_PREFIX) for theme in THEMES)
"""What the themes are called in settings: `dark`, `light`, ..."""


def full_name(name: str) -> str:
    """What Textual calls the theme that settings call so."""
    return f"{_PREFIX}{name}"


def short_name(name: str) -> str:
    """What settings call the theme that Textual calls so."""
    return name.removeprefix(_PREFIX)
