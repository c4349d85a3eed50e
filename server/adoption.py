"""Logs of a hub that is lost, taken in from replicas and exports: `--adopt`.

Each file is verified; of several files of one log the longest counts, if it holds all the others.
Nothing is merged: where two files part, a person has to choose.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from server.alarms import command_id
from server.batch import Extended, Extension, Waiting
from server.journal import Journal, JournalError, LogHead
from warroom.domain.events import Citation, Unknown
from warroom.domain.hublog import NoteAdoption
from warroom.domain.vocabulary import HUB, HUB_LABEL, Scope, Via
from warroom.export.jsonl import read_export
from warroom.log.chain import canonical
from warroom.log.entry import Entry, Malformed
from warroom.log.lines import Manifest, read_item
from warroom.log.part import Signed
from warroom.log.signing import SignedHead
from warroom.log.verify import verify

_logger = logging.getLogger(__name__)


class Unadoptable(JournalError):
    """These files cannot be adopted. The message is for the person who runs the hub."""


class Found(Struct, frozen=True, kw_only=True):
    """A whole log, as a file holds it. `key` is that of the hub which kept it last."""

    file: str
    log: str
    label: str
    key: str
    entries: tuple[Entry, ...]
    heads: tuple[SignedHead, ...]

    @property
    def head(self) -> Citation:
        return Citation(len(self.entries), self.entries[-1].hash)


def read_files(paths: Iterable[Path]) -> list[Found]:
    """The logs that the files hold, each once. Raises `Unadoptable`."""
    return choose([read(str(path), _bytes(path)) for path in paths])


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unadoptable(f"{path} cannot be read: {error.strerror}.") from error


def read(file: str, data: bytes) -> Found:
    """The log in a file, complete and unaltered. Raises `Unadoptable`.

    A replica may have been cut off while its client was writing: it counts up to its last signed
    head, and what is left out is said.
    """
    if _is_replica(data):
        data = _signed_part(file, data)
    verdict = verify(data)
    if verdict.problems:
        first = verdict.problems[0]
        raise Unadoptable(f"{file}, line {first.line}: {first.text} It cannot be adopted.")
    if verdict.label == HUB_LABEL:
        raise Unadoptable(
            f"{file} is a hub's own log. Adopt the rooms; people are known again when they come."
        )
    export = read_export(data)
    for entry in export.entries:
        if isinstance(event := entry.recorded().event, Unknown):
            raise Unadoptable(
                f"{file}: this version does not know the kind {event.kind!r} of entry {entry.seq}; "
                "adopt it with the newer warroom that wrote it."
            )
    manifest = export.manifest
    key = (verdict.key or "", *verdict.adopted_by)[-1]
    return Found(
        file=file,
        log=manifest.log,
        label=manifest.label,
        key=key,
        entries=export.entries,
        heads=export.heads,
    )


def _is_replica(data: bytes) -> bool:
    try:
        first = read_item(data.partition(b"\n")[0])
    except Malformed:
        return False
    return isinstance(first, Manifest) and first.head is None


def _signed_part(file: str, data: bytes) -> bytes:
    """A replica up to its last signed head."""
    lines = data.split(b"\n")
    torn = lines.pop()
    end = len(lines)
    while end and b'"type":"head"}' != lines[end - 1][-14:]:
        end -= 1
    if not end:
        raise Unadoptable(f"{file} holds no signed entry: there is nothing to adopt in it.")
    if left_out := len(lines) - end + bool(torn):
        _logger.warning(
            "%s: the last %d lines stand under no signed head and are left out", file, left_out
        )
    return b"".join(line + b"\n" for line in lines[:end])


def choose(files: Sequence[Found]) -> list[Found]:
    """Of each log the longest file, which holds all the others. Raises `Unadoptable`."""
    chosen: dict[str, Found] = {}
    for found in sorted(files, key=lambda one: len(one.entries), reverse=True):
        longest = chosen.setdefault(found.log, found)
        if found is not longest:
            _check_contains(longest, found)
            _logger.info("%s holds no more of %s than %s", found.file, found.label, longest.file)
    by_label: dict[str, Found] = {}
    for found in chosen.values():
        other = by_label.setdefault(found.label, found)
        if other is not found:
            raise Unadoptable(
                f"{other.file} and {found.file} are two rooms that are both called {found.label}: "
                "one hub cannot have both; adopt them into two data folders."
            )
    return list(chosen.values())


def _check_contains(longest: Found, other: Found) -> None:
    for mine, its in zip(longest.entries, other.entries, strict=False):
        if mine.hash != its.hash:
            raise Unadoptable(
                f"{longest.file} and {other.file} part at #{mine.seq} of {other.label}: from there "
                "on they are two histories, and nobody can merge them. Adopt one of them, and "
                "keep the other."
            )


class Adopter:
    """Takes in what was found. `submit` gives work to the writer; `own` is the hub's own log."""

    def __init__(self, journal: Journal, own: str, submit: Callable[[Extension], bool]) -> None:
        self._journal = journal
        self._own = own
        self._submit = submit

    async def adopt(self, files: Sequence[Found]) -> None:
        """Adopt every log that is not here yet. Raises `Unadoptable`, `JournalError`."""
        heads = {head.log: head for head in await asyncio.to_thread(self._journal.heads)}
        labels = {head.label: head for head in heads.values()}
        plans = [await self._plan(found, heads, labels) for found in files]
        for found, after in zip(files, plans, strict=True):
            if after is not None:
                await self._extend(found, after)

    async def _plan(
        self, found: Found, heads: dict[str, LogHead], labels: dict[str, LogHead]
    ) -> Citation | None:
        """The entry after which a file brings something new; None if it brings nothing."""
        here, namesake = heads.get(found.log), labels.get(found.label)
        if here is None and namesake is not None:
            raise Unadoptable(
                f"this hub has another room called {found.label} already: adopt {found.file} into "
                "a data folder of its own, with --data."
            )
        if here is None:
            return Citation(0, "")
        await self._check_same(found, here)
        if here.seq >= found.head.seq:
            _logger.info("%s is here already, as far as #%d", found.label, here.seq)
            return None
        return Citation(here.seq, here.hash)

    async def _check_same(self, found: Found, here: LogHead) -> None:
        """Refuse a file that is not a longer or shorter copy of what is here."""
        upto = min(here.seq, found.head.seq)
        page = await asyncio.to_thread(self._journal.page, found.log, upto - 1, 1)
        if page.entries[0].hash != found.entries[upto - 1].hash:
            raise Unadoptable(
                f"{found.file} and this hub hold two histories of {found.label}, which part at or "
                f"before #{upto}: nobody can merge them. Keep the file."
            )

    async def _extend(self, found: Found, after: Citation) -> None:
        part = Signed(
            after,
            found.entries[after.seq :],
            tuple(head for head in found.heads if head.seq > after.seq),
        )
        reply: asyncio.Future[Extended] = asyncio.get_running_loop().create_future()
        extension = Extension(
            log=found.log,
            label=found.label,
            part=part,
            note=None if after.seq else self._note(found),
            reply_to=reply,
        )
        if not self._submit(extension):
            raise Unadoptable("the hub is going down")
        outcome = await reply
        if outcome.refused is not None:
            raise Unadoptable(f"{found.file} was not taken in: {outcome.refused.text}.")
        _logger.info(
            "adopted %s from %s: %d entries, as far as #%d",
            found.label,
            found.file,
            len(part.entries),
            found.head.seq,
        )

    def _note(self, found: Found) -> Waiting:
        """The entry in the hub's own log that says so."""
        command = NoteAdoption(
            log=found.log, seq=found.head.seq, hash=found.head.hash, key=found.key
        )
        return Waiting(
            id=command_id(self._own, "adopt", found.log),
            log=self._own,
            command=command,
            content=canonical(command),
            person=HUB,
            via=Via.HUB,
            scope=Scope.HUB,
        )
