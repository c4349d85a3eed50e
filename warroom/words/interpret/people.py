"""Words for people: who is on the bridge, and what one is called."""

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
