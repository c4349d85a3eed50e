"""Commands go out in the order of writing, a few at a time."""

from warroom.client.outflow import WINDOW, Outflow
from warroom.domain.commands import Post
from warroom.protocol.envelopes import FromClient, Submit

LOG, OTHER = "a" * 32, "b" * 32


def command(number: int, log: str = LOG) -> Submit:
    return Submit(id=f"{number:08x}-0000-7000-8000-{log[:12]}", log=log, command=Post(text="x"))


class Line:
    """A line to the hub, or none."""

    def __init__(self) -> None:
        self.up = True
        self.said: list[FromClient] = []

    def say(self, message: FromClient) -> bool:
        if self.up:
            self.said.append(message)
        return self.up


def given(count: int) -> tuple[Line, Outflow, list[Submit]]:
    """So many commands, given at once."""
    line = Line()
    outflow = Outflow(line.say)
    commands = [command(number) for number in range(count)]
    for one in commands:
        outflow.give(one)
    return line, outflow, commands


def test_the_hub_is_never_asked_too_much() -> None:
    """The next goes out when one is answered."""
    line, outflow, commands = given(WINDOW + 2)
    assert commands[:WINDOW] == line.said
    outflow.answered(commands[3].id)
    assert commands[: WINDOW + 1] == line.said
    outflow.answered(commands[0].id)
    assert commands == line.said


def test_a_command_under_way_is_not_sent_again() -> None:
    """Nor one that was answered before it went out."""
    line, outflow, commands = given(2)
    outflow.give(commands[0])
    outflow.go_on(LOG, commands)
    assert commands == line.said


def test_what_was_turned_away_goes_before_what_was_written_later() -> None:
    """A log waits for its own: in the meantime others go on."""
    line, outflow, commands = given(3)
    assert outflow.hold(commands[0])
    assert not outflow.hold(commands[1])
    later, elsewhere = command(9), command(1, OTHER)
    outflow.give(later)
    outflow.give(elsewhere)
    assert [*commands, elsewhere] == line.said
    outflow.answered(commands[2].id)
    outflow.go_on(LOG, [commands[0], commands[1], later])
    assert [*commands, elsewhere, commands[0], commands[1], later] == line.said


def test_an_answer_takes_a_command_that_waits() -> None:
    """Its entry may be here although its answer never came."""
    line, outflow, commands = given(WINDOW + 1)
    outflow.answered(commands[-1].id)
    outflow.answered(commands[0].id)
    assert commands[:WINDOW] == line.said


def test_without_a_line_nothing_is_under_way() -> None:
    """What could not be said is given again by whoever keeps it."""
    line, outflow, commands = given(1)
    line.up = False
    outflow.give(command(5))
    line.up = True
    outflow.go_on(LOG, commands)
    assert [commands[0], commands[0]] == line.said


def test_a_lost_line_forgets_all() -> None:
    """After it everything unanswered is given again, held or not."""
    line, outflow, commands = given(2)
    outflow.hold(commands[0])
    outflow.lost()
    outflow.go_on(LOG, commands)
    assert [*commands, *commands] == line.said
