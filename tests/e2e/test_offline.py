"""Three people in real terminals lose their hub, go on writing, and everything is there once."""

import os
import subprocess

import pytest

from tests.e2e.desks import LONG, NAMES, Desks, at, desks, go_on, notes, says, settled
from tests.e2e.terminal import WARROOM, Terminal

__all__ = ["at", "desks"]


@pytest.mark.timeout(600)
def test_everything_written_without_a_hub_is_there_once(
    desks: Desks, at: dict[str, Terminal]
) -> None:
    """Also by someone whose client was killed meanwhile; and reading needs no hub at all."""
    go_on(desks, at)
    says(at["ana"], "/status identified")
    at["ana"].wait_for("needs the hub", timeout=LONG)
    at["cy"].kill()
    brief = desks.runs("cy", "brief")
    assert 0 == brief.returncode, brief.stderr
    assert "no hub is listening" in brief.stderr
    assert "Checkout fails" in brief.stdout
    assert "Checkout fails" in desks.runs("cy", "list").stdout
    assert "ana is here" in desks.runs("cy", "tail").stdout
    held = desks.runs("cy", "export", "--held")
    here = sorted(f"{name} is here" for name in NAMES)
    assert (0, here) == (held.returncode, sorted(notes(held.stdout.encode())))
    refused = desks.runs("cy", "post", "not kept")
    assert (5, "") == (refused.returncode, refused.stdout)
    with desks.screen("cy") as again:
        again.wait_for("cy goes on", "1 waiting", "OFFLINE", timeout=LONG)
        desks.hub()
        for terminal in (at["ana"], at["bo"], again):
            terminal.wait_for(
                *(f"{name} goes on" for name in NAMES), "live", gone="OFFLINE", timeout=LONG
            )
            settled(terminal)
    export = desks.export("bo")
    expected = [f"{name} {what}" for name in NAMES for what in ("is here", "goes on")]
    assert sorted(expected) == sorted(notes(export.encode()))
    assert [] == list(desks.base.glob("*/outbox/*/*/*.json"))
    verified = subprocess.run(
        [*WARROOM, "verify", "-"], input=export, env=os.environ | desks.env, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert 0 == verified.returncode, verified.stdout
