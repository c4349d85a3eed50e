"""`warroom config show`: the settings as they count now, and which of them won."""

import argparse
from collections.abc import Mapping

from warroom.cli.options import add_config
from warroom.cli.output import say, show
from warroom.cli.settings import DEFAULT, Value, read_settings
from warroom.cli.settings_files import config_file
from warroom.cli.stop import Exit
from warroom.place import data_folder


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Arguments of `config`."""
    parser.description = (
        "Show the settings, and where they and the data are kept. The environment counts first\n"
        "(WARROOM_THEME), then the file of --config, then your own config.toml, then the site's."
    )
    parser.add_argument("what", choices=("show",), help="show the settings")
    parser.add_argument("--origin", action="store_true", help="say where each value comes from")
    add_config(parser)


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the settings; fails if one of them cannot be used."""
    settings = read_settings(options, env)
    values = {"theme": Value("auto", DEFAULT), **settings.values}
    show([f"# your settings: {config_file(env)}", f"# your data: {data_folder(env)}"])
    show(_line(name, value, origin=options.origin) for name, value in sorted(values.items()))
    for complaint in settings.complaints:
        say(complaint)
    return Exit.FAILED if settings.complaints else Exit.DONE


def _line(name: str, value: Value, *, origin: bool) -> str:
    line = f"{name} = {value.value}"
    return f"{line:<40}  {value.origin}" if origin else line
