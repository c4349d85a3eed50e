"""What people may ask: limits stand in the types, and nothing is half understood."""

from typing import get_args

import msgspec
import pytest

from warroom.domain import commands as c
from warroom.domain.commands import Command, cited_by, named_in
from warroom.domain.vocabulary import Audience, PromotedTo, Role

DECODER = msgspec.json.Decoder(c.PersonCommand)


@pytest.mark.parametrize(
    ("command", "cited"),
    [
        (c.DraftUpdate(audience=Audience.INTERNAL, text="x", cites=(2, 3)), (2, 3)),
        (c.ReviseUpdate(update=1, text="x", cites=(4,)), (4,)),
        (c.Amend(entry=5, text="x"), (5,)),
        (c.Strike(entry=5, reason="x"), (5,)),
        (c.RequestRedaction(entry=5, reason="x"), (5,)),
        (c.ApproveRedaction(entry=5), (5,)),
        (c.Promote(entry=5, to=PromotedTo.FACT), (5,)),
        (c.Post(text="#5"), ()),
    ],
    ids=lambda value: value.word if isinstance(value, c.CommandBase) else "",
)
def test_a_command_says_which_entries_it_speaks_of(
    command: Command, cited: tuple[int, ...]
) -> None:
    """U3, L6: whoever decides looks these up, and no others."""
    assert cited == cited_by(command)


@pytest.mark.parametrize(
    ("command", "named"),
    [
        pytest.param(c.AddAction(text="x", assignee="bo"), ("bo",), id="act for someone"),
        pytest.param(c.AddAction(text="x"), (), id="act for nobody"),
        (c.AssignAction(action=1, assignee="bo"), ("bo",)),
        (c.Promote(entry=5, to=PromotedTo.ACTION, assignee="bo"), ("bo",)),
        (c.OfferRole(role=Role.SCRIBE, to="bo"), ("bo",)),
        (c.AppointRole(role=Role.SCRIBE, person="bo"), ("bo",)),
        (c.CallRoll(people=(c.Voice("bo", "bo"), c.Voice("cy", "cy"))), ("bo", "cy")),
        (c.Post(text="@bo"), ()),
    ],
    ids=lambda value: value.word if isinstance(value, c.CommandBase) else "",
)
def test_a_command_says_whom_it_speaks_of(command: Command, named: tuple[str, ...]) -> None:
    """By their ids: they have to be in the room."""
    assert named == named_in(command)


def test_every_command_with_a_person_in_it_says_so() -> None:
    """No field for a person's id is forgotten."""
    people = {
        command
        for command in get_args(c.PersonCommand)
        for field in msgspec.structs.fields(command)
        if c.PersonId in (field.type, *get_args(field.type))
    }
    spoken_of = {c.AddAction, c.AssignAction, c.Promote, c.OfferRole, c.AppointRole}
    assert spoken_of == people


@pytest.mark.parametrize(
    "frame",
    [
        b'{"do":"post","text":""}',
        b'{"do":"post","text":" \\n\\t "}',
        b'{"do":"post","text":"x","loud":true}',
        b'{"do":"post"}',
        b'{"do":"retitle","title":"two\\nlines"}',
        b'{"do":"retitle","title":"one line and its end\\n"}',
        b'{"do":"retitle","title":"   "}',
        b'{"do":"strike","entry":0,"reason":"x"}',
        b'{"do":"strike","entry":9007199254740992,"reason":"x"}',
        b'{"do":"strike","entry":1.5,"reason":"x"}',
        b'{"do":"act","text":"x","due_at":"2026-03-02T09:00:00"}',
        b'{"do":"act.assign","action":1,"assignee":"ana\\n"}',
        b'{"do":"act.assign","action":1,"assignee":"Ana"}',
        b'{"do":"here","people":[]}',
        b'{"do":"here","people":[{"person":"v1","handle":"raj\\n"}]}',
        b'{"do":"here","people":[{"person":"v1","handle":"@raj"}]}',
        b'{"do":"update.approve","update":1,"text":"abc"}',
        b'{"do":"propose","decision":{"choice":"x"},"window":0}',
        b'{"do":"propose","decision":{"choice":"x","mood":"y"}}',
        b'{"do":"dance"}',
    ],
)
def test_what_is_out_of_bounds_is_no_command(frame: bytes) -> None:
    """G5: blank, too long, too small, two lines where one is meant, a field nobody knows."""
    with pytest.raises(msgspec.ValidationError):
        DECODER.decode(frame)


@pytest.mark.parametrize(
    ("frame", "command"),
    [
        (b'{"do":"post","text":"two\\nlines"}', c.Post(text="two\nlines")),
        (b'{"do":"retitle","title":" a title "}', c.Retitle(title=" a title ")),
        (
            '{"do":"here","people":[{"person":"v1","handle":"åsa-2"}]}'.encode(),
            c.CallRoll(people=(c.Voice("v1", "åsa-2"),)),
        ),
    ],
)
def test_what_people_do_write_is_taken(frame: bytes, command: Command) -> None:
    """G5: text of several lines, spaces around a title, a handle that is not English."""
    assert command == DECODER.decode(frame)


@pytest.mark.parametrize("command", get_args(c.HubCommand), ids=lambda command: command.__name__)
def test_the_wire_has_no_way_to_say_what_the_hub_asks(command: type[c.HubCommand]) -> None:
    """G4: a timer or an arrival cannot be sent."""
    with pytest.raises(msgspec.ValidationError, match="Invalid value"):
        DECODER.decode(msgspec.json.encode({"do": command.__struct_config__.tag}))
