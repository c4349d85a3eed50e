"""What can be done next about a thing: a letter, the line that it begins, and who may.

Steps never act: they begin a line in the composer, and enter sends it. What the hub would refuse
says why beforehand; the hub decides all the same.
"""

from typing import assert_never

from msgspec import Struct

from warroom.domain import permissions
from warroom.domain.commands import (
    ApproveUpdate,
    DecideProposal,
    ObjectTo,
    PersonCommand,
    PublishUpdate,
    ReturnUpdate,
)
from warroom.domain.incident import Action, Decision, Hypothesis, StakeholderUpdate, stale_because
from warroom.domain.permissions import TABLE, WORKING, allowed, needed, too_late
from warroom.domain.vocabulary import (
    EXTERNAL,
    Audience,
    DecisionState,
    HypothesisState,
    Role,
    UpdateState,
    spoken,
)
from warroom.tui.present.scene import Scene
from warroom.tui.present.subject import Item, Subject

ROLE_WORDS: dict[Role, str] = {
    Role.INCIDENT_COMMANDER: "ic",
    Role.TECHNICAL_LEAD: "tl",
    Role.COMMS_LEAD: "cl",
    Role.DEPUTY: "dep",
    Role.SCRIBE: "scribe",
}
"""The roles as they are written after `/role`."""


class Step(Struct, frozen=True):
    """One thing to do next: its letter, and its name in a word.

    `line` is what it begins in the composer, `after` what stands there behind the cursor;
    `form` is the whole line as people read it. `hindrance` says why the hub would refuse.
    """

    key: str
    name: str
    line: str
    form: str
    help: str
    hindrance: str = ""
    after: str = ""


def steps(subject: Subject, scene: Scene) -> list[Step]:
    """What can be done next, in the order in which it is usually done."""
    i = scene.incident
    match subject:
        case Item("D", number):
            return _decision(scene, decision) if (decision := i.decisions.get(number)) else []
        case Item("A", number):
            return _action(action) if (action := i.actions.get(number)) else []
        case Item("H", number):
            return _hypothesis(found) if (found := i.hypotheses.get(number)) else []
        case Item("U", number):
            return _update(scene, update) if (update := i.updates.get(number)) else []
        case Role() as role:
            return _role(scene, role)
        case Audience() as audience:
            return [
                _step("u", "draft", f"/update {audience} ", "", "draft the next update for them")
            ]
        case int(seq):
            return [
                _step("m", "amend", f"/amend #{seq} ", "TEXT", "correct it"),
                _step("x", "strike", f"/strike #{seq} ", "REASON", "strike it out"),
            ]
        case Item():
            return []
        case unreachable:
            assert_never(unreachable)


def _step(key: str, name: str, line: str, more: str, help: str, hindrance: str = "") -> Step:
    return Step(key, name, line, f"{line}{more}".strip(), help, hindrance)


def hindrance(scene: Scene, command: type[PersonCommand]) -> str:
    """Why the hub would refuse a command of the reader's for their role; empty if it would not."""
    i, right = scene.incident, TABLE[command]
    if scene.scope not in WORKING:
        return "you only read here"
    if too_late(i, right):
        return f"the incident is {i.status}"
    if allowed(i, right, scene.me, scene.scope):
        return ""
    return f"takes the {_who(scene, needed(i, right))}"


def _who(scene: Scene, roles: tuple[Role, ...]) -> str:
    """Roles with who holds them: `incident commander (Ana) or deputy (vacant)`."""
    named = []
    for role in roles:
        holder = scene.incident.holder(role)
        named.append(f"{spoken(role)} ({scene.first_name(holder) if holder else 'vacant'})")
    return " or ".join(named)


# --- decisions, actions, hypotheses, roles -------------------------------------------------------


def _decision(scene: Scene, one: Decision) -> list[Step]:
    d = f"D{one.number}"
    match one.state:
        case DecisionState.PROPOSED:
            mine = scene.me in {one.source.speaker, scene.incident.commander}
            stop = "" if mine else f"takes {scene.first_name(one.source.speaker)} or the commander"
            return [
                _step(
                    "d",
                    "decide",
                    f"/decide {d} ",
                    "[because WHY]",
                    "decide it, as proposed",
                    hindrance(scene, DecideProposal),
                ),
                _step(
                    "x",
                    "object",
                    f"/object {d} ",
                    "REASON",
                    "object; for someone on the bridge: @raj: before the reason",
                    hindrance(scene, ObjectTo),
                ),
                _step(
                    "w", "withdraw", f"/withdraw {d} ", "[REASON]", "withdraw the proposal", stop
                ),
            ]
        case DecisionState.DECIDED:
            return [
                _step(
                    "o",
                    "outcome",
                    f"/decide {d} ",
                    "worked|failed|reversed [TEXT]",
                    "what came of it",
                )
            ]
        case DecisionState.WITHDRAWN:
            return [_step("p", "propose", "/propose ", "TEXT", "propose something else")]


def _action(one: Action) -> list[Step]:
    a = f"A{one.number}"
    if not one.pending:
        return [_step("a", "another", "/act ", "[@who] TEXT [+10m]", "another action")]
    return [
        _step("s", "start", f"/act {a} start", "", "say that it is under way"),
        _step("d", "done", f"/act {a} done ", "[TEXT]", "say that it is done, and what came of it"),
        _step("p", "later", f"/act {a} +10m", "", "put it off, with the reason before the time"),
        _step("t", "give", f"/act {a} @", "who", "give it to someone"),
        _step("x", "drop", f"/act {a} drop ", "REASON", "drop it"),
    ]


def _hypothesis(one: Hypothesis) -> list[Step]:
    h = f"H{one.number}"
    found = [
        (
            HypothesisState.SUPPORTED,
            _step("s", "supported", f"/hyp {h} supported ", "[TEXT]", "what speaks so"),
        ),
        (HypothesisState.RULED_OUT, _step("x", "out", f"/hyp {h} out ", "[TEXT]", "rule it out")),
        (HypothesisState.OPEN, _step("o", "open", f"/hyp {h} open ", "[TEXT]", "it is open again")),
    ]
    return [step for state, step in found if state is not one.state]


def _role(scene: Scene, role: Role) -> list[Step]:
    word, holder, me = ROLE_WORDS[role], scene.incident.holder(role), scene.me
    offer = scene.incident.offers.get(role)
    found = []
    if offer is not None and offer.to == me:
        found += [
            _step("a", "accept", f"/role accept {word}", "", "accept it"),
            _step("d", "decline", f"/role decline {word} ", "[REASON]", "decline it"),
        ]
    gives = me in {holder, scene.incident.commander}
    stop = "" if gives else f"takes the {spoken(role)} or the commander"
    give = "offer it to someone; voice after a name that has no client"
    found.append(_step("o", "offer", f"/role {word} @", "who", give, stop))
    if holder is None:
        found.insert(0, _step("t", "take", f"/role {word}", "", "take it"))
    elif holder == me:
        found.append(_step("r", "release", f"/role release {word} ", "[REASON]", "lay it down"))
    else:
        take = "take it over all the same, with the reason"
        found.append(_step("t", "take over", f"/role {word} because ", "REASON", take))
    return found


# --- stakeholder updates -------------------------------------------------------------------------


def _update(scene: Scene, one: StakeholderUpdate) -> list[Step]:
    u = f"U{one.number}"
    if one.published is not None:
        correct = f"/update {one.audience} corrects {u} "
        return [
            _step("t", "sent", f"/update {u} sent ", "WHERE", "say where you have put it"),
            _step("c", "correct", correct, "TEXT", "correct it with another update"),
        ]
    publish = _step(
        "p",
        "publish",
        f"/update {u} publish",
        " [+20m]",
        "publish it; the next one by then",
        _unready(scene, one),
    )
    back = _step(
        "r",
        "return",
        f"/update {u} return ",
        "REASON",
        "return it to its author",
        hindrance(scene, ReturnUpdate),
    )
    cites = "".join(f" #{seq}" for seq in one.cites)
    edit = Step(
        "e",
        "revise",
        f"/update {u} revise {scene.room.text(one.text.seq)}",
        f"/update {u} revise TEXT [#41 #42]",
        "write it anew; it is a draft again then",
        after=cites,
    )
    match one.state:
        case UpdateState.DRAFT:
            found = [_step("s", "submit", f"/update {u} submit", "", "ask for its approval"), edit]
            return [*found, publish] if one.audience is Audience.INTERNAL else found
        case UpdateState.SUBMITTED:
            approve = _step(
                "a", "approve", f"/update {u} approve", "", "approve this text", not_by(scene, one)
            )
            found = [approve, back, edit, *_glass(scene, one)]
            return [*found, publish] if one.audience is Audience.INTERNAL else found
        case UpdateState.APPROVED:
            return [publish, back, edit]
        case UpdateState.PUBLISHED:
            return []


def not_by(scene: Scene, one: StakeholderUpdate) -> str:
    """Why the reader may not approve an update, and who can: no author approves their own."""
    if by_role := hindrance(scene, ApproveUpdate):
        return by_role
    if one.audience not in EXTERNAL or scene.me not in one.authors:
        return ""
    others = approvers(scene, one)
    if not others:
        return "you wrote it, and nobody else here may approve: give someone the role first"
    return f"you wrote it, so someone else approves: {' or '.join(others)}"


def approvers(scene: Scene, one: StakeholderUpdate) -> list[str]:
    """Who can approve an update, by name and role."""
    return [
        f"{scene.first_name(person)} ({spoken(role)})"
        for person, role in permissions.approvers(scene.incident, one).items()
    ]


def _glass(scene: Scene, one: StakeholderUpdate) -> list[Step]:
    """The way out for an author whom nobody can relieve."""
    own = one.audience in EXTERNAL and scene.me in one.authors
    if not own or hindrance(scene, ApproveUpdate):
        return []
    say = "approve it yourself, if nobody else can; stays in the log as BREAK-GLASS"
    return [_step("b", "break glass", f"/update U{one.number} break ", "REASON", say)]


def _unready(scene: Scene, one: StakeholderUpdate) -> str:
    if by_role := hindrance(scene, PublishUpdate):
        return by_role
    why = stale_because(scene.incident, one)
    return f"STALE: {why}; revise it, or add anyway to publish it as it is" if why else ""
