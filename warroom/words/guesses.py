"""Words that people try and that are none, with the line by which it is said here.

None of them is guessed at by its letters: `/resolve` is spelt like `/remove`, and means another
thing altogether.
"""

from collections.abc import Mapping

from warroom.domain.vocabulary import Severity, Status

_ROLE = {
    "ic": "ic",
    "commander": "ic",
    "command": "ic",
    "tl": "tl",
    "cl": "cl",
    "comms": "cl",
    "dep": "dep",
    "deputy": "dep",
    "scribe": "scribe",
}
_STATUS = {
    "resolve": Status.RESOLVED,
    "fixed": Status.RESOLVED,
    "mitigate": Status.MITIGATED,
    "identify": Status.IDENTIFIED,
    "investigate": Status.INVESTIGATING,
    "monitor": Status.MONITORING,
    "debrief": Status.DEBRIEFING,
    "close": Status.CLOSED,
    "cancel": Status.CANCELLED,
}

INSTEAD: Mapping[str, str] = {
    **{status.value: f"/status {status}" for status in Status},
    **{guess: f"/status {status}" for guess, status in _STATUS.items()},
    **{guess: f"/role {role}" for guess, role in _ROLE.items()},
    **{one.casefold(): f"/sev {one[-1]} REASON" for one in Severity},
    "severity": "/sev 1 REASON",
    "handover": "/role ic @who",
    "accept": "/role accept",
    "decline": "/role decline WHY",
    "release": "/role release",
    "assign": "/act @who TEXT +10m",
    "task": "/act @who TEXT +10m",
    "todo": "/act @who TEXT +10m",
    "action": "/act @who TEXT +10m",
    "done": "/act A1 done",
    "drop": "/act A1 drop REASON",
    "note": "/post TEXT",
    "say": "/post TEXT",
    "comment": "/post TEXT",
    "observe": "/obs TEXT",
    "decision": "/decide TEXT",
    "worked": "/decide D1 worked",
    "failed": "/decide D1 failed",
    "revert": "/decide D1 reversed",
    "draft": "/update customers",
    "submit": "/update U1 submit",
    "approve": "/update U1 approve",
    "publish": "/update U1 publish",
    "sent": "/update U1 sent WHERE",
    "fact": "/promote #41 fact",
    "pin": "/promote #41 fact",
    "edit": "/amend #41 TEXT",
    "correct": "/amend #41 TEXT",
    "delete": "/strike #41 REASON",
    "undo": "/strike #41 REASON",
    "impact": "/info impact high",
    "services": "/info services cards,checkout",
    "bridge": "/info bridge WHERE",
    "rename": "/title TEXT",
    "roll": "/here @who voice",
    "who": "/brief",
    "summary": "/brief",
    "sitrep": "/brief",
}

KEYS: Mapping[str, str] = {
    **dict.fromkeys(("help", "?", "man"), "F1 is the help"),
    **dict.fromkeys(("quit", "exit", "bye"), "^q quits, from anywhere"),
    **dict.fromkeys(("lobby", "leave", "back"), "esc, then q, goes back to the lobby"),
    **dict.fromkeys(("search", "find", "filter"), "esc, then / searches, v shows only some"),
}
"""What is no word but a key, as the table of keys has it unless someone has keys of their own."""
