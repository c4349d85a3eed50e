"""Words for roles: taken, offered, appointed, answered, released."""

from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand
from warroom.domain.vocabulary import Role, spoken
from warroom.words.interpret.reader import Reader
from warroom.words.misread import misread


def role(line: Reader) -> list[PersonCommand]:
    match line.peek():
        case "accept":
            line.take()
            answered = _answered(line)
            line.end()
            return [c.AcceptRole(role=answered)]
        case "decline":
            line.take()
            return [c.DeclineRole(role=_answered(line), reason=line.reason())]
        case "release":
            line.take()
            return [c.ReleaseRole(role=_held(line), reason=line.reason())]
        case _:
            wanted = line.role() or misread("say which role: ic, dep, cl, tl or scribe")
            return _given(line, wanted)


def _given(line: Reader, wanted: Role) -> list[PersonCommand]:
    """A role taken, or given to someone. A takeover says `because`, so that a forgotten `@`
    is no reason."""
    handle = line.handle()
    if handle is None:
        return _taken(line, wanted)
    by_voice = line.take_if("voice")
    known = line.known(handle)
    if known is None and not by_voice:
        misread(
            f"nobody here is called @{handle}; if they are on the bridge: "
            f"/role {_short_name(wanted)} @{handle} voice"
        )
    to = known or line.call(handle)
    if to == line.speaker:
        return _taken(line, wanted)
    if wanted is Role.INCIDENT_COMMANDER or line.incident.commander != line.speaker:
        return [c.OfferRole(role=wanted, to=to, note=line.reason())]
    return [c.AppointRole(role=wanted, person=to, note=line.reason())]


def _taken(line: Reader, wanted: Role) -> list[PersonCommand]:
    if line.left and line.peek() not in {"because", "because:"}:
        name = _short_name(wanted)
        misread(f"name a person, /role {name} @dee, or a reason, /role {name} because REASON")
    return [c.TakeRole(role=wanted, reason=line.reason())]


def _answered(line: Reader) -> Role:
    """The role that an answer is about: as said, otherwise the one on offer to the speaker."""
    offers = line.incident.offers
    offered = [role for role in Role if role in offers and offers[role].to == line.speaker]
    return line.role() or _only(line, offered, "no role is on offer to you", "accept")


def _held(line: Reader) -> Role:
    held = line.incident.roles_of(line.speaker)
    only = [role for role in Role if role in held]
    return line.role() or _only(line, only, "you hold no role", "release")


def _only(line: Reader, roles: list[Role], none: str, answer: str) -> Role:
    if not roles:
        misread(f"{none}; name the role: /role {answer} tl")
    if len(roles) > 1:
        names = " and ".join(spoken(role) for role in roles)
        misread(f"which of {names}? name one: /role {answer} {_short_name(roles[0])}")
    return roles[0]


def _short_name(role: Role) -> str:
    return {
        Role.INCIDENT_COMMANDER: "ic",
        Role.DEPUTY: "dep",
        Role.COMMS_LEAD: "cl",
        Role.TECHNICAL_LEAD: "tl",
        Role.SCRIBE: "scribe",
    }[role]
