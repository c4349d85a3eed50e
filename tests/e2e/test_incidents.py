"""Incidents that really happened, run through the war room by the people of that day.

The scripts and their sources stand in `tests/data/incidents/`, whose README says what of them is
true. Both run at once, each against a hub of its own in an empty home.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import warroom
from tests.data.incidents.typed import Act, read_acts
from warroom.client.local import target_of
from warroom.client.oneshot import Conversation
from warroom.client.replica import Replica, Settled
from warroom.clock import new_command_id, new_log_id
from warroom.domain.commands import Declare
from warroom.domain.events import RoleAccepted, RoleOffered, StatusChanged, UpdatePublished
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Audience, Role
from warroom.export.jsonl import export_lines, read_export
from warroom.export.markdown import markdown
from warroom.export.tenures import tenures
from warroom.log.verify import verify
from warroom.words.interpret import Draft, interpret
from warroom.words.parse import Said, read_line
from warroom.words.table import POST

ROOT = Path(warroom.__file__).parents[1]
DATA = ROOT / "tests/data/incidents"
STANDALONE = ROOT / "docs/verify_standalone.py"
MOJ, GITHUB = "moj-2024-09-20", "github-2024-08-14"
BOTH = pytest.mark.parametrize("name", [MOJ, GITHUB])
WAIT = 280.0

SECRETS = {MOJ: "AKIAIOSFODNN7EXAMPLE", GITHUB: "correct-horse-9f2c71"}
"""What someone pastes, and two people take back."""

PASTES = {MOJ: b"aws_route_table_association", GITHUB: b"permission denied for function pong"}
"""What stands beside a secret, and stays."""


class Incident:
    """One script on its way, with a home, a data folder and a hub of its own."""

    def __init__(self, name: str, home: Path) -> None:
        self.name = name
        self.home = home
        self.data = home / "data"
        self.env = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "WARROOM_DATA": str(self.data),
            "PYTHONPATH": str(ROOT),
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
        }
        self._install()
        self._script = subprocess.Popen(
            ["bash", str(DATA / f"{name}.sh")],
            env=self.env,
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _install(self) -> None:
        """A `warroom` on the path, as an installation puts it there."""
        command = self.home / "bin/warroom"
        command.parent.mkdir()
        run = "from warroom.cli.main import run; run()"
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -P -c "{run}" "$@"\n')
        command.chmod(0o755)

    def ends_well(self) -> "Incident":
        """Wait for the script, which must have come to its end."""
        out, err = self._script.communicate(timeout=WAIT)
        assert 0 == self._script.returncode, f"{out[-2000:]}\n{err}"
        self.refusals = err.splitlines()
        return self

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        """One command, to its end."""
        command = [str(self.home / "bin/warroom"), *arguments]
        return subprocess.run(
            command, env=self.env, cwd=self.home, capture_output=True, timeout=WAIT, check=False
        )

    def does(self, *arguments: str) -> bytes:
        """What a command prints, which has to end well."""
        done = self.run(*arguments)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def exported(self) -> bytes:
        return self.does("export", "-i", "INC-1")

    def stop(self) -> None:
        """End the script if it still runs, and the hub if there is one."""
        self._script.kill()
        self._script.communicate()
        hub = self.run("hub", "status", "--json")
        if hub.returncode == 0:
            os.kill(json.loads(hub.stdout)["pid"], signal.SIGKILL)


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Incident]]:
    """Both scripts, run to their end."""
    running = {name: Incident(name, tmp_path_factory.mktemp(name)) for name in (MOJ, GITHUB)}
    try:
        yield {name: incident.ends_well() for name, incident in running.items()}
    finally:
        for incident in running.values():
            incident.stop()


def fold(data: bytes) -> Transcript:
    """An export as a reader holds it."""
    export = read_export(data)
    room = Transcript(export.manifest.log)
    for entry in export.entries:
        room.append(entry.recorded())
    return room


def both_verify(path: Path) -> None:
    """The verifier, and the one that shares no code with it."""
    verdict = verify(path.read_bytes())
    assert ((), verdict.entries) == (verdict.problems, verdict.signed)
    command = [sys.executable, "-I", str(STANDALONE), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "The log is whole.\n") == (done.returncode, done.stdout)


def command_held(room: Transcript) -> list[tuple[str, str, str | None]]:
    """Who was in command, from when until when."""
    return [
        (room.names.name(t.person), f"{t.since:%H:%M}", f"{t.until:%H:%M}" if t.until else None)
        for t in tenures(room)
        if t.role is Role.INCIDENT_COMMANDER
    ]


def statuses(room: Transcript) -> list[str]:
    """Where the incident stood, and when as people told it."""
    return [
        f"{entry.happened_at:%H:%M} {entry.event.now}"
        for entry in room.entries
        if isinstance(entry.event, StatusChanged)
    ]


def decisions(room: Transcript) -> set[tuple[str, str, str | None, int]]:
    """What was decided or not, what came of it, and how many objected."""
    return {
        (room.text(d.source.seq).split()[0], d.state, d.outcome, len(d.objections))
        for d in room.incident.decisions.values()
    }


def summary(room: Transcript) -> dict[str, Any]:
    """What is left of an incident once everything in it has happened."""
    i = room.incident
    held = {role: i.holder(role) for role in Role}
    return {
        "title": room.title,
        "severity": i.severity,
        "status": i.status,
        "statuses": [status.split()[1] for status in statuses(room)],
        "started": f"{i.started_at:%Y-%m-%d %H:%M}",
        "command": command_held(room),
        "roles": {role: room.names.name(who) for role, who in held.items() if who},
        "people": sorted(room.names.name(person) for person in i.people),
        "by voice": sorted(room.names.name(p.id) for p in i.people.values() if p.voice),
        "decisions": decisions(room),
        "actions": _counted(a.state for a in i.actions.values()),
        "overdue": sorted(number for number, a in i.actions.items() if a.overdue),
        "hypotheses": [h.state for _, h in sorted(i.hypotheses.items())],
        "published": _counted(u.audience for u in i.updates.values() if u.published),
        "promises": len(i.promises),
        "corrected": (len(i.amended), len(i.struck), len(i.redacted), len(i.facts)),
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    found = [str(value) for value in values]
    return {value: found.count(value) for value in sorted(set(found))}


SUMMARIES: dict[str, dict[str, Any]] = {
    MOJ: {
        "title": "EKS subnet route table associations destroyed",
        "severity": "SEV1",
        "status": "closed",
        "statuses": ["identified", "mitigated", "resolved", "debriefing", "closed"],
        "started": "2024-09-20 10:22",
        "command": [("mo", "10:30", "10:38"), ("jaz", "10:38", None)],
        "roles": {
            "incident_commander": "jaz",
            "deputy": "wes",
            "comms_lead": "tess",
            "technical_lead": "jaz",
        },
        "people": ["jaz", "lin", "mo", "omar", "raj", "tess", "wes"],
        "by voice": ["lin", "omar", "raj"],
        "decisions": {("revert", "withdrawn", None, 1), ("run", "decided", "worked", 0)},
        "actions": {"done": 2, "open": 3},
        "overdue": [2],
        "hypotheses": ["ruled_out", "supported"],
        "published": {"customers": 3},
        "promises": 0,
        "corrected": (1, 0, 1, 0),
    },
    GITHUB: {
        "title": "Degraded availability for Actions, Pages and Pull Requests",
        "severity": "SEV2",
        "status": "closed",
        "statuses": [
            "investigating",
            "identified",
            "mitigated",
            "monitoring",
            "resolved",
            "debriefing",
            "closed",
        ],
        "started": "2024-08-14 23:02",
        "command": [("ada", "23:05", "23:57"), ("dev", "23:57", None)],
        "roles": {
            "incident_commander": "dev",
            "deputy": "ada",
            "comms_lead": "cleo",
            "technical_lead": "ben",
            "scribe": "kim",
        },
        "people": ["ada", "ben", "cleo", "dev", "fay", "gus", "hal", "ivy", "kim"],
        "by voice": ["fay", "gus", "ivy"],
        "decisions": {("restart", "withdrawn", None, 2), ("roll", "decided", "worked", 0)},
        "actions": {"done": 4, "open": 3},
        "overdue": [],
        "hypotheses": ["ruled_out", "ruled_out", "supported"],
        "published": {"customers": 23, "executive": 1},
        "promises": 0,
        "corrected": (1, 1, 1, 1),
    },
}
"""What is left of each incident, today and whenever it was run."""


@BOTH
def test_the_incident_ends_as_it_did(incidents: dict[str, Incident], name: str) -> None:
    """Titles, statuses, who was in command when, decisions, actions, what was published."""
    assert SUMMARIES[name] == summary(fold(incidents[name].exported()))


@BOTH
def test_the_log_is_whole(incidents: dict[str, Incident], name: str) -> None:
    """Both verifiers say so, of the export as it comes out of the command line."""
    path = incidents[name].home / "log.jsonl"
    incidents[name].does("export", "-i", "INC-1", "-o", str(path))
    both_verify(path)
    assert b"whole" in incidents[name].does("verify", str(path))


@BOTH
def test_there_is_one_order(incidents: dict[str, Incident], name: str) -> None:
    """Whoever wrote at once stands one after the other; what waited for something follows it."""
    room = fold(incidents[name].exported())
    assert list(range(1, len(room.entries) + 1)) == [entry.seq for entry in room.entries]
    times = [entry.at for entry in room.entries]
    assert sorted(times) == times
    offered, accepted = (
        next(entry.seq for entry in room.entries if isinstance(entry.event, kind))
        for kind in (RoleOffered, RoleAccepted)
    )
    assert offered < accepted
    for update in room.incident.updates.values():
        assert update.published
        assert update.approved
        steps = [update.text, update.approved, update.published, *update.sent]
        assert sorted(step.seq for step in steps) == [step.seq for step in steps]


@BOTH
def test_no_update_was_approved_by_who_wrote_it(incidents: dict[str, Incident], name: str) -> None:
    """Two people each time, and the glass was never broken."""
    updates = fold(incidents[name].exported()).incident.updates.values()
    assert not any(update.break_glass for update in updates)
    assert not any(
        update.approved.speaker in update.authors for update in updates if update.approved
    )


@BOTH
def test_the_secret_is_gone(incidents: dict[str, Incident], name: str) -> None:
    """From the export, and from every file of the hub while it runs; what stays is found there."""
    incident = incidents[name]
    secret = SECRETS[name].encode()
    assert secret in (DATA / f"{name}.sh").read_bytes()
    kept = [incident.exported(), incident.does("export", "-i", "INC-1", "--format", "md")]
    files = [path.read_bytes() for path in incident.data.rglob("*") if path.is_file()]
    for found in (kept, files):
        assert any(PASTES[name] in data for data in found)
        assert not any(secret in data for data in found)


def test_the_room_refused_what_it_should(incidents: dict[str, Incident]) -> None:
    """Each refusal that the story tells of, in a sentence, with the command that helps."""
    said = [line.removeprefix("warroom: ") for line in incidents[MOJ].refusals]
    assert [
        "mo is incident commander; to take over all the same, give a reason",
        "a redaction takes two people: someone other than wes approves it",
        "this needs the incident commander or deputy; mo is in command",
        "whoever wrote an update for customers cannot approve it; ask someone else, or break the "
        "glass with a reason",
    ] == said
    assert [] == incidents[GITHUB].refusals


def test_statuses_have_the_times_of_that_day(incidents: dict[str, Incident]) -> None:
    """As the sources tell them, in UTC; the debriefs came later."""
    moj = statuses(fold(incidents[MOJ].exported()))
    assert ["10:31 identified", "10:33 mitigated", "10:40 resolved"] == moj[:3]
    github = statuses(fold(incidents[GITHUB].exported()))
    assert ["23:38 mitigated", "23:46 monitoring", "00:30 resolved"] == github[2:5]


@pytest.mark.parametrize("kept", [False, True])
def test_customers_were_told_what_github_told(incidents: dict[str, Incident], kept: bool) -> None:
    """Every text of the status page, word for word, in its order and minute."""
    source = json.loads((DATA / f"sources/{GITHUB}.json").read_text("utf-8"))
    page = [(update["at"][:16], update["message"]) for update in source["updates"]]
    data = (DATA / f"{GITHUB}.jsonl").read_bytes() if kept else incidents[GITHUB].exported()
    room = fold(data)
    told = [
        (f"{entry.happened_at:%Y-%m-%dT%H:%M}", line)
        for entry in room.entries
        if isinstance(entry.event, UpdatePublished)
        and (update := room.incident.updates[entry.event.update]).audience is Audience.CUSTOMERS
        for line in room.text(update.text.seq).splitlines()
    ]
    assert page == told


@BOTH
def test_what_was_kept_is_still_whole_and_means_the_same(name: str) -> None:
    """An export of long ago verifies, folds, comes out the same, and can be told."""
    path = DATA / f"{name}.jsonl"
    both_verify(path)
    room = fold(path.read_bytes())
    assert SUMMARIES[name] == summary(room)
    assert SECRETS[name].encode() not in path.read_bytes()
    export = read_export(path.read_bytes())
    lines = export_lines(export.manifest.label, export.manifest.log, export.entries, export.heads)
    assert path.read_bytes() == b"".join(line + b"\n" for line in lines)
    report = markdown(room, room.entries[-1].at)
    assert (DATA / f"{name}.md").read_text("utf-8").splitlines()[0] == report.splitlines()[0]


def test_the_typed_script_makes_sense_to_a_room(incidents: dict[str, Incident]) -> None:
    """Line by line as the composer reads it: nothing is misread, and nothing refused."""
    incident = incidents[MOJ]
    script = (DATA / "mybinder-2018-03-31.lines").read_text("utf-8")
    acts = list(read_acts(script))
    target = target_of(incident.data, incident.env)
    room = Replica(new_log_id())
    with Conversation(target, acts[0].who, start=False, env=incident.env) as hub:
        declare = Draft(Declare(title="Server launch failures"))
        assert isinstance(hub.submit(room, new_command_id(), declare), Settled)
    for act in acts:
        with Conversation(target, act.who, start=False, env=incident.env) as hub:
            _type(hub, hub.open(room.log), act)
    with Conversation(target, None, observer=True, start=False, env=incident.env) as hub:
        room = hub.open(room.log)
    assert "closed" == room.room.incident.status
    people = room.room.incident.people
    assert ["nia", "otto", "pam", "raj"] == sorted(map(room.room.names.name, people))
    first = next(entry for entry in room.room.entries if entry.event.occurred_at)
    assert datetime(2018, 3, 31, 22, 47, tzinfo=UTC) == first.happened_at
    pasted = next(act.text for act in acts if act.pasted)
    source = (DATA / "sources/mybinder-2018-03-31.md").read_text("utf-8")
    assert f"```\n{pasted}\n```" in source
    assert pasted in markdown(room.room, room.room.entries[-1].at)


def _type(hub: Conversation, replica: Replica, act: Act) -> None:
    """What the composer does with a line, or with a paste that is kept."""
    said = Said(POST.name, act.text) if act.pasted else read_line(act.text)
    meant = interpret(said, replica.room, hub.welcome.time, hub.welcome.you.person)
    assert isinstance(meant, list)
    for draft in meant:
        answer = hub.submit(replica, new_command_id(), draft)
        assert isinstance(answer, Settled), (act, answer)


def test_what_was_typed_on_three_screens_was_kept_whole() -> None:
    """The third incident, typed in three terminals: the export verifies, the paste is all there."""
    path = DATA / "mybinder-2018-03-31.jsonl"
    both_verify(path)
    room = fold(path.read_bytes())
    assert "closed" == room.incident.status
    script = (DATA / "mybinder-2018-03-31.lines").read_text("utf-8")
    pasted = next(act.text for act in read_acts(script) if act.pasted)
    assert [pasted] == [room.text(one.seq) for one in room.entries if pasted in room.text(one.seq)]
