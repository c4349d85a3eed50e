"""The shipped scenario against the real rules, and what a story makes of a newcomer who acts."""

from collections.abc import Iterable

import pytest

from tests.unit.conftest import Playbook
from warroom.demo.scenario import NEWCOMER, Act, Step, Wait, parse
from warroom.demo.shipped import shipped
from warroom.demo.story import Story
from warroom.domain.commands import (
    AdvanceAction,
    ChangeStatus,
    DecideProposal,
    Declare,
    DraftUpdate,
    ProposeDecision,
    RaiseHypothesis,
    TakeRole,
)
from warroom.domain.decide import Granted, Refused
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import (
    ActionState,
    Audience,
    DecisionState,
    HypothesisState,
    Role,
    Status,
    UpdateState,
)

SASHA = "sasha"
CAST = ("ana", "bo")
HEAD = "title\tDEMO Down\nperson\tana\nperson\tbo\n"


class Stage:
    """A story on a playbook: the hub's rules, and nothing of its sockets."""

    def __init__(
        self, people: Iterable[str] = CAST, speed: float = 1.0, *, alone: bool = False
    ) -> None:
        self.room = Playbook()
        people = tuple(people)
        self.room.does(people[0], Declare(title="DEMO Down"))
        self.room.joins(*people)
        self.story = Story(set(people), speed, alone=alone)

    @property
    def seen(self) -> Transcript:
        """The room as a client has it."""
        seen = Transcript(self.room.incident.log)
        for recorded in self.room.entries:
            seen.append(recorded)
        return seen

    def plays(self, act: Act) -> list[Granted | Refused]:
        """What the hub says to an act; nothing if it is left out."""
        drafts = self.story.drafts(act, self.seen, self.room.now, act.who)
        answers: list[Granted | Refused] = []
        for draft in drafts:
            said_by = {} if draft.said_by is None else {"said_by": draft.said_by}
            answers.append(self.room.says(act.who, draft.command, **said_by))  # type: ignore[arg-type]
        if answers and all(isinstance(answer, Granted) for answer in answers):
            self.story.became(act, self.room.incident.seq)
        return answers

    def happened(self, step: Step, before: object = None) -> bool:
        assert isinstance(step, Wait)
        return self.story.happened(step, self.seen, before)  # type: ignore[arg-type]


def steps(*lines: str) -> tuple[Step, ...]:
    return parse(HEAD + "\n".join(lines)).steps


def act(line: str, notes: str = "", who: str = "ana") -> Act:
    """One act that may speak of the names `one` and `two`, unless it is the one so named."""
    given = [f"0\tana\tx\tas {name}" for name in ("one", "two") if f"as {name}" not in notes]
    *_, last = steps(*given, f"0\t{who}\t{line}\t{notes}")
    assert isinstance(last, Act)
    return last


# --- the shipped scenario --------------------------------------------------------------------


def perform(*, newcomer: bool, commands: bool) -> tuple[Stage, list[Act], list[Act]]:
    """The shipped scenario to its end, with the acts left out and those refused."""
    scenario = shipped()
    stage = Stage(scenario.people, speed=6)
    left_out, refused, at = [], [], 0.0
    for step in scenario.steps:
        stage.room.waits((step.at - at) / 6)
        at = step.at
        stage.room.fires()
        match step:
            case Wait(wanted="newcomer") if newcomer:
                stage.room.joins(SASHA)
            case Wait(wanted="command") if commands:
                stage.room.does(SASHA, TakeRole(role=Role.INCIDENT_COMMANDER))
            case Act():
                answers = stage.plays(step)
                if not answers:
                    left_out.append(step)
                if any(isinstance(answer, Refused) for answer in answers):
                    refused.append(step)
            case _:
                pass
    return stage, left_out, refused


@pytest.mark.parametrize(
    ("newcomer", "commands"), [(True, True), (True, False), (False, False)], ids=str
)
def test_every_line_of_the_shipped_scenario_is_granted(newcomer: bool, commands: bool) -> None:
    """Whoever watches: read by the grammar, decided by the rules, in order, to a resolved end."""
    stage, left_out, refused = perform(newcomer=newcomer, commands=commands)
    assert [] == [step.number for step in refused]
    conditional = [step for step in left_out if step.needs or step.unless]
    spoken_to = [step for step in left_out if f"{{{NEWCOMER}}}" in step.line and not newcomer]
    assert left_out == [step for step in left_out if step in conditional or step in spoken_to]

    i = stage.room.incident
    assert Status.RESOLVED is i.status
    assert (SASHA if commands else "lou") == i.commander
    assert [HypothesisState.RULED_OUT, HypothesisState.SUPPORTED] == [
        i.hypotheses[n].state for n in (1, 2)
    ]
    assert DecisionState.DECIDED is i.decisions[1].state
    assert 1 == len(i.decisions[1].objections)
    assert [UpdateState.PUBLISHED] * 2 == [i.updates[n].state for n in (1, 2)]
    assert 1 == len(i.struck) == len(i.amended) == len(i.facts)
    texts = [stage.seen.text(update.text.seq) for update in i.updates.values()]
    assert [True, True] == [text.endswith(".") for text in texts]
    overdue = [entry for entry in stage.room.entries if entry.event.kind == "action.overdue"]
    assert 1 == len(overdue)


def test_the_shipped_scenario_is_visibly_a_demo() -> None:
    """Its title and its first words say so, and it lasts for eighteen minutes."""
    scenario = shipped()
    assert scenario.title.startswith("DEMO ")
    first, *_, last = scenario.steps
    assert isinstance(first, Act)
    assert first.line.startswith("DEMO")
    assert 18 * 60 == last.at


def test_a_commander_who_does_everything_first_stops_nothing() -> None:
    """What was done already is refused, and only acts that say so are."""
    scenario = shipped()
    stage = Stage(scenario.people)
    stage.room.joins(SASHA)
    stage.room.does(SASHA, TakeRole(role=Role.INCIDENT_COMMANDER))
    stage.room.does(SASHA, RaiseHypothesis(text="mine is H1"))
    stage.room.does(SASHA, DraftUpdate(audience=Audience.INTERNAL, text="mine is U1"))
    for step in scenario.steps:
        if not isinstance(step, Act):
            continue
        answers = stage.plays(step)
        assert step.maybe or all(isinstance(answer, Granted) for answer in answers), step
        for action in stage.room.incident.actions.values():
            if action.pending:
                done = AdvanceAction(action=action.number, to=ActionState.DONE)
                stage.room.does(SASHA, done)
        for update in stage.room.incident.updates.values():
            if update.state is UpdateState.SUBMITTED:
                stage.room.does(SASHA, stage.room.approval(update.number))
    i = stage.room.incident
    assert HypothesisState.OPEN is i.hypotheses[1].state
    assert HypothesisState.SUPPORTED is i.hypotheses[3].state
    assert UpdateState.DRAFT is i.updates[1].state
    assert UpdateState.PUBLISHED is i.updates[3].state


# --- what an act says ------------------------------------------------------------------------


def test_things_are_spoken_of_as_they_are_called_in_the_room() -> None:
    """The newcomer's things count too, and notes have their number."""
    stage = Stage()
    stage.room.joins(SASHA)
    stage.room.does(SASHA, RaiseHypothesis(text="mine"))
    stage.plays(act("/h theirs", "as one"))
    stage.plays(act("a note", "as two"))
    assert [f"#{stage.room.incident.seq} H2 @sasha"] == said(stage, "{two} {one} @{newcomer}")
    for line, tag in (("/p x", "D1"), ("/d x", "D2"), ("/a x", "A1"), ("/u internal x", "U1")):
        stage.plays(act(line, "as one"))
        assert [tag] == said(stage, "{one}")


def said(stage: Stage, line: str, notes: str = "") -> list[str]:
    """What is posted when someone types a line, nothing if it is left out."""
    drafts = stage.story.drafts(act(line, notes), stage.seen, stage.room.now, "ana")
    return [str(getattr(draft.command, "text", "")) for draft in drafts]


def test_what_speaks_of_nothing_is_left_out() -> None:
    """Of an act that was refused, or of a newcomer who is not there."""
    stage = Stage()
    assert [] == said(stage, "{one}")
    assert [] == said(stage, "@{newcomer}")
    assert [] == said(stage, "/b")
    stage.room.calls("ana", "raj")
    assert [] == said(stage, "@{newcomer}")
    stage.plays(act("x", "as one"))
    assert [f"#{stage.room.incident.seq}"] == said(stage, "{one}")


def test_conditions_look_at_acts_and_at_command() -> None:
    """Of the newcomer, not of somebody who is played."""
    stage = Stage()
    assert [[], ["x"]] == [said(stage, "x", "if one"), said(stage, "x", "unless one")]
    stage.plays(act("x", "as one"))
    assert [["x"], []] == [said(stage, "x", "if one"), said(stage, "x", "unless one")]
    assert [] == said(stage, "x", "if one if two")
    stage.room.does("ana", TakeRole(role=Role.INCIDENT_COMMANDER))
    assert [] == said(stage, "x", "if commanding")
    stage.room.joins(SASHA)
    stage.room.does(SASHA, TakeRole(role=Role.INCIDENT_COMMANDER, reason="I am here"))
    assert ["x"] == said(stage, "x", "if commanding")


def test_who_cannot_type_is_not_told_to() -> None:
    """Printed line by line, the story begins otherwise than on a screen."""
    first = [step for step in shipped().steps if isinstance(step, Act) and step.at == 0]
    notes = [act for act in first if act.who == "ines" and not act.line.startswith("/")]

    def told(*, alone: bool) -> str:
        stage = Stage(shipped().people, alone=alone)
        drafts = (stage.story.drafts(act, stage.seen, stage.room.now, "ines") for act in notes)
        return " ".join(str(getattr(one.command, "text", "")) for ones in drafts for one in ones)

    on_screen, printed = told(alone=False), told(alone=True)
    assert "whatever you type, they see" in on_screen
    assert "Type /r ic" in on_screen
    assert "printed" not in on_screen
    assert printed.startswith("DEMO: a real incident")
    assert not [word for word in ("you type", "Type", "^g", "F1") if word in printed]


def test_times_come_nearer_as_the_story_is_faster() -> None:
    """Those that lie ahead, those that are past, and the seconds of a window."""
    stage = Stage(speed=10)
    now, seen = stage.room.now, stage.seen

    def only(line: str) -> object:
        (draft,) = stage.story.drafts(act(line), seen, now, "ana")
        return draft

    assert 60 == (only("/a x +10m").command.due_at - now).total_seconds()  # type: ignore[attr-defined]
    assert 1 == (only("/a x +5s").command.due_at - now).total_seconds()  # type: ignore[attr-defined]
    assert -12 == (only('/o x ~"2 min ago"').occurred_at - now).total_seconds()  # type: ignore[attr-defined]
    assert 24 == only("/p x +4m").command.window  # type: ignore[attr-defined]
    assert 1 == only("/p x +4s").command.window  # type: ignore[attr-defined]
    assert ProposeDecision is type(only("/p x").command)  # type: ignore[attr-defined]


def test_a_wait_ends_when_it_happened() -> None:
    """Someone came, someone commands; then a thing stands otherwise, service is back."""
    stage = Stage()
    came, commands, decided, acted, back, note = steps(
        "0\twait\tnewcomer\t9",
        "0\twait\tcommand\t9",
        "0\tana\t/p x\tas one",
        "0\twait\t{one}\t9",
        "0\twait\tresolved\t9",
        "0\tana\tx\tas two",
    )
    assert isinstance(decided, Act)
    assert isinstance(acted, Wait)
    assert isinstance(note, Act)
    stage.plays(decided)
    before = stage.story.state(acted, stage.seen)
    assert DecisionState.PROPOSED is before
    assert [False, False] == [stage.happened(step) for step in (came, commands)]
    assert [True, True] == [stage.happened(acted, before), stage.happened(back)]
    stage.room.joins(SASHA)
    stage.room.does(SASHA, TakeRole(role=Role.INCIDENT_COMMANDER))
    assert [True, True] == [stage.happened(step) for step in (came, commands)]
    assert [False, False] == [stage.happened(acted, before), stage.happened(back)]
    stage.room.does(SASHA, DecideProposal(decision=1))
    stage.room.does(SASHA, ChangeStatus(to=Status.RESOLVED))
    assert [True, True] == [stage.happened(acted, before), stage.happened(back)]
    stage.plays(note)
    only_a_note = Wait(number=1, at=0, wanted="two", longest=9)
    assert stage.story.state(only_a_note, stage.seen) is None
    assert stage.happened(only_a_note)


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("/h x", HypothesisState.OPEN),
        ("/d x", DecisionState.DECIDED),
        ("/a x", ActionState.OPEN),
        ("/u customers x", UpdateState.DRAFT),
    ],
)
def test_things_have_a_state(line: str, state: object) -> None:
    """One waits for it to change."""
    stage = Stage()
    stage.plays(act(line, "as one"))
    assert state is stage.story.state(Wait(number=1, at=0, wanted="one", longest=9), stage.seen)
