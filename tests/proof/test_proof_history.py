"""The judge of histories is itself judged: it names each fault that is seeded, and no other."""

import dataclasses
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proof.history import Asked, Fault, Finding, History, Kept, Saw, Told, findings

LOGS = ("a" * 32, "b" * 32)


def honest(seed: int) -> tuple[History, list[Kept]]:
    """What a hub that keeps its promise does to a few clients, in one of very many orders.

    A command waits until the hub takes it; then it becomes an entry or a refusal. Some answers
    never come, some come late, and every client has seen as much as it has.
    """
    rng = random.Random(seed)
    history, journal = History(), list[Kept]()
    waiting: list[Asked] = []
    answers: list[Told] = []
    for now in range(rng.randint(0, 60)):
        match rng.choice(("ask", "ask", "take", "take", "answer", "hub")):
            case "ask":
                asked = Asked(rng.choice(LOGS), f"id-{now}", now)
                history.asked.append(asked)
                waiting.append(asked)
            case "take" if waiting:
                asked = waiting.pop(rng.randrange(len(waiting)))
                seq = None if rng.random() < 0.2 else _append(journal, asked.log, asked.id, asked)
                if rng.random() < 0.8:
                    answers.append(Told(asked.log, asked.id, seq, 0))
            case "answer" if answers:
                answer = answers.pop(rng.randrange(len(answers)))
                history.told.append(dataclasses.replace(answer, at=now))
            case "hub":
                _append(journal, rng.choice(LOGS), f"hub-{now}", None)
            case _:
                pass
    for client in ("ana", "bo"):
        for log in LOGS:
            upto = rng.randint(0, len(journal))
            history.saw += [
                Saw(client, log, one.seq, one.id, one.hash)
                for one in journal
                if one.log == log and one.seq <= upto
            ]
    return history, journal


def _append(journal: list[Kept], log: str, id_: str, asked: Asked | None) -> int:
    seq = 1 + sum(one.log == log for one in journal)
    what = f"text of {id_}" if asked else ""
    journal.append(Kept(log, seq, id_, f"hash of {id_}", what, by_hub=asked is None))
    return seq


def whole() -> tuple[History, list[Kept]]:
    """Six commands in one log, one after the other; all acknowledged, all seen by two clients."""
    log = LOGS[0]
    history, journal = History(), list[Kept]()
    for number in range(6):
        asked = Asked(log, f"id-{number}", 10 * number)
        seq = _append(journal, log, asked.id, asked)
        history.asked.append(asked)
        history.told.append(Told(log, asked.id, seq, 10 * number + 5))
        history.saw += [Saw(who, log, seq, asked.id, journal[-1].hash) for who in ("ana", "bo")]
    return history, journal


Seed = Callable[[History, list[Kept]], str]
"""Breaks one promise in a history that was whole; the id of the entry it concerns."""


def lost_after_ack(history: History, journal: list[Kept]) -> str:
    history.saw = [one for one in history.saw if one.seq != 6]
    return journal.pop().id


def lost_after_seen(history: History, journal: list[Kept]) -> str:
    history.told.pop()
    return journal.pop().id


def lost_number(history: History, journal: list[Kept]) -> str:
    history.told = [one for one in history.told if one.seq != 3]
    history.saw = [one for one in history.saw if one.seq != 3]
    history.asked = [one for one in history.asked if one.id != "id-2"]
    del journal[2]
    return "#3"


def moved(history: History, journal: list[Kept]) -> str:
    history.told[2] = dataclasses.replace(history.told[2], seq=2)
    return "id-2"


def doubled_id(history: History, journal: list[Kept]) -> str:
    journal.append(dataclasses.replace(journal[5], seq=7))
    return "id-5"


def doubled_content(history: History, journal: list[Kept]) -> str:
    """A client that sends the same under a new id has doubled it too."""
    log = LOGS[0]
    history.asked.append(Asked(log, "again", 70))
    journal.append(Kept(log, 7, "again", "hash of again", "text of id-5"))
    return "again"


def phantom(history: History, journal: list[Kept]) -> str:
    journal.append(Kept(LOGS[0], 7, "nobody's", "hash", "x"))
    return "nobody's"


def forked(history: History, journal: list[Kept]) -> str:
    history.saw[4] = dataclasses.replace(history.saw[4], hash="another")
    return history.saw[4].id


def visible_in_the_journal(history: History, journal: list[Kept]) -> str:
    history.told[5] = dataclasses.replace(history.told[5], seq=None)
    return "id-5"


def visible_to_someone(history: History, journal: list[Kept]) -> str:
    history.asked.append(Asked(LOGS[0], "no", 70))
    history.told.append(Told(LOGS[0], "no", None, 75))
    history.saw.append(Saw("ana", LOGS[0], 7, "no", "hash of no"))
    return "no"


def inverted(history: History, journal: list[Kept]) -> str:
    """The fourth was acknowledged before the fifth was asked for, and stands behind it."""
    swap = {4: 5, 5: 4}
    history.told = [
        dataclasses.replace(one, seq=swap.get(one.seq or 0, one.seq)) for one in history.told
    ]
    history.saw = [dataclasses.replace(one, seq=swap.get(one.seq, one.seq)) for one in history.saw]
    journal[:] = [dataclasses.replace(one, seq=swap.get(one.seq, one.seq)) for one in journal]
    return "id-4"


SEEDED: list[tuple[Seed, Fault]] = [
    (lost_after_ack, Fault.LOST),
    (lost_after_seen, Fault.LOST),
    (lost_number, Fault.LOST),
    (moved, Fault.MOVED),
    (doubled_id, Fault.DOUBLED),
    (doubled_content, Fault.DOUBLED),
    (phantom, Fault.PHANTOM),
    (forked, Fault.FORKED),
    (visible_in_the_journal, Fault.VISIBLE),
    (visible_to_someone, Fault.VISIBLE),
    (inverted, Fault.INVERTED),
]


@pytest.mark.parametrize(("seed", "fault"), SEEDED)
def test_each_seeded_fault_is_named_and_no_other(seed: Seed, fault: Fault) -> None:
    """Whoever trusts a clean result must know that a broken one would have shown."""
    history, journal = whole()
    id_ = seed(history, journal)
    assert (Finding(LOGS[0], id_, fault),) == findings(history, journal)


def test_every_fault_is_seeded() -> None:
    """No kind of fault is only defined."""
    assert set(Fault) == {fault for _, fault in SEEDED}


@given(st.integers())
def test_an_honest_history_is_never_blamed(seed: int) -> None:
    """Whatever the order of asking, taking and answering was."""
    assert () == findings(*honest(seed))


@given(st.integers(), st.data())
def test_any_lost_acknowledgement_is_found(seed: int, data: st.DataObject) -> None:
    """Take any acknowledged entry out of any honest journal."""
    history, journal = honest(seed)
    acked = [told for told in history.told if told.seq is not None]
    if not acked:
        return
    gone = data.draw(st.sampled_from(acked))
    rest = [one for one in journal if one.id != gone.id]
    assert Finding(gone.log, gone.id, Fault.LOST) in findings(history, rest)
