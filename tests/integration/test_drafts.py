"""Lines that were begun outlive the process in which they were typed."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from warroom.client.drafts import Drafts

LOG = "0" * 32

LEAVE = """
import sys
from pathlib import Path
from warroom.client.drafts import Drafts
Drafts(Path(sys.argv[1])).keep(sys.argv[2], "ana", sys.argv[3])
"""


def leave(folder: Path, text: str) -> None:
    """Another client, that types and is gone."""
    subprocess.run([sys.executable, "-c", LEAVE, str(folder), LOG, text], check=True, timeout=60)


def test_what_was_begun_is_there_for_the_next_client_and_once(tmp_path: Path) -> None:
    """Whoever takes it up first has it; the oldest comes first."""
    leave(tmp_path, "half a thought ü")
    leave(tmp_path, "and another")
    assert ["half a thought ü", "and another"] == Drafts(tmp_path).left(LOG, "ana")
    assert [] == Drafts(tmp_path).left(LOG, "ana")
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_it_is_nobody_elses(tmp_path: Path) -> None:
    """Neither another person's nor another room's, and for its owner's eyes only."""
    leave(tmp_path, "half a thought")
    assert [] == Drafts(tmp_path).left(LOG, "bo")
    assert [] == Drafts(tmp_path).left("1" * 32, "ana")
    (file,) = tmp_path.rglob("*.txt")
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)


def test_a_client_that_lives_keeps_its_own(tmp_path: Path) -> None:
    """What another window is typing is left alone, and an empty line leaves no file."""
    drafts = Drafts(tmp_path)
    drafts.keep(LOG, "ana", "still typing")
    assert [] == drafts.left(LOG, "ana")
    drafts.keep(LOG, "ana", "still typing this")
    assert f"{os.getpid()}.txt" in [path.name for path in tmp_path.rglob("*")]
    drafts.keep(LOG, "ana", " ")
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_without_a_folder_nothing_is_kept() -> None:
    """Nor is anything found."""
    drafts = Drafts(None)
    drafts.keep(LOG, "ana", "half")
    assert [] == drafts.left(LOG, "ana")
