"""The log as Markdown: complete for the debrief, and people's text never markup."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.unit.conftest import LOG, Playbook
from warroom.domain import commands as c
from warroom.domain.commands import DecisionText
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Audience, Outcome, PromotedTo, Risk, Role, Severity, Status
from warroom.export.markdown import markdown
from warroom.export.markup import escape, fence, table
from warroom.export.tenures import tenures
from warroom.text import one_line, visible

READER = MarkdownIt("gfm-like", {"html": True})
"""What a reader's program makes of it: tables, HTML, links of bare addresses, strikethrough."""


def read(book: Playbook) -> Transcript:
    """A log as a reader holds it."""
    room = Transcript(LOG)
    for recorded in book.entries:
        room.append(recorded)
    return room


def written(book: Playbook) -> str:
    return markdown(read(book), book.now)


def section(text: str, title: str) -> list[str]:
    """The lines of a section that are not empty."""
    _, _, after = text.partition(f"\n## {title}\n")
    return [line for line in after.partition("\n## ")[0].splitlines() if line]


def inline(text: str) -> list[Token]:
    """The parts of the only paragraph that a text makes."""
    tokens = READER.parse(text)
    assert ["paragraph_open", "inline", "paragraph_close"] == [token.type for token in tokens]
    return tokens[1].children or []


def shown(tokens: list[Token]) -> str:
    return "".join(token.content for token in tokens)


NASTY = [
    "<script>alert(1)</script>",
    "a <b>bold</b> claim & more",
    "[click](javascript:alert(1)) ![x](http://x/y.png)",
    "`code` *strong* _em_ ~~gone~~ **x**",
    "# heading #",
    "- item",
    "1. item",
    "> quote",
    "a | b \\| c \\\\| d",
    "--- ===",
    ": definition",
    "http://example.com www.example.com bo@example.com //x",
    "&lt; &#60; \\<",
    "<!-- hidden -->",
    "+ plus",
    "```",
    "=",
]


@pytest.mark.parametrize("text", NASTY)
def test_text_is_never_markup(text: str) -> None:
    """What looks like markup or HTML comes out as the characters that were written."""
    tokens = inline(escape(text))
    assert {"text"} == {token.type for token in tokens}
    assert text == shown(tokens)


@given(st.text(min_size=1))
def test_any_text_is_shown_as_written(text: str) -> None:
    """Any text, on one line and made safe, is what the reader sees; in a cell of a table too."""
    expected = one_line(text)
    if expected.strip():
        tokens = inline(f"x {escape(text)} x")
        # This reader alone makes links of bare host names; they lead where they say.
        assert {"text"} >= {token.type for token in tokens} - {"link_open", "link_close"}
        cells = READER.parse("\n".join(table(("a", "b"), [(escape(text), "z")])))
        contents = [token for token in cells if token.type == "inline"]
        assert 4 == len(contents)
        assert expected.strip() == shown(contents[2].children or []).strip()


@given(st.text(alphabet="`~ \na<") | st.text())
def test_a_block_ends_where_it_ends(text: str) -> None:
    """No text can close the fence around it."""
    tokens = READER.parse(f"{fence(text)}\n\nafter")
    assert ["fence", "paragraph_open", "inline", "paragraph_close"] == [t.type for t in tokens]
    assert f"{visible(text)}\n" == tokens[0].content


def test_a_table_without_rows_is_nothing() -> None:
    """An empty section says so instead of showing bare heads."""
    assert [] == table(("a", "b"), [])
    assert ["| a |", "| --- |", "| - |"] == table(("a",), [("",)])


def test_every_section_is_there(story: Playbook) -> None:
    """The document has the same sections in the same order, whatever happened."""
    sections = [
        "Summary",
        "Roles over time",
        "Timeline",
        "Evidence",
        "Decisions",
        "Actions",
        "Hypotheses",
        "Stakeholder updates",
        "Corrections and redactions",
        "Attendance",
        "Contributing factors",
    ]
    for book in (story, Playbook()):
        heads = [line[3:] for line in written(book).splitlines() if line.startswith("## ")]
        assert sections == heads


def test_the_summary_tells_severity_times_and_commanders(story: Playbook) -> None:
    """Who reads one table knows how bad it was, how long, and who led."""
    text = written(story)
    assert text.startswith("# INC-7 Card payments fail\n")
    summary = section(text, "Summary")
    assert "| Severity | SEV1 |" in summary
    assert "| Started | not known |" in summary
    assert "| Declared | 2026-03-02 09:00:00 UTC |" in summary
    assert "| Resolved | 2026-03-02 09:32:30 UTC |" in summary
    assert "| Duration | 32 min |" in summary
    assert "| Incident commander | Ana |" in summary


def test_every_entry_stands_in_the_timeline_under_its_number(story: Playbook) -> None:
    """Each entry has an anchor, and every link in the document leads to one."""
    text = written(story)
    anchors = [line.split('"')[1] for line in text.splitlines() if '<a id="' in line]
    assert [str(entry.seq) for entry in story.entries] == anchors
    links = {part.partition(")")[0] for part in text.split("](#")[1:]}
    assert set() == links - set(anchors)


def test_the_timeline_has_a_table_for_each_day() -> None:
    """Over midnight the times stay unambiguous, and late entries are marked."""
    book = Playbook()
    book.opens("ana")
    book.waits(24 * 3600)
    book.does("ana", c.Post(text="still down"), occurred_at=book.now - timedelta(minutes=5))
    assert [
        "Times are UTC. What happened well before it was recorded says when.",
        "### 2026-03-02",
        "| Recorded | Happened | Entry | Who | Event |",
        "| --- | --- | --- | --- | --- |",
        '| 09:00:00 | - | <a id="1"></a>#1 | Ana | declared: Checkout is down |',
        '| 09:00:00 | - | <a id="2"></a>#2 | hub | Ana joined |',
        "### 2026-03-03",
        "| Recorded | Happened | Entry | Who | Event |",
        "| --- | --- | --- | --- | --- |",
        '| 09:00:00 | 08:55 | <a id="3"></a>#3 | Ana | still down |',
    ] == section(written(book), "Timeline")


def test_evidence_stands_in_full_in_a_fence() -> None:
    """The timeline shows the first line, and links to the block, which stands there once."""
    book = Playbook()
    book.opens("ana")
    book.does("ana", c.Observe(text="log:\n```\n<b>"))
    book.does("ana", c.Promote(entry=3, to=PromotedTo.FACT))
    text = written(book)
    observed, promoted = section(text, "Timeline")[-2:]
    more = "log: [... 2 more lines](#evidence-3)"
    assert observed.endswith(f"| **obs** {more} |")
    assert promoted.endswith(f"| **fact** {more}<br>from \\#3 |")
    assert [
        '<a id="evidence-3"></a>Entry [#3](#3), Ana:',
        "````text",
        "log:",
        "```",
        "<b>",
        "````",
    ] == section(text, "Evidence")


def test_every_link_to_evidence_leads_to_it() -> None:
    """From drafts, amendments, and decisions whose text was said before."""
    book = Playbook()
    book.opens("ana", commander="ana")
    book.does("ana", c.DraftUpdate(audience=Audience.INTERNAL, text="one\ntwo"))
    book.does("ana", c.ProposeDecision(decision=DecisionText(choice="wait\nor not")))
    book.does("ana", c.DecideProposal(decision=1))
    book.does("ana", c.Post(text="short"))
    book.does("ana", c.Amend(entry=7, text="long\nafter all"))
    text = written(book)
    assert "[... 1 more line](#evidence-4)" in text
    links = re.findall(r"more lines?\]\(#(evidence-\d+)\)", text)
    assert ["evidence-4", "evidence-5", "evidence-5", "evidence-7", "evidence-8"] == links
    assert set(links) == set(re.findall(r'<a id="(evidence-\d+)"></a>', text))
    assert "\none\ntwo\n" in "\n".join(section(text, "Evidence"))


def test_roles_over_time() -> None:
    """Who held a role when, over takeovers, handovers and releases."""
    book = Playbook()
    book.opens("ana", "bo", "cy", commander="ana")
    book.waits(60)
    book.does("bo", c.TakeRole(role=Role.INCIDENT_COMMANDER, reason="Ana is gone"))
    book.does("bo", c.OfferRole(role=Role.INCIDENT_COMMANDER, to="cy"))
    book.does("cy", c.AcceptRole(role=Role.INCIDENT_COMMANDER))
    book.does("cy", c.AppointRole(role=Role.SCRIBE, person="bo"))
    book.does("bo", c.ReleaseRole(role=Role.SCRIBE))
    assert [
        ("ana", 5, 6),
        ("bo", 6, 8),
        ("cy", 8, None),
        ("bo", 9, 10),
    ] == [(tenure.person, tenure.source, tenure.end) for tenure in tenures(read(book))]
    assert [
        "| incident command | Bo | 2026-03-02 09:01:00 [#6](#6) | 2026-03-02 09:01:00 [#8](#8) |",
        "| incident command | Cy | 2026-03-02 09:01:00 [#8](#8) | to the end |",
    ] == section(written(book), "Roles over time")[3:5]


def test_the_report_tells_when_things_happened() -> None:
    """What was written down afterwards has the time it is said to have had; approvals too."""
    book = Playbook()
    book.opens("ana", "bo", "cy", commander="cy")
    then = book.now
    book.waits(3600)
    book.does("ana", c.TakeRole(role=Role.SCRIBE), occurred_at=then)
    book.does("bo", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Down."), occurred_at=then)
    book.does("bo", c.SubmitUpdate(update=1), occurred_at=then)
    book.does("ana", book.approval(1), occurred_at=then, said_by="cy")
    text = written(book)
    at = "2026-03-02 09:00:00"
    assert f"| scribe | Ana | {at} [#6](#6) | to the end |" in section(text, "Roles over time")
    approved = f"- approved by Cy(Ana), {at} [#9](#9), by voice"
    assert approved in section(text, "Stakeholder updates")
    assert section(text, "Timeline")[-1].startswith("| 10:00:00 | 09:00 |")


def test_a_decision_tells_why_who_objected_and_what_came_of_it() -> None:
    """Rationale, risk, objections and outcome stand together."""
    book = Playbook()
    book.opens("ana", "bo", commander="ana")
    text = DecisionText(choice="fail <over>", rationale="faster", verification="errors < 1 %")
    book.does("bo", c.ProposeDecision(decision=text, risk=Risk.HIGH))
    book.does("bo", c.ObjectTo(decision=1, reason="the replica lags"))
    book.does("ana", c.DecideProposal(decision=1, rationale="by a minute only"))
    book.does("ana", c.RecordOutcome(decision=1, outcome=Outcome.FAILED, text="it lagged more"))
    at = "2026-03-02 09:00:00"
    assert [
        "### D1 fail &lt;over&gt;",
        f"- proposed by Bo, {at} [#5](#5)",
        "- risk: high",
        "- because: faster",
        "- verify: errors &lt; 1 %",
        f"- objection by Bo, {at} [#6](#6): the replica lags",
        f"- decided by Ana, {at} [#7](#7): by a minute only",
        f"- outcome: **failed**, Ana, {at} [#8](#8): it lagged more",
    ] == section(written(book), "Decisions")


def test_decisions_that_are_no_proposals() -> None:
    """Recorded, promoted from a note, withdrawn: each says where it came from."""
    book = Playbook()
    book.opens("ana", "bo", commander="ana")
    book.does("ana", c.RecordDecision(decision=DecisionText(choice="wait")))
    book.does("bo", c.Post(text="we roll back"))
    book.does("ana", c.Promote(entry=6, to=PromotedTo.DECISION))
    book.does("bo", c.ProposeDecision(decision=DecisionText(choice="restart")))
    book.does("bo", c.WithdrawProposal(decision=3, reason="it is back"))
    at = "2026-03-02 09:00:00"
    assert [
        "### D1 wait",
        f"- decided by Ana, {at} [#5](#5)",
        "- outcome: not recorded",
        "### D2 we roll back",
        f"- first said by Bo, {at} [#6](#6)",
        f"- decided by Ana, {at} [#7](#7)",
        "- outcome: not recorded",
        "### D3 restart",
        f"- proposed by Bo, {at} [#8](#8)",
        f"- **withdrawn** by Bo, {at} [#9](#9): it is back",
    ] == section(written(book), "Decisions")


def test_actions_and_hypotheses_are_listed(story: Playbook) -> None:
    """Who was to do what by when, what came of it, and what was suspected."""
    text = written(story)
    assert [
        "| A1 | measure the lag | Cy | 2026-03-02 09:22:30 | done: 40 s | [#33](#33) [#39](#39) |",
        "| A2 | call the bank | Dee | - | dropped: they called us | [#34](#34) [#40](#40) |",
    ] == section(text, "Actions")[2:]
    assert "| H1 | the pool is exhausted | supported | - | [#14](#14) [#15](#15) |" in section(
        text, "Hypotheses"
    )


def test_an_update_shows_the_text_approvals_and_receipts(story: Playbook) -> None:
    """What customers were told, exactly, and by whose leave."""
    at = "2026-03-02 09:12:30"
    assert [
        "### U1 for customers",
        "- text: [#44](#44) by Dee",
        "- cites [#1](#1)",
        f"- returned by Ana, {at} [#43](#43): say since when",
        f"- approved by Ana, {at} [#46](#46)",
        f"- published by Bo, {at} [#47](#47), next by 09:32",
        f"- sent to the status page by Bo, {at} [#48](#48)",
        "```text",
        "Cards fail since nine.",
        "```",
    ] == section(written(story), "Stakeholder updates")


def test_broken_glass_corrections_and_drafts_stand_out() -> None:
    """Who approved alone is named with the reason; what was never sent says so."""
    book = Playbook()
    book.opens("ana", commander="ana")
    book.does("ana", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Down."))
    book.does("ana", c.SubmitUpdate(update=1))
    book.does("ana", book.approval(1, break_glass=True, reason="all asleep"))
    book.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    book.does("ana", c.PublishUpdate(update=1, anyway=True))
    book.does("ana", c.DraftUpdate(audience=Audience.CUSTOMERS, text="Up.", corrects=1))
    lines = section(written(book), "Stakeholder updates")
    at = "2026-03-02 09:00:00"
    glass = "- **BREAK-GLASS**, approved by an author, Ana"
    assert f"{glass}, {at} [#6](#6): all asleep" in lines
    assert f"- published by Ana, {at} [#8](#8), **stale** by then and on purpose" in lines
    assert "- corrects U1" in lines
    assert "- **never published** (draft)" in lines


def test_corrections_show_the_first_words_and_the_last(story: Playbook) -> None:
    """What was amended stays readable in both forms; what was redacted stays gone."""
    lines = section(written(story), "Corrections and redactions")[2:]
    gone = "\\[redacted\\]"
    assert [
        "| [#51](#51) | Cy | amended [#50](#50) | the lag is 40 min | the lag is 40 s |",
        "| [#53](#53) | Cy | struck [#52](#52) | the vendor is asleep | unkind |",
        "| [#55](#55) | Cy | asked to redact [#54](#54) | - | a password |",
        f"| [#56](#56) | Bo | redacted [#54](#54) | {gone} | as asked in [#55](#55) |",
    ] == lines
    assert "swordfish" not in written(story)


def test_first_words_of_entries_of_every_kind() -> None:
    """A title and a roll can be struck as well as a note."""
    book = Playbook()
    book.opens("ana", commander="ana")
    book.calls("ana", "raj")
    for seq in (1, 3, 4):
        book.does("ana", c.Strike(entry=seq, reason="no"))
    firsts = [line.split(" | ")[3] for line in section(written(book), "Corrections and redactions")]
    assert ["First words", "---", "Checkout is down", "\\[no words\\]", "-"] == firsts


def test_attendance_names_team_and_roles(story: Playbook) -> None:
    """Who was there, with a client or by voice, and what they held."""
    lines = section(written(story), "Attendance")
    assert "| Ana | \\@ana | - | client | incident command | [#2](#2) |" in lines
    assert "| raj | \\@raj | - | voice | technical lead | [#16](#16) |" in lines


def test_contributing_factors_are_left_to_people(story: Playbook) -> None:
    """Nothing that the log cannot know is made up."""
    factors = section(written(story), "Contributing factors")
    assert ["_To be filled in at the debrief._"] == factors


def test_nobodys_text_escapes_in_the_whole_document() -> None:
    """Hostile text in every field gives no HTML but our anchors and line breaks."""
    evil = "<img src=x onerror=alert(1)> [x](javascript:1) | `"
    book = Playbook()
    book.does("ana", c.Declare(title=evil, severity=Severity.SEV1, services=(evil,), bridge=evil))
    book.does("hub", c.Join(person="ana", name=evil, handle="ana", team=evil))
    book.does("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER, reason=evil))
    book.does("ana", c.RecordDecision(decision=DecisionText(choice=evil, options=(evil,))))
    book.does("ana", c.AddAction(text=evil))
    book.does("ana", c.RaiseHypothesis(text=evil))
    book.does("ana", c.DraftUpdate(audience=Audience.INTERNAL, text=f"{evil}\n```\n{evil}"))
    book.does("ana", c.PublishUpdate(update=1))
    book.does("ana", c.RecordSent(update=1, where=evil, text=evil))
    book.does("ana", c.Amend(entry=6, text=evil))
    book.does("ana", c.Strike(entry=5, reason=evil))
    found = {part.content for part in _flat(READER.parse(written(book))) if "html" in part.type}
    assert set() == {html for html in found if not html.startswith(("<a id=", "</a>", "<br>"))}
    links = {
        str(part.attrs["href"])
        for part in _flat(READER.parse(written(book)))
        if part.type in {"link_open", "image"}
    }
    assert set() == {href for href in links if not href.startswith("#")}


def _flat(tokens: list[Token]) -> list[Token]:
    return [part for token in tokens for part in (token, *_flat(token.children or []))]


def test_the_report_of_a_restricted_room_says_whose_it_is(staffed: Playbook) -> None:
    """Who may know of it, among what one must know first."""
    assert "Restricted to" not in written(staffed)
    staffed.does("ana", c.Restrict())
    assert "| Restricted to | Ana, Bo, Cy, Dee |" in written(staffed).splitlines()
