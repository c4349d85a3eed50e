"""The words one can say in a room: the one table behind completion, palette and every help.

A word is the same in the composer (`/act`), the palette and headless (`warroom act`); short forms
are for the composer alone. Who may use a word is never written here: it follows from the
commands that the word becomes.
"""

from enum import StrEnum

from msgspec import Struct

from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand
from warroom.domain.incident import Incident
from warroom.domain.permissions import TABLE, Right, allowed
from warroom.domain.vocabulary import Scope, spoken


class Mark(StrEnum):
    """What a trailing mark says: when it happened, when it is due, how risky it is."""

    AT = "at"
    DUE = "due"
    RISK = "risk"


class Word(Struct, frozen=True, kw_only=True):
    """One word, and all that is said of it anywhere.

    `usage` are its forms without the slash, `examples` lines of the composer. `commands` are
    what it can become, the main one first; none if it only shows something. `operates`: it asks
    something of the hub itself, which takes whoever runs it.
    """

    name: str
    short: str | None = None
    help: str
    usage: tuple[str, ...]
    examples: tuple[str, ...]
    commands: tuple[type[PersonCommand], ...] = ()
    marks: frozenset[Mark] = frozenset({Mark.AT})
    operates: bool = False


_DUE = frozenset({Mark.AT, Mark.DUE})
_ALL = frozenset(Mark)

WORDS: tuple[Word, ...] = (
    Word(
        name="post",
        help="Add a note to the timeline; plain text does the same.",
        usage=("post TEXT [~14:01]",),
        examples=("p99 back to normal", "@bo: p99 is 4 s"),
        commands=(c.Post,),
    ),
    Word(
        name="obs",
        short="o",
        help="Record something observed: a measurement, a symptom, what a customer reports.",
        usage=("obs TEXT [~14:01]",),
        examples=("/o p99 4.2 s ~14:01",),
        commands=(c.Observe,),
    ),
    Word(
        name="hyp",
        short="h",
        help="Raise a hypothesis, or say what became of one.",
        usage=("hyp TEXT", "hyp H1 out|supported|open [TEXT]"),
        examples=("/h pool exhausted", "/h H1 out config is unchanged"),
        commands=(c.RaiseHypothesis, c.AssessHypothesis),
    ),
    Word(
        name="propose",
        short="p",
        help="Propose a decision and hear strong objections for a while.",
        usage=(
            "propose TEXT [!high] [+30s]",
            "propose TEXT because: WHY; verify: HOW; rollback: HOW; question: WHAT; options: A | B",
        ),
        examples=("/p fail over to eu-west-2 !high +30s",),
        commands=(c.ProposeDecision,),
        marks=_ALL,
    ),
    Word(
        name="decide",
        short="d",
        help="Record a decision, decide a proposal, or say what came of it.",
        usage=(
            "decide TEXT [!high]",
            "decide TEXT because: WHY; verify: HOW; rollback: HOW; question: WHAT; options: A | B",
            "decide D2 [because WHY]",
            "decide D1 worked|failed|reversed [TEXT]",
        ),
        examples=("/d roll back 8.14", "/d D2", "/d D1 worked errors at 0.2 %"),
        commands=(c.RecordDecision, c.DecideProposal, c.RecordOutcome),
        marks=frozenset({Mark.AT, Mark.RISK}),
    ),
    Word(
        name="object",
        short="x",
        help="Object to a proposal, with the reason.",
        usage=("object D2 REASON",),
        examples=("/x D2 replica lags 40 s",),
        commands=(c.ObjectTo,),
    ),
    Word(
        name="withdraw",
        help="Withdraw a proposal.",
        usage=("withdraw D2 [REASON]",),
        examples=("/withdraw D2 the replica is broken",),
        commands=(c.WithdrawProposal,),
    ),
    Word(
        name="act",
        short="a",
        help="Give someone an action with a due time, or say how it goes.",
        usage=(
            "act [@who] TEXT [+10m]",
            "act A1 start",
            "act A1 done [TEXT]",
            "act A1 drop REASON",
            "act A1 [@who] [REASON] [+10m]",
        ),
        examples=("/a @bo drain pool-3 +10m", "/a A1 done", "/a A1 +10m"),
        commands=(c.AddAction, c.AssignAction, c.AdvanceAction, c.PostponeAction),
        marks=_DUE,
    ),
    Word(
        name="role",
        short="r",
        help="Take, offer, accept, decline or release a role: ic, dep (Deputy), cl (Comms), tl, "
        "scribe.",
        usage=(
            "role ROLE [because REASON]",
            "role ROLE @who [voice] [NOTE]",
            "role accept [ROLE]",
            "role decline|release [ROLE] [REASON]",
        ),
        examples=("/r ic", "/r ic @dee", "/r tl @kim voice", "/r accept"),
        commands=(
            c.TakeRole,
            c.OfferRole,
            c.AppointRole,
            c.AcceptRole,
            c.DeclineRole,
            c.ReleaseRole,
        ),
    ),
    Word(
        name="status",
        short="s",
        help="Say where the incident stands.",
        usage=("status STATUS [~04:31] [REASON]",),
        examples=("/s identified", "/s mitigated ~04:31", "/s resolved"),
        commands=(c.ChangeStatus,),
    ),
    Word(
        name="sev",
        short="v",
        help="Set the severity, 1 the worst, with the reason.",
        usage=("sev 1|2|3|4|5 REASON",),
        examples=("/v 1 all EU checkouts fail",),
        commands=(c.ChangeSeverity,),
    ),
    Word(
        name="update",
        short="u",
        help="Draft an update for an audience, and take it to its publication.",
        usage=(
            "update internal|executive|customers [corrects U1] [TEXT] [#41 #42]",
            "update U1 revise TEXT [#41 #42]",
            "update U1 submit",
            "update U1 approve",
            "update U1 return REASON",
            "update U1 publish [anyway] [+20m]",
            "update U1 sent WHERE",
            "update U1 break REASON",
        ),
        examples=(
            "/u customers",
            "/u U1 submit",
            "/u U1 approve",
            "/u U1 publish",
            "/u U1 sent statuspage",
        ),
        commands=(
            c.DraftUpdate,
            c.ReviseUpdate,
            c.SubmitUpdate,
            c.ReturnUpdate,
            c.ApproveUpdate,
            c.PublishUpdate,
            c.RecordSent,
        ),
        marks=_DUE,
    ),
    Word(
        name="amend",
        short="m",
        help="Correct the words of an entry; the first ones stay in the log.",
        usage=("amend #41 TEXT",),
        examples=("/m #41 p99 is 2.4 s",),
        commands=(c.Amend,),
    ),
    Word(
        name="strike",
        short="k",
        help="Strike an entry out, with the reason; it stays readable.",
        usage=("strike #41 REASON",),
        examples=("/k #41 wrong cluster",),
        commands=(c.Strike,),
    ),
    Word(
        name="redact",
        help="Ask to delete the words of an entry for good; someone else approves.",
        usage=("redact #41 REASON", "redact #41 approve"),
        examples=("/redact #41 customer name", "/redact #41 approve"),
        commands=(c.RequestRedaction, c.ApproveRedaction),
    ),
    Word(
        name="hold",
        help="Keep the words of this room, however old, where the hub lets others expire.",
        usage=("hold REASON",),
        examples=("/hold the insurer asks for all of it",),
        commands=(c.Hold,),
        marks=frozenset(),
    ),
    Word(
        name="unhold",
        help="End the hold: the words of this room expire as they do elsewhere.",
        usage=("unhold REASON",),
        examples=("/unhold the claim is settled",),
        commands=(c.Unhold,),
        marks=frozenset(),
    ),
    Word(
        name="promote",
        help="Make an entry more than it was: a decision, an action, a hypothesis, a fact.",
        usage=("promote #41 decision|hypothesis|fact", "promote #41 action [@who] [+10m]"),
        examples=("/promote #41 decision",),
        commands=(c.Promote,),
        marks=_DUE,
    ),
    Word(
        name="here",
        help="Call the roll: who is on the bridge without a client.",
        usage=("here @who ... [voice]",),
        examples=("/here @ana @raj voice",),
        commands=(c.CallRoll,),
    ),
    Word(
        name="restrict",
        help="Close the room: to anyone who is not in it, it does not exist from now on.",
        usage=("restrict [REASON]",),
        examples=("/restrict a suspect may read this",),
        commands=(c.Restrict,),
        marks=frozenset(),
    ),
    Word(
        name="admit",
        help="Let someone into a restricted room.",
        usage=("admit @who",),
        examples=("/admit @kim",),
        commands=(c.Admit,),
        marks=frozenset(),
    ),
    Word(
        name="remove",
        help="Show someone out of a restricted room, at once.",
        usage=("remove @who [REASON]",),
        examples=("/remove @kim not needed any more",),
        commands=(c.Remove,),
        marks=frozenset(),
    ),
    Word(
        name="name",
        help="Change the name that people see; what you were called stays in the log.",
        usage=("name NAME",),
        examples=("/name Kim Lee",),
        commands=(c.Rename,),
        marks=frozenset(),
    ),
    Word(
        name="title",
        help="Give the incident another title.",
        usage=("title TEXT",),
        examples=("/title Checkout failing for all cards",),
        commands=(c.Retitle,),
    ),
    Word(
        name="info",
        help="Add what was not known at the declaration, or put right when something was reached.",
        usage=(
            "info [impact high|medium|low] [urgency high|medium|low] [services A, B] "
            "[started 13:40] [identified 14:05] [mitigated 14:31] [resolved 14:50] [bridge WHERE]",
        ),
        examples=(
            "/info impact high urgency medium services cards,checkout started 13:40",
            "/info resolved 14:50",
        ),
        commands=(c.Describe,),
        marks=frozenset(),
    ),
    Word(
        name="brief",
        short="b",
        help="Show the whole incident on one screen.",
        usage=("brief [copy]",),
        examples=("/b", "/b copy"),
        marks=frozenset(),
    ),
    Word(
        name="invite",
        help="Make an invite: one line that lets someone join from another machine.",
        usage=(
            "invite [responder|observer|auditor|guest] [for NAME] [x3] [+12h]",
            "invite [responder|observer|auditor|guest] @who [+12h]",
            "invite stakeholder:internal|stakeholder:executive|stakeholder:customers [for NAME] "
            "[x3] [+12h]",
        ),
        examples=("/invite for Dee Park", "/invite observer x5 +12h", "/invite guest @raj"),
        marks=frozenset({Mark.DUE}),
        operates=True,
    ),
)

_DECIDE_PARTS = "TEXT because: WHY; verify: HOW; rollback: HOW; question: WHAT; options: A | B"

FORMS: dict[str, tuple[str, type[PersonCommand] | None]] = {
    "post TEXT [~14:01]": ("Adds a note.", c.Post),
    "obs TEXT [~14:01]": ("Records what was observed, and when.", c.Observe),
    "hyp TEXT": ("Raises a hypothesis.", c.RaiseHypothesis),
    "hyp H1 out|supported|open [TEXT]": ("Says what became of one.", c.AssessHypothesis),
    "propose TEXT [!high] [+30s]": ("Asks for strong objections, so long.", c.ProposeDecision),
    f"propose {_DECIDE_PARTS}": ("The same with all that belongs to it.", c.ProposeDecision),
    "decide TEXT [!high]": ("Records what was decided.", c.RecordDecision),
    f"decide {_DECIDE_PARTS}": ("The same with all that belongs to it.", c.RecordDecision),
    "decide D2 [because WHY]": ("Decides a proposal.", c.DecideProposal),
    "decide D1 worked|failed|reversed [TEXT]": ("Says what came of it.", c.RecordOutcome),
    "object D2 REASON": ("Objects to a proposal.", c.ObjectTo),
    "withdraw D2 [REASON]": ("Withdraws a proposal.", c.WithdrawProposal),
    "act [@who] TEXT [+10m]": ("Gives someone an action, due then.", c.AddAction),
    "act A1 start": ("Says that it is under way.", c.AdvanceAction),
    "act A1 done [TEXT]": ("Says that it is done.", c.AdvanceAction),
    "act A1 drop REASON": ("Drops it.", c.AdvanceAction),
    "act A1 [@who] [REASON] [+10m]": ("Gives it to another, or more time.", c.PostponeAction),
    "role ROLE [because REASON]": ("Takes a role; from its holder, with the reason.", c.TakeRole),
    "role ROLE @who [voice] [NOTE]": ("Offers a role; voice: on the bridge only.", c.OfferRole),
    "role accept [ROLE]": ("Accepts what is offered to you.", c.AcceptRole),
    "role decline|release [ROLE] [REASON]": ("Declines an offer, lays a role down.", c.ReleaseRole),
    "status STATUS [~04:31] [REASON]": ("Says where it stands, and since when.", c.ChangeStatus),
    "sev 1|2|3|4|5 REASON": ("Sets the severity, 1 the worst.", c.ChangeSeverity),
    "update internal|executive|customers [corrects U1] [TEXT] [#41 #42]": (
        "Drafts an update; the numbers are what it rests on.",
        c.DraftUpdate,
    ),
    "update U1 revise TEXT [#41 #42]": ("Writes a draft anew.", c.ReviseUpdate),
    "update U1 submit": ("Asks for approval of this text.", c.SubmitUpdate),
    "update U1 approve": ("Approves this text, which someone else wrote.", c.ApproveUpdate),
    "update U1 return REASON": ("Returns it to its author.", c.ReturnUpdate),
    "update U1 publish [anyway] [+20m]": (
        "Publishes it, the next one by then; anyway: though stale.",
        c.PublishUpdate,
    ),
    "update U1 sent WHERE": ("Says where you have put it.", c.RecordSent),
    "update U1 break REASON": ("Approves your own, if nobody else can.", c.ApproveUpdate),
    "amend #41 TEXT": ("Corrects an entry.", c.Amend),
    "strike #41 REASON": ("Strikes an entry out.", c.Strike),
    "redact #41 REASON": ("Asks to delete its words for good.", c.RequestRedaction),
    "redact #41 approve": ("Deletes them, as someone else has asked.", c.ApproveRedaction),
    "hold REASON": ("Keeps the room's words, however old.", c.Hold),
    "unhold REASON": ("Lets them expire again.", c.Unhold),
    "promote #41 decision|hypothesis|fact": ("Makes more of an entry.", c.Promote),
    "promote #41 action [@who] [+10m]": ("Makes it an action.", c.Promote),
    "here @who ... [voice]": ("Calls the roll.", c.CallRoll),
    "restrict [REASON]": ("Closes the room to all who are not in it.", c.Restrict),
    "admit @who": ("Lets someone into a restricted room.", c.Admit),
    "remove @who [REASON]": ("Shows someone out of it, at once.", c.Remove),
    "name NAME": ("Changes the name that people see.", c.Rename),
    "title TEXT": ("Gives it another title.", c.Retitle),
    "info [impact high|medium|low] [urgency high|medium|low] [services A, B] "
    "[started 13:40] [identified 14:05] [mitigated 14:31] [resolved 14:50] [bridge WHERE]": (
        "Adds what was not known.",
        c.Describe,
    ),
    "brief [copy]": ("Shows it on one screen; or copies it.", None),
    "invite [responder|observer|auditor|guest] [for NAME] [x3] [+12h]": (
        "Lets someone in, once, for an hour; guest: this room.",
        None,
    ),
    "invite [responder|observer|auditor|guest] @who [+12h]": (
        "One more machine of someone known.",
        None,
    ),
    "invite stakeholder:internal|stakeholder:executive|stakeholder:customers [for NAME] [x3]"
    " [+12h]": ("Lets in someone who is told what was published.", None),
}
"""What each form does, and which command it becomes."""

_BY_NAME = {word.name: word for word in WORDS}
POST = _BY_NAME["post"]
"""What plain text is."""

_BY_SHORT = {word.short: word for word in WORDS if word.short}


def find(name: str, *, short: bool = True) -> Word | None:
    """The word with this name, or with this short form unless only names count."""
    name = name.casefold()
    return _BY_NAME.get(name) or (_BY_SHORT.get(name) if short else None)


def may(
    word: Word, incident: Incident, person: str, scope: Scope, *, operator: bool = False
) -> bool:
    """Whether a person may use a word now, in one of its forms at least.

    An `operator` is whoever runs the hub.
    """
    if word.operates:
        return operator
    if not word.commands:
        return True
    return any(allowed(incident, TABLE[command], person, scope) for command in word.commands)


_ACTS = {"decide.proposal": "decide a proposal", "outcome": "say what came of it"}
"""How the tags of commands are said that their last part does not say."""


def who_may(word: Word) -> str:
    """Who may use a word, in words: what its forms need, `anyone` if all are open to all."""
    if word.operates:
        return "whoever runs the hub"
    needs: dict[str, list[str]] = {}
    for command in word.commands:
        tag = str(command.__struct_config__.tag)
        act = _ACTS.get(tag, tag.rpartition(".")[2])
        needs.setdefault(_need(TABLE[command]), []).append(act)
    if len(needs) <= 1:
        return next(iter(needs), "anyone")
    return "; ".join(f"{', '.join(acts)}: {need}" for need, acts in needs.items())


def _need(right: Right) -> str:
    if not right.roles:
        return "anyone"
    needed = " or ".join(spoken(role) for role in right.roles)
    if right.approves:
        return f"{needed} (unless the room's policy names others)"
    return f"{needed} (anyone while nobody is in command)" if right.if_vacant else needed
