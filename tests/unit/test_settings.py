"""Settings: the nearest word counts, mistakes name themselves, and no line of a file is lost."""

import argparse
from pathlib import Path

import pytest

from warroom.cli.main import main
from warroom.cli.settings import Settings, read_settings, remember_theme
from warroom.cli.settings_files import config_file, site_config_files
from warroom.cli.stop import Exit, Stop
from warroom.place import data_folder


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment with folders of its own."""
    return {
        "XDG_CONFIG_HOME": str(tmp_path / "home"),
        "XDG_CONFIG_DIRS": f"relative:{tmp_path / 'site'}",
    }


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def read(env: dict[str, str], config: Path | None = None) -> Settings:
    return read_settings(argparse.Namespace(config=config), env)


def test_nothing_is_set_at_first(env: dict[str, str]) -> None:
    """Without files there are defaults, and nothing to complain of."""
    assert Settings() == read(env)


def test_the_nearest_word_counts(env: dict[str, str], tmp_path: Path) -> None:
    """Environment, then --config, then one's own file, then the site's."""
    site = write(next(site_config_files(env)), 'theme = "dark"\n[keys]\n"room.help" = "f9"\n')
    assert ("dark", str(site)) == read(env).values["theme"]
    own = write(config_file(env), 'theme = "light"\n')
    assert ("light", str(own)) == read(env).values["theme"]
    given = write(tmp_path / "given.toml", 'theme = "contrast"\n')
    assert ("contrast", str(given)) == read(env, given).values["theme"]
    env["WARROOM_THEME"] = "ansi"
    assert ("ansi", "WARROOM_THEME") == read(env, given).values["theme"]
    assert {"room.help": "f9"} == read(env, given).keys


def test_an_unknown_setting_names_itself_and_its_neighbour(env: dict[str, str]) -> None:
    """A mistake is said with what was probably meant; the rest of the file counts."""
    path = write(
        config_file(env),
        'themes = "light"\ntheme = "lihgt"\n'
        '[keys]\n"room.alam" = "f9"\n"room.help" = 3\n"room.comms" = "f7 , f8"\n',
    )
    settings = read(env)
    assert [
        f"{path}: there is no setting themes; did you mean theme?",
        f"{path}: there is no theme lihgt; did you mean light?",
        f"{path}: there is nothing called room.alam to give a key; did you mean room.alarm?",
        f'{path}: room.help takes keys as a text, such as "ctrl+g,f9"',
    ] == settings.complaints
    assert {"room.comms": "f7,f8"} == settings.keys
    assert settings.theme is None


def test_ids_need_no_quotes(env: dict[str, str]) -> None:
    """In TOML room.alarm without quotes is a table; it means the same."""
    write(config_file(env), '[keys]\nroom.alarm = "f9"\n')
    assert {"room.alarm": "f9"} == read(env).keys
    write(config_file(env), "keys = 3\n")
    assert 1 == len(read(env).complaints)


def test_a_broken_file_keeps_nobody_out(env: dict[str, str]) -> None:
    """One's own file that cannot be read is complained of; one that was asked for stops."""
    path = write(config_file(env), "theme = \n")
    assert read(env).complaints[0].startswith(f"{path} cannot be read: ")
    with pytest.raises(Stop) as stopped:
        read(env, path)
    assert Exit.USAGE is stopped.value.status
    with pytest.raises(Stop) as stopped:
        read(env, path.with_name("none.toml"))
    assert Exit.NOT_FOUND is stopped.value.status


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "light"\n'),
        ('# mine\ntheme="dark"\n', '# mine\ntheme = "light"\n'),
        ('[keys]\ntheme = "f9"\n', 'theme = "light"\n[keys]\ntheme = "f9"\n'),
        ("# a\n\n[keys]\n", 'theme = "light"\n# a\n\n[keys]\n'),
    ],
)
def test_a_theme_is_remembered_and_nothing_else_touched(
    env: dict[str, str], before: str, after: str
) -> None:
    """Comments and tables stay as they are."""
    path = config_file(env)
    if before:
        write(path, before)
    remember_theme(path, "warroom-light")
    assert after == path.read_text()
    assert "light" == read(env).theme
    assert [path] == list(path.parent.iterdir())


def test_config_show_says_which_won(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each value with where it comes from; without any, the default."""
    assert Exit.DONE == main(["config", "show", "--origin"], env)
    printed = capsys.readouterr().out
    assert [
        f"# your settings: {config_file(env)}",
        f"# your data: {data_folder(env)}",
        "theme = auto                              default",
    ] == printed.splitlines()
    path = write(config_file(env), 'theme = "light"\n[keys]\n"room.help" = "f9"\n')
    assert Exit.DONE == main(["config", "show", "--origin"], env)
    assert [
        f"keys.room.help = f9                       {path}",
        f"theme = light                             {path}",
    ] == capsys.readouterr().out.splitlines()[2:]


def test_config_show_fails_over_a_mistake(
    env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It goes to standard error, and the status says so; --config stands on either side."""
    path = write(tmp_path / "given.toml", 'colour = "red"\n')
    for arguments in (["--config", str(path), "config", "show"], ["config", "show"]):
        given = [] if "--config" in arguments else ["--config", str(path)]
        assert Exit.FAILED == main([*arguments, *given], env)
        printed = capsys.readouterr()
        assert "theme = auto" == printed.out.splitlines()[-1]
        assert f"warroom: {path}: there is no setting colour\n" == printed.err


def test_every_command_names_a_setting_that_there_is_not(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, and it goes on; what is no settings at all says that."""
    own = write(config_file(env), 'theem = "light"\n[keys]\n')
    site = write(next(site_config_files(env)), "theme = \n")
    assert Exit.DONE == main(["raci"], env)
    printed = capsys.readouterr()
    first, second = printed.err.splitlines()
    assert f"warroom: {own}: there is no setting theem; did you mean theme?" == first
    assert second.startswith(f"warroom: {site} cannot be read: ")
    assert printed.out
    own.write_text('theme = "light"\n')
    site.unlink()
    assert Exit.DONE == main(["raci"], env)
    assert "" == capsys.readouterr().err
