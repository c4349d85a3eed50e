"""The room survives the loss of its hub: a new one goes on from what one client held."""

import json
import shutil

import pytest

from tests.e2e.desks import LONG, NAMES, Desks, at, desks, go_on, notes, says, settled
from tests.e2e.terminal import Terminal

__all__ = ["at", "desks"]


@pytest.mark.timeout(900)
def test_a_new_hub_goes_on_with_what_a_client_held(desks: Desks, at: dict[str, Terminal]) -> None:
    """Three write on without a hub, one machine is lost, the hub's folder too; nothing is twice."""
    go_on(desks, at)
    at["cy"].kill()
    shutil.rmtree(desks.base / "cy")
    shutil.rmtree(desks.hub_data)
    (replica,) = (desks.base / "ana").glob("replicas/*/*.jsonl")
    desks.hub("--adopt", str(replica))
    for name in ("ana", "bo"):
        at[name].wait_for("RECOVERING", timeout=LONG)
    desks.release()
    for name in ("ana", "bo"):
        at[name].wait_for("ana goes on", "bo goes on", "live", gone="RECOVERING", timeout=LONG)
        settled(at[name])
    says(at["bo"], "we are back")
    at["ana"].wait_for("we are back", timeout=LONG)
    export = desks.export("bo")
    expected = [f"{name} is here" for name in NAMES]
    expected += ["ana goes on", "bo goes on", "we are back"]
    assert sorted(expected) == sorted(notes(export.encode()))
    kinds = [json.loads(line).get("header", {}).get("kind") for line in export.splitlines()]
    assert 1 == kinds.count("log.adopted")
    of_each_hub = list(desks.base.glob("bo/replicas/*/*.jsonl"))
    assert 2 == len(of_each_hub)
    file = desks.base / "export.jsonl"
    file.write_text(export)
    assert 0 == desks.operator("verify", str(file)).returncode
