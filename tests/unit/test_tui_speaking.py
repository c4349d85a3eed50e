"""What the composer offers while one types, and what the pages over a room say. All of it pure."""

from datetime import timedelta

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.widgets import TextArea

from tests.unit.conftest import Playbook
from warroom.cli import main as cli
from warroom.domain import commands as c
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import (
    ActionState,
    Audience,
    HypothesisState,
    Level,
    Outcome,
    PromotedTo,
    Scope,
    Severity,
    Status,
)
from warroom.protocol.envelopes import Here
from warroom.tui.keymap import KEYS, OWN, Keymap, Where, bindings
from warroom.tui.plain import PlainFilter
from warroom.tui.present.choices import Completion, usage_lines
from warroom.tui.present.completion import Speaker, complete
from warroom.tui.present.debrief import debrief, exports
from warroom.tui.present.entry import Link, entry_lines, links
from warroom.tui.present.filters import (
    EVERYTHING,
    KINDS,
    Filter,
    basis,
    completed,
    describe,
    kind_of,
    read_filter,
    row,
    sieve,
)
from warroom.tui.present.forms import forms
from warroom.tui.present.pieces import Pieces
from warroom.tui.present.scene import Scene
from warroom.words.meant import MEANT
from warroom.words.misread import Misread
from warroom.words.parse import read_line
from warroom.words.table import FORMS, WORDS, find


def transcript(playbook: Playbook) -> Transcript:
    room = Transcript(playbook.incident.log)
    for entry in playbook.entries:
        room.append(entry)
    return room


def page(lines: list[Pieces]) -> str:
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


@pytest.fixture
def busy(staffed: Playbook) -> Transcript:
    """A decision carried out, a proposal, two actions of which one is done, two hypotheses."""
    staffed.does("ana", c.RecordDecision(decision=c.DecisionText(choice="roll back")))
    staffed.does("ana", c.RecordOutcome(decision=1, outcome=Outcome.WORKED))
    staffed.does("bo", c.ProposeDecision(decision=c.DecisionText(choice="fail over"), window=60))
    staffed.does("bo", c.AddAction(text="drain", assignee="bo"))
    staffed.does("bo", c.AddAction(text="page them", assignee="cy"))
    staffed.does("bo", c.AdvanceAction(action=1, to=ActionState.DONE))
    staffed.does("cy", c.RaiseHypothesis(text="the pool"))
    staffed.does("cy", c.RaiseHypothesis(text="the disk"))
    staffed.does("cy", c.AssessHypothesis(hypothesis=1, state=HypothesisState.RULED_OUT))
    return transcript(staffed)


# --- completion ------------------------------------------------------------------------------


def offered(line: str, room: Transcript, person: str = "ana") -> list[str]:
    """The names in the list for a line that the cursor ends."""
    return [
        choice.name for choice in complete(line, room, Speaker(person, Scope.RESPONDER)).choices
    ]


def used(line: str, room: Transcript, person: str = "ana") -> tuple[str, ...]:
    return complete(line, room, Speaker(person, Scope.RESPONDER)).usage


def test_who_has_just_come_is_offered_by_handle(busy: Transcript) -> None:
    """Those who may be named: not who only reads, and those in the log once."""
    here = (
        Here("0f3c", name="Kim Lee", handle="kim"),
        Here("77aa", name="Kiko", handle="kiko", observer=True),
        Here("bo", name="Bo", handle="bo"),
    )
    for typed, names in {"/a @ki": ["@kim"], "/a @b": ["@bo"]}.items():
        found = complete(typed, busy, Speaker("ana", Scope.RESPONDER), here)
        assert names == [choice.name for choice in found.choices]


def taken(line: str, completion: Completion) -> str:
    """The line with the first choice taken."""
    return line[: completion.start] + completion.choices[0].insert


def test_every_form_of_every_word_is_explained() -> None:
    """The table of forms is the table of words, no more and no less."""
    written = {form for word in WORDS for form in word.usage}
    assert written == FORMS.keys()
    for word in WORDS:
        commands = {form.command for form in forms(word)} - {None}
        assert commands <= set(word.commands)


@pytest.mark.parametrize(
    "line", [line for word in WORDS for line in word.examples if line.startswith("/")]
)
def test_every_example_is_one_of_its_forms(line: str, busy: Transcript) -> None:
    """Typed to its end, an example still has the form that it is an example of."""
    assert used(f"{line} ", busy)
    assert any(f"/{form}" in text for text in used(f"{line} ", busy) for form in FORMS)
    assert read_line(line).word


KNOWN = [
    "impact",
    "urgency",
    "services",
    "started",
    "identified",
    "mitigated",
    "resolved",
    "bridge",
]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("/d ", ["D2", "D1"]),
        ("/decide d", ["D2", "D1"]),
        ("/d D2 ", ["because"]),
        ("/d D1 ", ["worked", "failed", "reversed"]),
        ("/d D9 ", ["because", "worked", "failed", "reversed"]),
        ("/d D1 w", ["worked"]),
        ("/a ", ["A2", "A1"]),
        ("/a A2 ", ["start", "done", "drop"]),
        ("/h ", ["H2", "H1"]),
        ("/hyp H2 s", ["supported"]),
        ("/x ", ["D2"]),
        ("/withdraw ", ["D2"]),
        ("/v ", ["1", "2", "3", "4", "5"]),
        ("/r t", ["tl"]),
        ("/r ac", ["accept"]),
        ("/u ", ["internal", "executive", "customers"]),
        ("/s i", ["investigating", "identified"]),
        ("/promote #4 a", ["action"]),
        ("/info ", [*KNOWN]),
        ("/info i", ["impact", "identified"]),
        ("/info impact ", ["high", "medium", "low"]),
        ("/info impact high ", KNOWN[1:]),
        ("/info services cards, ", [one for one in KNOWN if one != "services"]),
        ("/info bridge 7 Impact low ", KNOWN[1:-1]),
        ("/u customers corrects ", []),
        ("/b ", ["copy"]),
        ("/d roll ", []),
        ("/post D", []),
        ("/a @b", ["@bo"]),
    ],
)
def test_what_can_stand_next(line: str, names: list[str], busy: Transcript) -> None:
    """Numbers that wait for something first, then words, roles, statuses and people."""
    assert names == offered(line, busy)


def test_each_severity_says_how_bad_it_is(busy: Transcript) -> None:
    """Who has to choose one of five is not told five times that it is chosen here."""
    choices = complete("/v ", busy, Speaker("ana", Scope.RESPONDER)).choices
    assert 5 == len({one.help for one in choices})
    assert "Everyone is hurt, or the heart of it is down, or data is lost." == choices[0].help


@pytest.mark.parametrize(
    ("name", "literal"), [(n, one) for n, said in MEANT.items() for one in said]
)
def test_what_is_said_of_a_fixed_word_is_said_of_one_there_is(name: str, literal: str) -> None:
    """It stands in a form of its word, and fits a narrow screen beside it."""
    word = find(name)
    assert word is not None
    assert any(literal in place.words for form in forms(word) for place in form.places)
    assert len(f"  responder  {MEANT[name][literal]}") <= 78
    assert MEANT[name][literal].endswith(".")


@pytest.mark.parametrize("line", ["/withdraw D1 ", "/x D1 ", "/x D1 the replica "])
def test_what_is_decided_is_no_proposal_any_more(line: str, busy: Transcript) -> None:
    """It is said before the line is sent, with what can be done instead."""
    text = "D1 is decided, no longer a proposal; to go back on it: /decide D1 reversed"
    assert ((text,), []) == (used(line, busy), offered(line, busy))


def test_what_was_withdrawn_is_neither_decided_nor_withdrawn_again(staffed: Playbook) -> None:
    """It takes a new proposal."""
    staffed.does("bo", c.ProposeDecision(decision=c.DecisionText(choice="fail over")))
    staffed.does("bo", c.WithdrawProposal(decision=1))
    room = transcript(staffed)
    for line in ("/withdraw D1 ", "/d D1 ", "/x D1 "):
        assert ["D1 is withdrawn, no longer a proposal; propose it anew: /propose TEXT"] == [
            *used(line, room)
        ]
    assert ([], []) == (offered("/d D", room), offered("/withdraw ", room))


def test_only_statuses_one_can_go_to_are_offered(busy: Transcript) -> None:
    """A declared incident is not closed at once."""
    assert "closed" not in offered("/status ", busy)
    assert "mitigated" in offered("/status ", busy)


def test_tab_replaces_what_is_begun(busy: Transcript) -> None:
    """What was typed of the word goes, what stood before stays."""
    line = "/decide D2 be"
    assert "/decide D2 because " == taken(
        line, complete(line, busy, Speaker("ana", Scope.RESPONDER))
    )


def test_the_form_being_typed_is_the_one_explained(busy: Transcript) -> None:
    """With each word there are fewer, until one is left, with what it does and who may."""
    assert 5 == len(used("/act ", busy))
    assert ["/act A1 [@who] [REASON] [+10m]"] == [
        text.split("  ")[0] for text in used("/act A1 ", busy)
    ]
    assert ("/act A1 done [TEXT]  Says that it is done. (anyone)",) == used("/act A1 done ", busy)
    (text,) = used("/sev 2 ", busy, "cy")
    assert text.startswith("/sev 1|2|3|4|5 REASON  Sets the severity, 1 the worst. (not you now: ")
    assert "incident commander" in text
    assert "not you now" not in used("/sev 2 ", busy, "ana")[0]


def test_what_one_may_not_is_marked_in_the_list(busy: Transcript) -> None:
    """Where each choice is a command of its own, each says whether one may."""
    found = complete("/decide D9 ", busy, Speaker("cy", Scope.RESPONDER))
    assert {"because": False, "worked": True} == {
        one.name: one.may for one in found.choices if one.name in {"because", "worked"}
    }


@pytest.mark.parametrize("line", ["/u", "/u U1 ", "/r ", "/d ", "/a ", "/info "])
@pytest.mark.parametrize("width", [78, 118])
def test_a_screen_says_all_of_how_a_word_is_used(line: str, width: int, busy: Transcript) -> None:
    """Who may stands last, and is not what is cut."""
    for text in used(line, busy):
        lines = usage_lines(text, width)
        assert all(len(one) <= width for one in lines)
        assert "".join(text.split()) == "".join("".join(lines).split())
        assert lines[-1].endswith(")")


def test_a_line_that_fits_no_form_has_the_words_help(busy: Transcript) -> None:
    """Then there is at least what the word is for."""
    assert ("Set the severity, 1 the worst, with the reason.",) == tuple(
        text.split("  (")[0] for text in used("/sev 9 nine ", busy)
    )


# --- filters ---------------------------------------------------------------------------------


def kept(words: str, room: Transcript) -> list[int]:
    """The numbers of the entries that a filter keeps."""
    keeps = sieve(read_filter(words, room), room)
    return [entry.seq for entry in room.entries if keeps(entry)]


def test_kinds_add_up_and_people_narrow(busy: Transcript) -> None:
    """Two kinds show both; a person shows their part; nothing said shows all."""
    both = kept("dec act", busy)
    assert sorted(kept("decisions", busy) + kept("actions", busy)) == both
    mine = kept("decisions, actions @bo", busy)
    assert set(mine) < set(both)
    assert all(busy.entries[seq - 1].by == "bo" for seq in mine)
    assert len(busy.entries) == len(kept("", busy))
    assert not read_filter(" ", busy)


def test_said_by_counts_for_both(staffed: Playbook) -> None:
    """Who said it and who wrote it down are both asked for by name."""
    staffed.does("cy", c.Post(text="it is the pool"), said_by="bo")
    room = transcript(staffed)
    seq = len(room.entries)
    assert seq in kept("@bo", room)
    assert seq in kept("@cy", room)
    assert seq not in kept("@ana", room)


def test_a_role_stands_for_its_holder(busy: Transcript) -> None:
    """@ic is whoever commands; the hub has its entries, too."""
    assert kept("@ana", busy) == kept("@ic", busy)
    assert kept("@hub", busy)


def test_open_is_what_waits(busy: Transcript) -> None:
    """The proposal, the action and the hypothesis that are not closed, with their stories."""
    said = [busy.text(seq) for seq in kept("open", busy)]
    assert ["fail over", "page them", "the disk"] == said


def test_every_kind_of_entry_has_a_kind(story: Playbook) -> None:
    """All that can be in an incident can be asked for."""
    found = {kind_of(entry) for entry in story.entries}
    assert found - {""} <= set(KINDS)
    assert {"notes", "decisions", "actions", "updates", "roles", "corrections"} <= found


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("decisons", "there is no kind decisons"),
        ("o", "o may be open or observations"),
        ("@nobody", "nobody here is called @nobody"),
        ("@scribe", "nobody here is called @scribe"),
    ],
)
def test_what_makes_no_sense_as_a_filter(words: str, says: str, busy: Transcript) -> None:
    """The sentence says what there is."""
    with pytest.raises(Misread, match=says):
        read_filter(words, busy)


def test_words_of_a_filter_are_written_out(busy: Transcript) -> None:
    """The last one, whatever stands before."""
    assert "dec, hypotheses" == completed("dec, hyp", busy)
    assert "open @bo" == completed("open @B", busy)
    assert completed("open ", busy) is None
    assert completed("xyz", busy) is None


def test_a_filter_looks_anew_when_things_close(staffed: Playbook) -> None:
    """Only filters that depend on how things stand have a basis that changes."""
    staffed.does("bo", c.AddAction(text="drain", assignee="bo"))
    room = transcript(staffed)
    opened, kinds = Filter(open=True), Filter(kinds=frozenset({"notes"}))
    before = basis(opened, room), basis(kinds, room)
    staffed.does("bo", c.AdvanceAction(action=1, to=ActionState.DONE))
    room.append(staffed.entries[-1])
    assert before[0] != basis(opened, room)
    assert before[1] == basis(kinds, room) == basis(EVERYTHING, room)


def test_the_line_about_a_filter(busy: Transcript) -> None:
    """What is shown, how much is not, and the key."""
    chosen = read_filter("act dec @bo open", busy)
    assert "decisions, actions; of Bo; open" == describe(chosen, busy)
    line = page([row(chosen, busy, 12, 3, "V", 78)])
    assert line.startswith("only decisions, actions; of Bo; open  12 hidden, 3 of them new")
    assert line.endswith("V shows all")
    assert "new" not in page([row(chosen, busy, 12, 0, "V", 78)])


# --- an entry --------------------------------------------------------------------------------


def test_links_go_both_ways(staffed: Playbook) -> None:
    """What it cites, what was done to it since, and the rest of its story."""
    staffed.does("bo", c.Post(text="roll back"))
    note = len(staffed.entries)
    staffed.does("ana", c.Promote(entry=note, to=PromotedTo.DECISION))
    staffed.does("bo", c.Amend(entry=note, text="roll back now"))
    staffed.does("ana", c.RecordOutcome(decision=1, outcome=Outcome.WORKED))
    staffed.does("bo", c.Promote(entry=note, to=PromotedTo.FACT))
    staffed.does("bo", c.Strike(entry=note, reason="no"))
    room = transcript(staffed)
    made, amended, outcome, fact, struck = range(note + 1, note + 6)
    assert [
        Link("became D1 in", made),
        Link("amended by", amended),
        Link("confirmed by", fact),
        Link("struck by", struck),
    ] == [link for link in links(room.entries[note - 1], room) if link.seq != outcome]
    found = links(room.entries[made - 1], room)
    assert Link("made from", note) == found[0]
    assert outcome in {link.seq for link in found}
    assert [Link("amends", note)] == links(room.entries[amended - 1], room)
    assert [Link("strikes", note)] == links(room.entries[struck - 1], room)


def test_a_redaction_is_linked_with_its_request(staffed: Playbook) -> None:
    """Who asked, who did it, and what is gone."""
    staffed.does("bo", c.Post(text="a name"))
    note = len(staffed.entries)
    staffed.does("bo", c.RequestRedaction(entry=note, reason="customer"))
    staffed.does("ana", c.ApproveRedaction(entry=note))
    room = transcript(staffed)
    asked = [link.how for link in links(room.entries[note - 1], room)]
    assert ["redaction asked by", "redacted by"] == asked
    assert [Link("asks to redact", note)] == links(room.entries[note], room)[:1]
    done = links(room.entries[note + 1], room)
    assert {"redacts": note, "as asked in": note + 1} == {link.how: link.seq for link in done}


def test_an_entrys_page_says_who_when_and_how_it_is_known(staffed: Playbook) -> None:
    """Recorded, happened, said by, the role, and the hash to prove it with."""
    at = staffed.now - timedelta(minutes=10)
    staffed.does("ana", c.Observe(text="p99 is 4 s"), said_by="bo", occurred_at=at)
    room = transcript(staffed)
    text = page(entry_lines(room.entries[-1], room))
    for words in ("recorded ", "happened ", "said by     Bo", "kind        observation.made"):
        assert words in text
    assert f"hash        {room.entries[-1].hash}" in text


# --- the debrief so far ----------------------------------------------------------------------


def test_approving_is_not_offered_as_submitting_is(staffed: Playbook) -> None:
    """Each says what it does, and who may not is told before they try."""
    staffed.does("cy", c.DraftUpdate(audience=Audience.CUSTOMERS, text="x"))
    offered = complete("/update U1 ", transcript(staffed), Speaker("cy", Scope.RESPONDER)).choices
    said = {one.name: (one.help, one.may) for one in offered}
    assert ("Asks for approval of this text.", True) == said["submit"]
    assert ("Approves this text, which someone else wrote.", False) == said["approve"]


def test_milestones_and_the_times_between(staffed: Playbook) -> None:
    """Each after the one known before it; what is not known says how to say it."""
    began = staffed.now - timedelta(minutes=20)
    staffed.does("ana", c.Describe(started_at=began, impact=Level.HIGH))
    staffed.waits(600)
    staffed.does("ana", c.ChangeStatus(to=Status.MITIGATED))
    room = transcript(staffed)
    text = page(debrief(Scene(room, staffed.now)))
    assert "after started" in text
    assert "10 min after declared" in text
    assert "identified  not known" in text
    assert "when it was identified: /info identified 14:05" in text
    assert "when it was resolved: /status resolved ~14:50" in text
    assert "a severity: /sev 2 REASON" in text


def test_a_milestone_that_is_dated_wrongly_says_how_to_put_it_right(staffed: Playbook) -> None:
    """The last one that was reached; then it stands there with its new time."""
    assert "dated wrongly" not in page(debrief(Scene(transcript(staffed), staffed.now)))
    staffed.waits(1200)
    staffed.does("ana", c.ChangeStatus(to=Status.IDENTIFIED))
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    text = page(debrief(Scene(transcript(staffed), staffed.now)))
    assert "one that is dated wrongly: /info resolved 14:50" in text
    was = staffed.now - timedelta(minutes=10)
    staffed.does("ana", c.Describe(resolved_at=was))
    text = page(debrief(Scene(transcript(staffed), staffed.now)))
    assert f"resolved    {was:%Y-%m-%d %H:%M:%S}" in text


def test_what_was_called_off_is_not_resolved(staffed: Playbook) -> None:
    """Its page asks for no line that is refused."""
    staffed.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="a test alarm"))
    text = page(debrief(Scene(transcript(staffed), staffed.now)))
    assert "when it was identified: /info identified 14:05" in text
    assert "/status resolved" not in text
    assert "/status closed" not in text


def test_after_the_close_what_is_refused_stands_apart(staffed: Playbook) -> None:
    """Every line under what is missing is taken: here a time and an action's end, no hypothesis."""
    staffed.does("ana", c.RaiseHypothesis(text="the pool is full"))
    staffed.does("ana", c.AddAction(text="look", assignee="bo"))
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    text = page(debrief(Scene(transcript(staffed), staffed.now)))
    assert "only if it is reopened" not in text
    staffed.does("ana", c.ChangeStatus(to=Status.CLOSED))
    text = page(debrief(Scene(transcript(staffed), staffed.now)))
    missing, late = text.split("Said only if it is reopened: /status investigating REASON")
    assert "how A1 ended: /act A1 done, or drop REASON" in missing
    assert "when it was identified: /info identified 14:05" in missing
    assert "what became of H1: /hyp H1 out|supported TEXT" in late
    assert "a severity: /sev 2 REASON" in late
    staffed.does("ana", c.AdvanceAction(action=1, to=ActionState.DONE))
    refused = staffed.refuses("ana", c.AssessHypothesis(1, HypothesisState.RULED_OUT))
    assert "reopen it first: /status investigating REASON" in refused.text


def test_a_milestone_to_come_is_a_status(staffed: Playbook) -> None:
    """Only what was passed over is described: its status would take the incident back."""
    staffed.does("ana", c.ChangeStatus(to=Status.INVESTIGATING))
    text = page(debrief(Scene(transcript(staffed), staffed.now)))
    assert "when it was identified: /status identified ~14:05" in text
    assert "when it was mitigated: /status mitigated ~14:31" in text


def test_what_is_unfinished_is_named(busy: Transcript) -> None:
    """Proposals, outcomes, actions and hypotheses, each with its line."""
    text = page(debrief(Scene(busy, busy.entries[-1].at)))
    for line in ("/decide D2", "/act A2 done", "/hyp H2 out|supported"):
        assert line in text
    assert "D1" not in text


def test_nothing_missing_is_said(staffed: Playbook) -> None:
    """Then a debrief can be written."""
    staffed.does("ana", c.ChangeSeverity(to=Severity.SEV2, reason="some"))
    staffed.does("ana", c.Describe(started_at=staffed.now - timedelta(minutes=5)))
    for status in (Status.IDENTIFIED, Status.MITIGATED, Status.RESOLVED, Status.CLOSED):
        staffed.does("ana", c.ChangeStatus(to=status))
    text = page(debrief(Scene(transcript(staffed), staffed.now)))
    assert "Still missing\n  nothing" in text


@pytest.mark.parametrize("line", exports("INC-7"))
def test_the_export_commands_exist(line: str) -> None:
    """What the page says to type is what the command line takes."""
    words = line.split("#")[0].split()
    assert cli._parse(words[1:])[0] is not None


# --- keys and colours ------------------------------------------------------------------------


def test_own_keys_show_wherever_keys_are_shown() -> None:
    """Hints, tabs and the composer's own keys follow."""
    keymap = Keymap({"room.comms": "f9", "composer.newline": "ctrl+n", "room.alarm": "f12,ctrl+g"})
    assert ("F9", "comms") in keymap.hints(Where.COMPOSER)
    assert "F9" == keymap.views()["comms"]
    assert {"ctrl+n": "newline"}.items() <= keymap.actions(Where.COMPOSER).items()
    assert ("F12", "alarm") in keymap.hints(Where.COMPOSER)
    assert "room.palette" not in OWN


def test_no_key_of_ours_is_the_texts_own() -> None:
    """What moves or marks in the composer does that there; only what is asked for is taken over."""
    theirs = {key for one in TextArea.BINDINGS for key in str(getattr(one, "key", "")).split(",")}
    ours = {
        key for one in KEYS if one.where is Where.ROOM for key in one.keys.split(",") if one.action
    }
    assert not ours & theirs


def test_every_key_with_an_action_can_be_ones_own() -> None:
    """Bindings and ordered keys, and nothing else."""
    bound = {getattr(one, "id", None) for where in Where for one in bindings(where)}
    assert bound <= OWN
    assert {"composer.newline", "timeline.down", "room.editor"} <= OWN


def test_without_colours_what_stood_out_is_reversed() -> None:
    """Bold stays bold, a background becomes reverse, the terminal's own background does not."""

    def style(
        background: str, bold: bool = False, strike: bool = False, reverse: bool = False
    ) -> Style:
        return Style(
            color="red",
            bgcolor=RichColor.parse(background),
            bold=bold,
            strike=strike,
            reverse=reverse,
        )

    segments = [
        Segment("a", style("blue", bold=True)),
        Segment("b", style("default", strike=True)),
        Segment("c", style("blue", reverse=True)),
        Segment("d", None),
    ]
    plain = PlainFilter().apply(segments, Color.parse("black"))
    assert "abcd" == "".join(segment.text for segment in plain)
    first, second, third = (segment.style for segment in plain[:3])
    assert first is not None and second is not None and third is not None  # noqa: PT018
    assert (True, True) == (first.bold, first.reverse)
    assert (True, False) == (second.strike, bool(second.reverse))
    assert not third.reverse
    assert all(one.color is None and one.bgcolor is None for one in (first, second, third))


def test_milestones_dated_unevenly_claim_no_time_between(staffed: Playbook) -> None:
    """One dated as it happened, one as it was written down: the years between say nothing."""
    long_ago = staffed.now - timedelta(days=3157)
    staffed.does("ana", c.ChangeStatus(to=Status.IDENTIFIED))
    staffed.does("ana", c.ChangeStatus(to=Status.MITIGATED), occurred_at=long_ago)
    text = page(debrief(Scene(transcript(staffed), staffed.now)))
    assert "3157 d" not in text
    assert "dated before identified" in text
