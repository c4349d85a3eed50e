"""Words for people: who is on the bridge, who may be here, and what one is called."""

from warroom.domain import commands as c
from warroom.domain.commands import PersonCommand, Voice
from warroom.words.interpret.reader import Reader
from warroom.words.misread import misread


def here(line: Reader) -> list[PersonCommand]:
    called: dict[str, Voice] = {}
    while (handle := line.handle()) is not None:
        voice = line.voice(handle)
        called.setdefault(voice.person, voice)
    line.take_if("voice")
    line.end()
    if not called:
        misread("say who is on the bridge: /here @ana @raj voice")
    return [c.CallRoll(people=tuple(called.values()))]


def name(line: Reader) -> list[PersonCommand]:
    return [c.Rename(name=line.text("say what you are called: /name Kim Lee"))]


def restrict(line: Reader) -> list[PersonCommand]:
    return [c.Restrict(reason=line.reason())]


def admit(line: Reader) -> list[PersonCommand]:
    handle = line.handle() or misread("say whom to let in: /admit @kim")
    line.end()
    return [c.Admit(handle=handle)]


def remove(line: Reader) -> list[PersonCommand]:
    handle = line.handle() or misread("say whom to show out: /remove @kim")
    return [c.Remove(handle=handle, reason=line.reason())]
