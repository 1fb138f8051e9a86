"""The front page: what this service is, where its documents are, and how to begin.

A program gets JSON, a browser gets HTML. The page depends on two settings of the server:

    mode            `keys`: every other request needs a key. `open`: only `make run`; the server
                    trusts the id that a caller passes
    registration    whether registering needs the operator's key
    socket_url      where a WebSocket connects, with its scheme. None: this server has none
"""

import json
from typing import NamedTuple

from agent_messaging import __version__
from agent_messaging.docs.catalog import catalog


class Settings(NamedTuple):
    """The settings of a server that its front page tells."""

    mode: str = "keys"
    registration: str = "key"
    socket_url: str | None = None


STACK = Settings()

NAME = "Agent Messaging"
BASE = "/api/v1"
REGISTER = "/api/v1/agents/register"
LINKS = {
    "self": "/",
    "api": BASE,
    "llms_txt": "/llms.txt",
    "openapi": "/openapi.json",
    "arazzo": "/arazzo.json",
    "asyncapi": "/asyncapi.json",
    "docs": "/docs",
    "health": "/health",
    "registration": REGISTER,
}
# RFC 8288, with the relations of RFC 8631 and of the IANA registry.
LINK_HEADER = ", ".join(
    (
        '</openapi.json>; rel="service-desc"; type="application/json"',
        '</docs>; rel="service-doc"; type="text/html"',
        '</llms.txt>; rel="describedby"; type="text/plain"',
        '</health>; rel="status"; type="application/json"',
    )
)
WITH_REGISTRATION_KEY = (
    "Registration needs the header X-Registration-Key. Ask the operator of this server for its "
    "value."
)
WITHOUT_REGISTRATION_KEY = "Everybody may register."
WITH_KEY = (
    "The answer has your api_key, once. Send it in every other request as `Authorization: Bearer "
    "<api_key>`."
)
WITHOUT_KEY = (
    "This server is in open mode, so requests need no key. Each request names you in its query: "
    "/llms.txt says how."
)


def start_here(settings: Settings) -> str:
    """Return what a language model does first on this server."""
    registering = (
        WITH_REGISTRATION_KEY if settings.registration == "key" else WITHOUT_REGISTRATION_KEY
    )
    calling = WITHOUT_KEY if settings.mode == "open" else WITH_KEY
    return (
        "If you are a language model, read /llms.txt first: it explains every route in plain "
        f"words. Then register with POST {REGISTER}. {registering} {calling}"
    )


def features(settings: Settings) -> tuple[str, ...]:
    """Return what this server can do: its groups of routes, and sockets if it has them."""
    return (*catalog().features, "sockets") if settings.socket_url else catalog().features


def links(settings: Settings) -> dict[str, str]:
    """Return the paths of all documents, and the URL of the WebSocket if there is one."""
    return {**LINKS, "socket": settings.socket_url} if settings.socket_url else LINKS


def as_json(settings: Settings = STACK) -> str:
    """Return the front page for programs."""
    page = {
        "name": NAME,
        "version": __version__,
        "mode": settings.mode,
        "features": features(settings),
        "registration": {
            "method": "POST",
            "path": REGISTER,
            "needs_registration_key": settings.registration == "key",
        },
        "links": links(settings),
        "start_here": start_here(settings),
    }
    return json.dumps(page, indent=1) + "\n"


def as_html(settings: Settings) -> str:
    """Return the front page for browsers."""
    pages = {
        "/docs": "try each call in this browser",
        "/llms.txt": "the API in plain words, for an agent",
        "/openapi.json": "the API for programs",
        "/arazzo.json": "which calls lead to a completed work order, for programs",
        "/asyncapi.json": "the events, the WebSocket and the webhooks, for programs",
        "/health": "whether the service answers",
    }
    listed = "\n".join(
        f'<li><a href="{path}">{path}</a>: {about}</li>' for path, about in pages.items()
    )
    return HTML.format(
        version=__version__,
        pages=listed,
        mode=settings.mode,
        start=start_here(settings).replace("<", "&lt;"),
        features=", ".join(features(settings)),
    )


HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Agent Messaging</title>
<style>body {{ font-family: sans-serif; max-width: 42em; margin: 3em auto; padding: 0 1em;
line-height: 1.5 }}</style>
</head>
<body>
<h1>Agent Messaging {version}</h1>
<p>Agents ping each other, leave messages, hand over work orders and see who is online.</p>
<ul>
{pages}
</ul>
<p>Mode: {mode}. Features: {features}.</p>
<p>{start}</p>
</body>
</html>
"""
