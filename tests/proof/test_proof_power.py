"""When the power goes, what was told to anyone is there when it is back.

The long run takes WARROOM_PROOF_CUTS (10,000) and WARROOM_PROOF_SEED from the environment.
"""

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.proof import traced
from tests.proof.bench import Handed
from tests.proof.disk import (
    Created,
    Cut,
    Disk,
    FolderSynced,
    NoDoor,
    Removed,
    Synced,
    Wrote,
    watched,
)
from tests.proof.history import Fault
from tests.proof.hub_under_load import PLAIN, hub_under_load
from tests.proof.power import Kept, Platter
from tests.proof.power_erasing import lose_power_erasing, record_erasure
from tests.proof.power_loss import Recording, Report, careless, lose_power, record

A_RECORDING = 200
"""How many cuts one recording is good for."""

AN_ERASURE = 50
"""And one of words that are erased."""


@pytest.fixture(autouse=True)
def door() -> None:
    """Where Python keeps its SQLite to itself, nothing can be recorded."""
    try:
        with watched(Disk()):
            pass
    except NoDoor as closed:
        pytest.skip(str(closed))


@pytest.mark.timeout(400)
def test_what_was_told_survives_a_power_cut() -> None:
    """L1: the real writer, journal and SQLite; the files as a disk may leave them."""
    rng = random.Random()
    report = Report()
    lose_power(record(Recording(), 250, rng), 100, rng, report)
    assert 0 == report.bad, report
    assert report.handed > 0


@pytest.mark.timeout(400)
def test_a_hub_that_does_not_wait_for_the_disk_is_caught() -> None:
    """The control: with synchronous=NORMAL the same cuts lose what was acknowledged."""
    rng = random.Random()
    report = Report()
    with careless():
        recording = record(Recording(), 250, rng)
    lose_power(recording, 50, rng, report)
    assert report.found[Fault.LOST] > 0, report


@pytest.mark.timeout(400)
def test_words_that_were_being_erased_are_gone_once_the_power_is_back() -> None:
    """The next hub makes an end of it by itself, and loses nothing over it."""
    rng, report = random.Random(), Report()
    lose_power_erasing(record_erasure(rng), 20, rng, report)
    assert 0 == report.bad, report
    assert 20 == report.erased


def test_words_that_were_said_to_be_gone_do_not_come_back_with_the_power() -> None:
    """Not even on a disk that kept nothing which was not synced, before the next hub has begun."""
    rng = random.Random()
    erasure = record_erasure(rng)
    platter = Platter({})
    for happened in erasure.recording.happened[: erasure.ends]:
        platter.take(happened)
    files = platter.after_the_cut(Kept.NONE, rng)
    assert [] == [name for name, file in files.items() if erasure.secret in file]


@pytest.mark.soak
def test_what_was_told_survives_ten_thousand_power_cuts() -> None:
    """Each recording begins on what the last power cut left, five times in a row."""
    cuts = int(os.environ.get("WARROOM_PROOF_CUTS", "10000"))
    rng = random.Random(int(os.environ.get("WARROOM_PROOF_SEED", "4")))
    report, left = Report(), Recording()
    for number in range(-(-cuts // A_RECORDING)):
        recording = record(left if number % 5 else Recording(), 300, rng)
        left = lose_power(recording, A_RECORDING, rng, report)
        print(report, flush=True)  # noqa: T201
        assert 0 == report.bad, report


@pytest.mark.soak
def test_words_are_gone_after_a_thousand_power_cuts_in_the_midst_of_erasing() -> None:
    """A tenth as many cuts as above: each takes another hub, which finishes the work."""
    cuts = int(os.environ.get("WARROOM_PROOF_CUTS", "10000")) // 10
    rng = random.Random(int(os.environ.get("WARROOM_PROOF_SEED", "4")))
    report = Report()
    for _ in range(-(-cuts // AN_ERASURE)):
        lose_power_erasing(record_erasure(rng), AN_ERASURE, rng, report)
        print(report, flush=True)  # noqa: T201
        assert 0 == report.bad, report


@pytest.mark.soak
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here")
async def test_the_real_process_survives_a_power_cut_as_the_kernel_saw_it(tmp_path: Path) -> None:
    """A hub process under strace, its key included, and the answers as they left its sockets."""
    data, trace, rng, report = tmp_path / "data", tmp_path / "trace", random.Random(), Report()
    async with hub_under_load(tmp_path, data, (*traced.command(trace), *PLAIN)) as hub:
        for _ in range(10):
            await hub.works()
    asked = {one.id for one in hub.room.history.asked}
    recording = Recording({}, traced.happened(trace, data), asked, keyed=True)
    assert sum(isinstance(one, Handed) for one in recording.happened) >= 200
    lose_power(recording, 200, rng, report)
    assert 0 == report.bad, report


def test_the_disk_keeps_what_was_synced_and_may_forget_the_rest() -> None:
    """The model: a file's bytes and its name are durable apart from each other."""
    platter, rng = Platter({}), random.Random(1)
    for act in (Created("a"), Wrote("a", 0, b"old"), Synced("a")):
        platter.take(act)
    assert {} == platter.after_the_cut(Kept.NONE, rng)
    platter.take(FolderSynced())
    assert {"a": b"old"} == platter.after_the_cut(Kept.NONE, rng)
    platter.take(Wrote("a", 4, b"new"))
    assert {"a": b"old"} == platter.after_the_cut(Kept.NONE, rng)
    assert {"a": b"old\0new"} == platter.after_the_cut(Kept.ALL, rng)
    torn = {platter.after_the_cut(Kept.TORN, rng)["a"] for _ in range(100)}
    assert {b"old", b"old\0n", b"old\0\0ew", b"old\0new"} <= torn
    platter.take(Cut("a", 1))
    platter.take(Removed("a"))
    assert {"a": b"old"} == platter.after_the_cut(Kept.NONE, rng)
    assert {} == platter.after_the_cut(Kept.ALL, rng)


def test_a_random_subset_is_made_of_whole_sectors() -> None:
    """The model: of two sectors either may be kept without the other."""
    platter, rng = Platter({"a": bytes(1024)}), random.Random(1)
    platter.take(Wrote("a", 0, b"x" * 1024))
    found = {platter.after_the_cut(Kept.SOME, rng)["a"] for _ in range(200)}
    half = b"x" * 512
    assert {bytes(1024), half + bytes(512), bytes(512) + half, half + half} == found
