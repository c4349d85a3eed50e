"""Folders and files for this user alone."""

import os
import stat
from pathlib import Path

import pytest

from warroom.client.private import private_folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_made_is_for_this_user_alone(tmp_path: Path) -> None:
    """And so is what is missing above it."""
    private_folder(tmp_path / "a" / "b")
    assert [0o700, 0o700] == [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")]


def test_a_folder_that_others_can_write_to_is_closed(tmp_path: Path) -> None:
    """Only itself: what stands above it is not ours to change."""
    (tmp_path / "open" / "sessions").mkdir(parents=True)
    for path in (tmp_path / "open", tmp_path / "open" / "sessions"):
        path.chmod(0o777)
    private_folder(tmp_path / "open" / "sessions")
    assert [0o777, 0o700] == [mode(tmp_path / "open"), mode(tmp_path / "open" / "sessions")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of someone else")
def test_a_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    """They would read, or choose, what stands in it."""
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 54_103, -1)
    with pytest.raises(PermissionError, match="it belongs to user 54103"):
        private_folder(tmp_path / "theirs")
