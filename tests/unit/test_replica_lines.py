"""The lines of a room's file: written and read again, torn, and damaged."""

import pytest

from tests.unit.test_replica import LOG, NINE, Hub, command_id
from warroom.client.replica import Replica
from warroom.client.replica_lines import (
    Damaged,
    lines_after,
    manifest_line,
    read_manifest,
    read_slices,
)
from warroom.domain.events import DEFAULT_POLICY, IncidentDeclared, IncidentWords
from warroom.log.entry import Entry
from warroom.log.lines import Manifest
from warroom.log.signing import SignedHead


def room(*texts: str) -> tuple[Hub, Replica]:
    """A room of notes as a client holds it, each entry under a head."""
    hub = Hub()
    declared = IncidentDeclared(
        label="INC-7", key="a" * 64, policy=DEFAULT_POLICY, words=IncidentWords(title="It fails")
    )
    hub.writes(declared)
    hub.notes(*texts)
    replica = Replica(LOG)
    list(replica.receive(hub.opened()))
    seqs = range(1, len(hub.entries) + 1)
    list(replica.receive(hub.sends(*seqs, heads=[hub.head(seq) for seq in seqs])))
    return hub, replica


def content(replica: Replica) -> bytes:
    return manifest_line(replica) + b"".join(lines_after(replica, 0))


def read(data: bytes, size: int = 1000) -> list[Entry | SignedHead]:
    _, start = read_manifest(data, LOG)
    return [item for part in read_slices(data, start, size) for item in part.items]


def spoiled(data: bytes, what: bytes, by: bytes) -> tuple[list[Entry | SignedHead], str]:
    """What is read of a file in which one thing was replaced, and the complaint."""
    assert what in data
    items: list[Entry | SignedHead] = []
    _, start = read_manifest(data, LOG)
    with pytest.raises(Damaged) as raised:  # noqa: PT012
        for part in read_slices(data.replace(what, by, 1), start):
            items.extend(part.items)
    return items, str(raised.value)


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_what_was_written_is_read_again(size: int) -> None:
    """In the same bytes, in slices of any size, each head after its entry."""
    _, replica = room("one", "two", "three")
    data = content(replica)
    assert ("INC-7", len(manifest_line(replica))) == read_manifest(data, LOG)
    other = Replica(LOG)
    for part in read_slices(data, len(manifest_line(replica)), size):
        list(other.restore(part.items))
    assert (data, "INC-7") == (content(other), other.label)
    assert NINE < other.room.entries[0].at


def test_a_torn_last_line_is_left_out() -> None:
    """The slice says where it begins."""
    _, replica = room("one")
    data = content(replica)
    last = data.rindex(b"\n", 0, -1) + 1
    (part,) = read_slices(data[:-9], len(manifest_line(replica)))
    assert (last, 3) == (part.end, len(part.items))


def test_only_what_is_new_is_written() -> None:
    """Its head comes first, if that came later than the last entry that was written."""
    hub, replica = room("one", "two")
    assert b"".join(lines_after(replica, 1)) in content(replica)
    assert [] == list(lines_after(replica, 3))
    assert [hub.head(3).line() + b"\n"] == list(lines_after(replica, 3, signed=False))


def test_a_file_begins_with_its_own_manifest() -> None:
    """Anything else there is damage."""
    _, replica = room()
    other = Manifest(log="b" * 32, label="INC-7").line() + b"\n"
    for data in (b"", b"{}\n", b"\n", content(replica)[len(manifest_line(replica)) :], other):
        with pytest.raises(Damaged):
            read_manifest(data, LOG)


def test_damage_is_noticed_and_nothing_doubtful_is_read() -> None:
    """An entry counts once the next line, or its head, vouches for it."""
    hub, replica = room("one", "two", "three")
    data = content(replica)
    words, why = spoiled(data, b'"two"', b'"tow"')
    assert (2, "the words of #3 are not those it was made with") == (_last(words), why)
    header, _ = spoiled(data, command_id(3).encode(), command_id(9).encode())
    assert 2 == _last(header)
    head, why = spoiled(data, hub.head(3).line(), hub.head(2).line())
    assert (2, "what stands after #3 does not follow it") == (_last(head), why)
    blank, why = spoiled(data, hub.entries[2].line(), hub.entries[2].line() + b" ")
    assert (2, "the line is not as it was written") == (_last(blank), why)
    second, why = spoiled(data, hub.entries[2].line(), manifest_line(replica)[:-1])
    assert (2, "a second manifest") == (_last(second), why)
    bare, _ = spoiled(data, b'{"body":{"salt"', b'{"body":null,"x":{"salt"')
    assert [] == bare


def test_without_heads_each_entry_vouches_for_the_one_before() -> None:
    """The last one stands for itself."""
    _, replica = room("one", "two")
    replica.heads.clear()
    data = content(replica)
    assert 3 == len(read(data))
    items, _ = spoiled(data, command_id(2).encode(), command_id(9).encode())
    assert 1 == _last(items)


def _last(items: list[Entry | SignedHead]) -> int:
    return max(item.seq for item in items)
