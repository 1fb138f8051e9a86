"""Run a template: its tables, secrets, functions, routes, sockets, streams, queues and schedules.

`reload` changes what differs from the template, and keeps the data. If the template is invalid, it
changes nothing.
"""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
import weakref
from collections.abc import Coroutine, Iterable
from typing import Any

from local import engine, found, kept, schedules
from local.clock import Clock
from local.delivery import Delivery
from local.found import Found
from local.gateway import Gateway
from local.instance import Endpoints
from local.kept import Kept
from local.model import Schedule, StreamMapping, Template
from local.options import Options
from local.pool import Pools
from local.queues.mapping import Consumer
from local.queues.model import QueueMapping
from local.queues.queues import Queues
from local.secrets_manager import create_secrets
from local.sockets.connections import Connections
from local.sockets.door import Door
from local.sockets.management import Management
from local.sockets.model import SocketApi
from local.sockets.service import SocketService
from local.streams import Subscription
from local.tables import create_tables
from local.template import TemplateError, load

Source = Schedule | StreamMapping | QueueMapping


class Cloud:
    """The resources of a template, on the services at `endpoints`."""

    def __init__(self, options: Options, template: Template, endpoints: Endpoints) -> None:
        self.template = template
        self.secrets: dict[str, str] = {}
        """The values of the template's secrets. Empty if there is no Secrets Manager."""
        self.pools = Pools(template.functions, endpoints, self._wake)
        self.gateway = Gateway(
            self.pools,
            template.routes,
            template.cors,
            is_open_mode=options.is_open_mode,
            trusted=options.trusted,
        )
        self._options = options
        self._clock = Clock()
        service = self._service(template.sockets)
        self.door = Door(service, clock=self._clock, trusted=options.trusted)
        self.management = Management(self._connections)
        self._dynamodb = engine.dynamodb(endpoints.dynamodb)
        self._streams = engine.dynamodb_streams(endpoints.dynamodb)
        self._kept = Kept(self._dynamodb) if options.data else None
        """None if nothing is kept in a folder."""
        self._secrets_manager = endpoints.secrets and engine.secrets_manager(endpoints.secrets)
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()
        self.queues = Queues(self._clock, self._kept)
        self._sources: list[tuple[Source, asyncio.Task[None]]] = []

    async def create_storage(self) -> None:
        """Create the missing tables and secrets."""
        tables = [*self.template.tables, *([kept.TABLE] if self._kept else [])]
        await asyncio.to_thread(create_tables, self._dynamodb, tables)
        if self._secrets_manager:
            self.secrets = await asyncio.to_thread(
                create_secrets, self._secrets_manager, self.template.secrets
            )

    async def found_agents(self) -> Found:
        """Return the agents that the tables had before this server started."""
        is_new = not self._options.data and not self._options.engine
        if is_new or all(table.name != found.TABLE for table in self.template.tables):
            return found.NOTHING
        return await asyncio.to_thread(found.agents, self._dynamodb)

    async def start_sources(self) -> None:
        """Start new streams and schedules, and end those that the template no longer has."""
        await self.queues.open(self.template.queues)
        wanted: list[Source] = [
            *self.template.schedules,
            *self.template.streams,
            *self.template.queue_mappings,
        ]
        gone = [(source, task) for source, task in self._sources if source not in wanted]
        self._sources = [each for each in self._sources if each not in gone]
        await _cancel(task for _, task in gone)
        running = [source for source, _ in self._sources]
        for source in wanted:
            if source not in running:
                self._sources.append((source, _task(self._source(source))))

    def _source(self, source: Source) -> Coroutine[Any, Any, None]:
        if isinstance(source, Schedule):
            return schedules.run(source, self.pools.invoke)
        if isinstance(source, QueueMapping):
            return Consumer(source, self.queues[source.queue], self.pools.invoke).run()
        # The records of a folder do not grow older while the server is stopped.
        delivery = Delivery(source, self.pools.invoke, ages_from=time.time() if self._kept else 0.0)
        subscription = Subscription(
            source, self._dynamodb, self._streams, delivery, kept=self._kept
        )
        self._subscriptions.add(subscription)
        return subscription.run()

    def _wake(self) -> None:
        for subscription in self._subscriptions:
            subscription.wake()

    def _service(self, api: SocketApi | None) -> SocketService | None:
        if api is None:
            return None
        mode = self._options.is_open_mode
        return SocketService(api, self.pools.invoke, clock=self._clock, is_open_mode=mode)

    def _connections(self) -> Connections | None:
        return self.door.service.connections if self.door.service else None

    async def reload(self, *, is_template_changed: bool) -> None:
        """Run the saved code, and the saved template if it has changed."""
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
        self.gateway.replace_routes(self.template.routes, self.template.cors)
        self._replace_sockets(self.template.sockets)
        await self.start_sources()
        await replaced

    def _replace_sockets(self, api: SocketApi | None) -> None:
        """Use this API from now on. The connections stay open."""
        if self.door.service and api:
            self.door.service.api = api
        else:
            self.door.service = self._service(api)

    async def close(self) -> None:
        """End the streams, the schedules and all functions, even busy ones."""
        await _cancel(task for _, task in self._sources)
        await self.pools.close()


def _task(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(coroutine)
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    """Print the error of a source that ended. A source should never end by itself."""
    if not task.cancelled() and (error := task.exception()) is not None:
        traceback.print_exception(error)


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    cancelled = list(tasks)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)
