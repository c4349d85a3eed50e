"""A hub that is killed at any moment has lost nothing that it acknowledged, and doubled nothing.

The long run takes its counts from the environment: WARROOM_PROOF_KILLS lives (10,000), at most
WARROOM_PROOF_SECONDS (no limit), WARROOM_PROOF_MODE `fork` or `exec`, WARROOM_PROOF_SEED, and
WARROOM_PROOF_ENDS, how lives end (`erasing,random`; all ways).
"""

import os
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.proof.crash_loop import ACKS_A_LIFE, ENDS, Report, loop

FOUNDING = {"before-commit", "after-commit", "start-up"}


def check(report: Report, ends: Iterable[str] = ENDS) -> None:
    """Nothing lost, moved, doubled, phantom, forked, visible or inverted; every life had work."""
    assert [] == report.found
    assert 0 == report.unforgotten
    assert report.fewest >= ACKS_A_LIFE
    assert FOUNDING.union(ends) == set(report.points)
    assert report.expired > 0


@pytest.mark.timeout(400)
async def test_a_hub_killed_at_every_point_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """L1: a real hub, four writers, one reader, every named point and random moments."""
    check(await loop(tmp_path, lives=10, mode="exec", seed=random.randrange(1 << 32)))


@pytest.mark.soak
async def test_a_hub_killed_ten_thousand_times_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """The same for as long as it takes."""
    ends = os.environ.get("WARROOM_PROOF_ENDS", ",".join(ENDS)).split(",")
    report = await loop(
        tmp_path,
        ends=ends,
        lives=int(os.environ.get("WARROOM_PROOF_KILLS", "10000")),
        mode=os.environ.get("WARROOM_PROOF_MODE", "fork"),
        seed=int(os.environ.get("WARROOM_PROOF_SEED", "4")),
        seconds=float(os.environ.get("WARROOM_PROOF_SECONDS", "1e9")),
    )
    check(report, ends)
