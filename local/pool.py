"""The instances of each function. They start on first use, and handle one request at a time.

If all instances are busy, a request waits. An instance that timed out or ended is replaced at the
next request. After `replace`, new requests use the new code. Running ones end with the old code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from local.instance import (
    Endpoints,
    FunctionDiedError,
    FunctionFailedError,
    FunctionTimedOutError,
    Instance,
)
from local.model import Function

INSTANCES_PER_FUNCTION = 4
READING = ("GET", "HEAD")


class Pool:
    """The instances of one function: as many as the template reserves, or four."""

    def __init__(self, function: Function, endpoints: Endpoints, size: int | None = None) -> None:
        self.function = function
        self._endpoints = endpoints
        self._free = asyncio.Semaphore(size or function.reserved or INSTANCES_PER_FUNCTION)
        self._idle: list[Instance] = []
        self._busy: set[Instance] = set()
        self._is_retired = False
        self._is_closed = False

    async def invoke(self, event: Any) -> Any:
        """Call the handler and return its result. Raises InvocationError."""
        async with self._free:
            if self._is_closed:
                raise FunctionDiedError("the server is stopping")
            instance = await self._take()
            self._busy.add(instance)
            try:
                result = await instance.invoke(event)
            except FunctionFailedError:
                await self._give_back(instance)
                raise
            except (FunctionTimedOutError, FunctionDiedError, asyncio.CancelledError):
                self._busy.discard(instance)
                await instance.kill()
                raise
            await self._give_back(instance)
            return result

    async def _take(self) -> Instance:
        while self._idle:
            instance = self._idle.pop()
            if instance.is_alive:
                return instance
            await instance.kill()
        return await Instance.start(self.function, self._endpoints)

    async def _give_back(self, instance: Instance) -> None:
        self._busy.discard(instance)
        if self._is_retired:
            await instance.stop()
        else:
            self._idle.append(instance)

    async def retire(self) -> None:
        """End the idle instances now, and the busy ones after their request."""
        self._is_retired = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(instance.stop() for instance in idle))

    async def kill(self) -> None:
        """End all instances now. Running calls of `invoke` raise FunctionDiedError."""
        self._is_closed = True
        await self.retire()
        await asyncio.gather(*(instance.kill() for instance in list(self._busy)))


class Pools:
    """The pools of all functions, by their names in the template.

    `finished` is called after each invocation that may have written something.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        endpoints: Endpoints,
        finished: Callable[[], None] = lambda: None,
    ) -> None:
        self._endpoints = endpoints
        self._finished = finished
        self._pools = {name: Pool(each, endpoints) for name, each in functions.items()}
        self._retired: list[Pool] = []

    async def invoke(self, name: str, event: Any) -> Any:
        """Call the function `name` and return its result. Raises InvocationError."""
        try:
            return await self._pools[name].invoke(event)
        finally:
            if may_write(event):
                self._finished()

    async def replace(self, functions: Mapping[str, Function]) -> None:
        """Replace all functions by these."""
        retired = list(self._pools.values())
        self._retired += retired
        self._pools = {name: Pool(each, self._endpoints) for name, each in functions.items()}
        await asyncio.gather(*(pool.retire() for pool in retired))

    async def close(self) -> None:
        """End all instances, even busy ones."""
        await asyncio.gather(*(pool.kill() for pool in [*self._pools.values(), *self._retired]))


def may_write(event: Any) -> bool:
    """Return whether an invocation is likely to write. Reading requests and authorizers seldom do.

    What they write all the same, such as a lapse that a reader finds, is found by the slower poll.
    """
    if not isinstance(event, Mapping):
        return True
    http = (event.get("requestContext") or {}).get("http") or {}
    return http.get("method") not in READING and event.get("type") != "REQUEST"
