"""The colours: dark, light, high contrast, and one that colour-blind people can tell apart.

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
)
