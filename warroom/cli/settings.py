"""A person's settings: what they are, where they come from, and which of them won.

The first that has a value counts: the environment (`WARROOM_THEME`), the file that `--config`
names, the user's own `config.toml`, the site's, the default. A mistake in a file never keeps
anyone out of a room: it is said, and the rest counts.

    theme = "light"

    [keys]
    "room.alarm" = "ctrl+g,f9"
"""

import argparse
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from warroom.cli.settings_files import (
    KEYS,
    THEME,
    config_file,
    nearest,
    site_config_files,
    unknown,
    unreadable,
)
from warroom.cli.stop import Exit, Stop

if TYPE_CHECKING:
    from warroom.tui.preferences import Preferences

DEFAULT = "default"
THEME_VARIABLE = "WARROOM_THEME"


class Value(NamedTuple):
    """A setting's value, and what it was said by."""

    value: str
    origin: str


@dataclass
class Settings:
    """Every setting that has a value, by its name: `theme`, `keys.room.alarm`.

    `complaints` are sentences about what cannot be used.
    """

    values: dict[str, Value] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def offer(self, name: str, value: Value) -> None:
        """Take a value, unless one that counts for more is there."""
        self.values.setdefault(name, value)

    @property
    def theme(self) -> str | None:
        found = self.values.get(THEME)
        return found.value if found else None

    @property
    def keys(self) -> dict[str, str]:
        prefix = f"{KEYS}."
        return {
            name.removeprefix(prefix): found.value
            for name, found in self.values.items()
            if name.startswith(prefix)
        }


def read_settings(options: argparse.Namespace, env: Mapping[str, str]) -> Settings:
    """The settings as they count now. Raises `Stop` if the file of `--config` cannot be read."""
    settings = Settings()
    if theme := env.get(THEME_VARIABLE):
        _offer_theme(settings, theme, THEME_VARIABLE)
    chosen: Path | None = getattr(options, "config", None)
    if chosen is not None:
        _read_file(settings, chosen, required=True)
    for path in (config_file(env), *site_config_files(env)):
        _read_file(settings, path)
    return settings


def _read_file(settings: Settings, path: Path, *, required: bool = False) -> None:
    import tomllib

    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if required:
            raise Stop(Exit.NOT_FOUND, f"there is no file {path}") from error
        return
    except (OSError, ValueError) as error:
        text = unreadable(path, error)
        if required:
            raise Stop(Exit.USAGE, text) from error
        settings.complaints.append(text)
        return
    _take(settings, found, path)


def _take(settings: Settings, found: Mapping[str, Any], path: Path) -> None:
    """Take what a file says."""
    for name, value in found.items():
        if name == THEME:
            _offer_theme(settings, value, str(path))
        elif name == KEYS and isinstance(value, dict):
            for id_, keys in _flat(value):
                _offer_key(settings, id_, keys, path)
        elif name == KEYS:
            settings.complaints.append(f"{path}: keys is a table: [keys]")
        else:
            settings.complaints.append(unknown(path, name))


def _offer_theme(settings: Settings, theme: object, origin: str) -> None:
    from warroom.tui.themes import NAMES

    if theme in NAMES:
        settings.offer(THEME, Value(str(theme), origin))
        return
    near = nearest(str(theme), NAMES) or f"; there are {', '.join(NAMES)}"
    settings.complaints.append(f"{origin}: there is no theme {theme}{near}")


def _offer_key(settings: Settings, id_: str, keys: object, path: Path) -> None:
    from warroom.tui.keymap import OWN

    if id_ not in OWN:
        text = f"{path}: there is nothing called {id_} to give a key{nearest(id_, OWN)}"
        settings.complaints.append(text)
    elif not isinstance(keys, str) or not keys.strip():
        settings.complaints.append(f'{path}: {id_} takes keys as a text, such as "ctrl+g,f9"')
    else:
        pressed = ",".join(key.strip() for key in keys.split(","))
        settings.offer(f"{KEYS}.{id_}", Value(pressed, str(path)))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """The ids of a table: `room.alarm = ...` without quotes is a table in a table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


# --- on the screen ---------------------------------------------------------------------------


def preferences(options: argparse.Namespace, env: Mapping[str, str]) -> "Preferences":
    """The settings as the screen takes them."""
    from warroom.tui.preferences import Preferences
    from warroom.tui.themes import full_name

    settings = read_settings(options, env)
    path = config_file(env)
    return Preferences(
        theme=None if settings.theme is None else full_name(settings.theme),
        keys=settings.keys,
        complaints=tuple(settings.complaints),
        remember=lambda theme: remember_theme(path, theme),
    )


def remember_theme(path: Path, theme: str) -> None:
    """Write the theme into the user's settings, and leave everything else there as it is.

    Raises `OSError`.
    """
    from warroom.tui.themes import short_name

    line = f'theme = "{short_name(theme)}"'
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, old in enumerate(lines):
        if old.lstrip().startswith("["):
            break  # tables follow, and a setting of the top can only stand before them
        if old.split("=")[0].strip() == THEME:
            lines[number] = line
            break
    if line not in lines:
        lines.insert(0, line)
    _replace(path, "".join(f"{one}\n" for one in lines))


def _replace(path: Path, text: str) -> None:
    """Put a text there whole or not at all."""
    import tempfile

    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".config-", delete=False
    ) as file:
        file.write(text)
    os.replace(file.name, path)
