"""What stands in the journal of a hub that is dead, or has ended."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from server.journal_sql import open_sqlite
from tests.proof.history import Kept
from warroom.domain.events import NotePosted
from warroom.domain.vocabulary import HUB
from warroom.export.jsonl import export_lines
from warroom.log.entry import Entry
from warroom.log.verify import verify


def rows(data: Path) -> Iterator[Kept]:
    """The entries as they stand in a dead hub's files, whose next life must find them untouched."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("journal.db", "journal.db-wal"):
            if (data / name).exists():
                shutil.copy(data / name, scratch)
        with closing(sqlite3.connect(Path(scratch, "journal.db"))) as copy:
            found = copy.execute(
                "SELECT e.log, e.seq, e.id, e.hash, e.by FROM entries AS e JOIN logs USING (log)"
                " WHERE label LIKE 'INC-%' ORDER BY e.seq"
            )
            for log, seq, id_, hash_, by in found:
                yield Kept(log, seq, id_, hash_, by_hub=by == HUB)


def whole(data: Path) -> list[Kept]:
    """All rooms through the real journal, after `verify` has found nothing wrong with any."""
    kept: list[Kept] = []
    with closing(open_sqlite(data / "journal.db")) as journal:
        journal.check()
        for head in journal.heads():
            if not head.label.startswith("INC-"):
                continue
            page = journal.page(head.log, 0, 1_000_000)
            lines = export_lines(head.label, head.log, page.entries, page.heads)
            assert () == verify(b"".join(line + b"\n" for line in lines)).problems
            kept += map(_kept, page.entries)
    return kept


def _kept(entry: Entry) -> Kept:
    one = entry.recorded()
    log = entry.header.log
    return Kept(log, one.seq, one.id, one.hash, _what(one.event), by_hub=one.by == HUB)


def _what(event: Any) -> str:
    return str(event.words.text) if isinstance(event, NotePosted) and event.words else ""
