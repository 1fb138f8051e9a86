"""Start the port, the engine, the cloud, the agents and the HTTP server. End them in reverse order.

SIGINT, SIGTERM and SIGHUP end everything within five seconds. A second signal ends this process at
once. The other processes then end too, because each waits for the end of a pipe from this one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterable, Sequence

from local import data_folder, engine, http_server, isolated_engine, reload, seed
from local.banner import Addresses, banner, socket_url
from local.cloud import Cloud
from local.engine import Engine, EngineError
from local.found import Found
from local.http_server import HOST, listen, port_of
from local.instance import Endpoints
from local.model import Template
from local.options import Options
from local.queues import server as queue_server
from local.queues.endpoint import Endpoint
from local.secrets_manager import REGISTRATION_KEY
from local.seed import Seeded, SeedError
from local.signing_key import create as signing_key_of
from local.template import TemplateError, load


async def serve(options: Options) -> None:
    """Run until a signal comes. Raises OptionError, TemplateError or EngineError."""
    stop = asyncio.Event()

    def end() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()
        print("\nstopping", flush=True)

    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(each, end)
    running = asyncio.create_task(_run(options))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    stopping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def _run(options: Options) -> None:
    """Start everything and wait. When cancelled or on an error, end what was started."""
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(listen(options.port))
        template = load(options.template, options.parameters)
        _require_registration_key(options, template)
        opened = options.data and (options.data / data_folder.FILE).exists()
        storage = await _start_storage(options)
        stack.push_async_callback(storage.stop)
        secrets = await _start_secrets_manager(options, storage, stack)
        # A DynamoDB at a URL has no keys, and then nothing is signed.
        keys = storage.url if storage.process is not None else None
        signing_key = await asyncio.to_thread(signing_key_of, keys) if keys else ""
        posts = stack.enter_context(listen(0))
        base_url = f"http://{HOST}:{port_of(listener)}"
        queues = stack.enter_context(queue_server.listen(options.tables_host))
        endpoints = Endpoints(
            storage.url,
            secrets.url if secrets else None,
            sockets=f"http://{HOST}:{port_of(posts)}",
            socket_url=socket_url(base_url, template.sockets.stage) if template.sockets else "",
            queues=queue_server.url_of(queues),
            keys=keys,
            signing_key=signing_key,
            local_only=options.webhooks or "keys",
        )
        cloud = Cloud(options, template, endpoints)
        stack.push_async_callback(cloud.close)
        step = f"Opening the tables in {options.data} ..." if opened else "Creating the tables ..."
        print(step, flush=True)
        await cloud.create_storage()
        await stack.enter_async_context(queue_server.serving(Endpoint(cloud.queues), queues))
        found = await cloud.found_agents()
        registration_key = cloud.secrets.get(REGISTRATION_KEY)
        watching = asyncio.create_task(reload.watch(options.template, cloud))
        stack.callback(watching.cancel)
        # Clients that connect meanwhile wait in the listener's queue, and find the agents
        # registered.
        print(found.told(options.data or options.engine), flush=True)
        seeded = await _seed(cloud, registration_key, found)
        http = await http_server.start(cloud, listener, posts)
        stack.push_async_callback(http_server.stop, *http, cloud)
        await cloud.start_sources()
        sockets = cloud.template.sockets
        stage = sockets.stage if sockets else None
        urls = Addresses(base_url, storage.url, queue_server.url_of(queues))
        ready = banner(urls, options, seeded, registration_key, stage=stage)
        print(ready, flush=True)
        await _until_broken([storage, secrets or storage], http[1], options)


async def _start_storage(options: Options) -> Engine:
    """Return the DynamoDB that the options name. Raises EngineError."""
    if options.engine:
        return await engine.connect(options.engine)
    kind = "isolated " if options.is_isolated else ""
    print(f"Starting the {kind}DynamoDB in memory ...", flush=True)
    if options.is_isolated:
        return await isolated_engine.start(options.tables_host)
    return await engine.start_moto(options.tables_host, options.data)


async def _start_secrets_manager(
    options: Options, storage: Engine, stack: contextlib.AsyncExitStack
) -> Engine | None:
    """Return the engine with the secrets, or None if no option needs them.

    A DynamoDB at a URL has no secrets, so this starts moto for them. It listens on 127.0.0.1,
    because TABLES_HOST is the address of tables in memory alone.
    """
    if options.registration != "key":
        return None
    if storage.process is not None:
        return storage
    secrets = await engine.start_moto()
    stack.push_async_callback(secrets.stop)
    return secrets


def _require_registration_key(options: Options, template: Template) -> None:
    """Raise TemplateError before anything is started, if the template lacks the secret."""
    names = [secret.name for secret in template.secrets]
    if options.registration == "key" and REGISTRATION_KEY not in names:
        name = options.template.name
        raise TemplateError(f"REGISTRATION=key: {name} has no secret {REGISTRATION_KEY}")


async def _seed(cloud: Cloud, registration_key: str | None, found: Found) -> Sequence[Seeded]:
    try:
        return await seed.register_agents(cloud.gateway, registration_key, found.deleted)
    except SeedError as error:
        # Go on, so that a developer can fix the function while the server runs.
        print(f"Nova and Boots could not be registered: {error}", file=sys.stderr, flush=True)
        return []


async def _until_broken(
    storages: Iterable[Engine], http: asyncio.Task[None], options: Options
) -> None:
    awaited: set[asyncio.Task[object]] = {asyncio.create_task(asyncio.wait({http}))}
    for storage in storages:
        if storage.process is not None:
            awaited.add(asyncio.create_task(storage.process.wait()))
    try:
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in awaited:
            task.cancel()
    fate = f"is in {options.data}" if options.data else "is lost"
    raise EngineError(f"the storage process or the HTTP server ended, and the data {fate}")
