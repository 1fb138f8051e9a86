"""A template, running: tables, secrets, pools, routes, streams and schedules.

`reload` compares what the template says now with what runs, and changes only the difference; the
data stays. A template that cannot be read leaves everything as it is.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Coroutine, Iterable
from typing import Any

from local import engine, schedules
from local.delivery import Delivery
from local.gateway import Gateway
from local.instance import Endpoints
from local.model import Schedule, StreamMapping, Template
from local.options import Options
from local.pool import Pools
from local.secrets_manager import create_secrets
from local.streams import Subscription
from local.tables import create_tables
from local.template import TemplateError, load


class Cloud:
    """Everything that the template of `options` stands for, on the services at `endpoints`."""

    def __init__(self, options: Options, template: Template, endpoints: Endpoints) -> None:
        self.template = template
        self.secrets: dict[str, str] = {}
        """The values of the template's secrets; empty when there is nowhere to keep them."""
        self.pools = Pools(template.functions, endpoints)
        self.gateway = Gateway(self.pools, template.routes, is_open_mode=options.is_open_mode)
        self._options = options
        self._dynamodb = engine.dynamodb(endpoints.dynamodb)
        self._streams = engine.dynamodb_streams(endpoints.dynamodb)
        self._vault = endpoints.secrets and engine.secrets_manager(endpoints.secrets)
        self._sources: list[tuple[Schedule | StreamMapping, asyncio.Task[None]]] = []

    async def create_storage(self) -> None:
        """Creates the tables and the secrets that are not there yet."""
        await asyncio.to_thread(create_tables, self._dynamodb, self.template.tables)
        if self._vault:
            self.secrets = await asyncio.to_thread(
                create_secrets, self._vault, self.template.secrets
            )

    async def start_sources(self) -> None:
        """Starts the streams and schedules that do not run yet, ends those that are gone."""
        wanted: list[Schedule | StreamMapping] = [*self.template.schedules, *self.template.streams]
        gone = [(source, task) for source, task in self._sources if source not in wanted]
        self._sources = [each for each in self._sources if each not in gone]
        await _cancel(task for _, task in gone)
        running = [source for source, _ in self._sources]
        for source in wanted:
            if source not in running:
                self._sources.append((source, _task(self._source(source))))

    def _source(self, source: Schedule | StreamMapping) -> Coroutine[Any, Any, None]:
        if isinstance(source, Schedule):
            return schedules.run(source, self.pools.invoke)
        delivery = Delivery(source, self.pools.invoke)
        return Subscription(source, self._dynamodb, self._streams, delivery).run()

    async def reload(self, *, is_template_changed: bool) -> None:
        """Puts saved code, and a saved template, in the place of what runs."""
        if is_template_changed:
            try:
                self.template = await asyncio.to_thread(
                    load, self._options.template, self._options.parameters
                )
            except TemplateError as error:
                print(f"not reloaded: {error}", file=sys.stderr, flush=True)
                return
            await self.create_storage()
        replaced = self.pools.replace(self.template.functions)
        self.gateway.replace_routes(self.template.routes)
        await self.start_sources()
        await replaced

    async def close(self) -> None:
        """Ends the streams, the schedules and every function, busy or not."""
        await _cancel(task for _, task in self._sources)
        await self.pools.close()


def _task(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(coroutine)
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    """A source never ends by itself: when it does it is a bug, and is shown."""
    if not task.cancelled() and (error := task.exception()) is not None:
        traceback.print_exception(error)


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    cancelled = list(tasks)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)
