"""Where settings are, and which names in them no setting has. Cheap: every command looks here."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

THEME = "theme"
KEYS = "keys"
SETTINGS = (THEME, KEYS)


def config_file(env: Mapping[str, str]) -> Path:
    """The user's own settings, in the platform's config folder."""
    shared = Path(env.get("XDG_CONFIG_HOME", ""))
    base = shared if shared.is_absolute() else Path(env.get("HOME") or Path.home(), ".config")
    return base / "warroom" / "config.toml"


def site_config_files(env: Mapping[str, str]) -> Iterator[Path]:
    """The settings of the whole machine, those that count for more first."""
    for folder in (env.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        if Path(folder).is_absolute():
            yield Path(folder, "warroom", "config.toml")


def complaints(env: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the files as such, a sentence each, for commands without a screen.

    What their values are good for, the screens and `warroom config show` say.
    """
    for path in (config_file(env), *site_config_files(env)):
        try:
            yield from (unknown(path, name) for name in _names(path) if name not in SETTINGS)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            yield unreadable(path, error)


def _names(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    import tomllib

    return [*tomllib.loads(text)]


def unreadable(path: Path, error: Exception) -> str:
    """That a file is no settings."""
    return f"{path} cannot be read: {error}"


def unknown(path: Path, name: str) -> str:
    """That there is no setting of this name, and which one is spelt like it."""
    return f"{path}: there is no setting {name}{nearest(name, SETTINGS)}"


def nearest(name: str, known: Iterable[str]) -> str:
    """A question after what may have been meant, after a semicolon; nothing if nothing is near."""
    from difflib import get_close_matches

    found = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""
