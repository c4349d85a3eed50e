"""The JSON Lines export, out and in again."""

import pytest

from tests.data.golden.logbook import GOLDEN, HERE, Logbook, export_of, golden, incident, joined
from warroom.export.jsonl import Unreadable, export_lines, read_export

MANIFEST, *REST = golden("incident").splitlines()


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_files_come_out_again(name: str) -> None:
    """The same log exports to the same bytes, today as when the golden files were made."""
    assert golden(name) == export_of(GOLDEN[name]())


def test_there_are_no_other_golden_files() -> None:
    """Each file beside the logbook is one that it makes."""
    assert set(GOLDEN) == {path.stem for path in HERE.glob("*.jsonl")}


@pytest.mark.parametrize("name", GOLDEN)
def test_out_and_in_again_is_the_identical_chain(name: str) -> None:
    """An export read and exported again is the same file."""
    read = read_export(golden(name))
    manifest = read.manifest

    assert golden(name) == joined(
        list(export_lines(manifest.label, manifest.log, read.entries, read.heads))
    )


def test_the_manifest_says_what_the_file_holds() -> None:
    """Label, log and last entry, and nothing that the content does not bear out."""
    book = incident()

    assert (
        b'{"format":1,"head":{"hash":"%b","seq":8},"label":"INC-7","log":"%b","type":"manifest"}'
        % (book.hashes[8].encode(), book.log.encode())
        == MANIFEST
    )


def test_heads_stand_right_after_their_entry_whatever_order_they_come_in() -> None:
    """Heads are put in their places, each once; those of absent entries are not written."""
    book = incident()
    heads = [*reversed(book.heads()), *book.heads()]
    lines = list(export_lines("INC-7", book.log, book.entries()[:3], heads))

    assert REST[:5] == lines[1:]


def test_a_log_without_entries_is_refused() -> None:
    """There is no head to name, so there is no export."""
    with pytest.raises(ValueError, match="INC-7 has no entries"):
        list(export_lines("INC-7", "ab" * 16, (), ()))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 1: the file is empty"),
        (REST, "line 1: an export begins with its manifest"),
        ([MANIFEST, REST[0], MANIFEST], "line 3: a second manifest"),
        ([MANIFEST, b"", REST[0]], "line 2: "),
        ([MANIFEST, REST[0], b"[]"], "line 3: "),
        ([MANIFEST, REST[0], b'{"type":"poem"}'], "line 3: there is no kind of line called 'poem'"),
        ([MANIFEST, b'{"type":"head"}'], "line 2: "),
        ([b'{"type":"manifest"}'], "line 1: "),
        ([MANIFEST, b"[" * 3000], "line 2: "),
        ([MANIFEST, b"\xff"], "line 2: "),
    ],
)
def test_an_unreadable_export_names_its_line(lines: list[bytes], message: str) -> None:
    """The error says on which line a file stops being an export."""
    with pytest.raises(Unreadable) as caught:
        read_export(joined(lines))

    assert str(caught.value).startswith(message)


def test_a_file_without_its_last_newline_is_read() -> None:
    """Reading is lenient where only `verify` has to be strict."""
    data = Logbook().declare().sign().data()

    assert read_export(data) == read_export(data[:-1])
