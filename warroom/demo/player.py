"""Plays a scenario into a hub: one desk for each person of it, all in one event loop.

The people type one after the other, each at their time, and only when they have seen what they
answer. What the hub refuses is left out, for the newcomer may have done it first.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import NoReturn

from warroom.client.desk import Desk, DeskEvent, RoomChanged
from warroom.client.draft import Draft
from warroom.client.replica import Replica, Returned, Settled
from warroom.client.target import Target
from warroom.demo.scenario import Act, Scenario, Wait
from warroom.demo.story import Story
from warroom.words.misread import Misread


class Actor:
    """One simulated person at their desk."""

    def __init__(self, target: Target, name: str) -> None:
        self.desk = Desk(target, name, self._listen)
        self._changed = asyncio.Event()
        self._answers: dict[str, int | None] = {}

    @property
    def person(self) -> str:
        """Their id, once the hub has welcomed them."""
        return self.desk.you.person if self.desk.you else ""

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that this desk will be told of."""
        while not happened():
            self._changed.clear()
            await self._changed.wait()

    async def sends(self, log: str, draft: Draft) -> int | None:
        """The number of the entry that a command became, None if it was refused."""
        self.desk.touch()
        id_ = self.desk.send(log, draft)
        await self.until(lambda: id_ in self._answers)
        return self._answers.pop(id_)

    def _listen(self, event: DeskEvent) -> None:
        match event:
            case RoomChanged(change=Settled(id=id_, seq=seq)):
                self._answers[id_] = seq
            case RoomChanged(change=Returned(pending=pending)):
                self._answers[pending.submit.id] = None
            case _:
                pass
        self._changed.set()


class Player:
    """A scenario in performance. `alone`: nobody is waited for."""

    def __init__(self, scenario: Scenario, target: Target, speed: float, *, alone: bool) -> None:
        self._scenario = scenario
        self._speed = speed
        self._alone = alone
        self._actors = {name: Actor(target, name) for name in scenario.people}
        self._narrator = self._actors[scenario.people[0]]
        self._log = ""
        self._last = 0

    async def run(self, ready: Callable[[Replica], None], over: Callable[[int], None]) -> NoReturn:
        """Play, and then stay in the room until cancelled.

        `ready` is called when the story first waits, `over` with the number of its last entry.
        """
        async with asyncio.TaskGroup() as tasks:
            for actor in self._actors.values():
                tasks.create_task(actor.desk.run())
            tasks.create_task(self._play(ready, over))
        raise AssertionError("desks run until they are cancelled")

    async def _play(self, ready: Callable[[Replica], None], over: Callable[[int], None]) -> None:
        for actor in self._actors.values():
            await actor.until(lambda actor=actor: bool(actor.person))  # type: ignore[misc]
        cast = {actor.person for actor in self._actors.values()}
        story = Story(cast, self._speed, alone=self._alone)
        room = await self._declare()
        told, at = False, 0.0
        for step in self._scenario.steps:
            await asyncio.sleep((step.at - at) / self._speed)
            at = step.at
            match step:
                case Wait():
                    if not told:
                        ready(room)
                        told = True
                    await self._wait(story, step, room)
                case Act():
                    await self._act(story, step)
        if not told:
            ready(room)
        over(self._last)

    async def _declare(self) -> Replica:
        """The room, opened at every desk."""
        narrator = self._narrator
        scenario = self._scenario
        self._log = narrator.desk.declare(scenario.title, severity=scenario.severity)
        room = narrator.desk.replicas[self._log]
        await narrator.until(lambda: bool(room.label) and room.seq > 0)
        for actor in self._actors.values():
            actor.desk.open(self._log)
        return room

    async def _wait(self, story: Story, wait: Wait, room: Replica) -> None:
        """Give the newcomer time to act."""
        if self._alone:
            return
        before: StrEnum | None = story.state(wait, room.room)
        with suppress(TimeoutError):
            async with asyncio.timeout(wait.longest / self._speed):
                await self._narrator.until(lambda: story.happened(wait, room.room, before))

    async def _act(self, story: Story, act: Act) -> None:
        """Someone types, if their line makes sense by now."""
        actor = self._actors[act.who]
        replica = actor.desk.replicas[self._log]
        await actor.until(lambda: replica.seq >= self._last)
        try:
            drafts = story.drafts(act, replica.room, actor.desk.now(), actor.person)
        except Misread:
            return
        for draft in drafts:
            seq = await actor.sends(self._log, draft)
            if seq is None:
                return
            self._last = seq
        if drafts:
            story.became(act, self._last)
