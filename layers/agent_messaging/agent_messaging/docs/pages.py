"""Serve the pages at the host's root.

Pages load nothing from other hosts. Swagger UI ships with Powertools. Its script and its style are
pages of their own.

Anybody may read these pages, and the operator pays for each byte. So every client that accepts gzip
gets a compressed page. Other clients get plain text without white space. Instead of Swagger UI,
which is 1.7 MB, they get a short page with links. A browser caches a page for a day. After that, or
when the user reloads, it sends the ETag and gets the new page or an empty 304. The files of /docs
are cached for a year, because their URLs change with their content.

The build of the layer renders all forms of the pages into files, which are then served:

    python -m agent_messaging.docs.pages

Without these files, each page is rendered once per process, at the first request.
"""

import base64
import functools
import gzip
import hashlib
import importlib.util
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from agent_messaging import __version__, watch_garbage

HERE = Path(__file__).parent
RENDERED = HERE / "rendered"
SWAGGER_UI = "event_handler/openapi/swagger_ui"
BUNDLE, STYLE = "swagger-ui-bundle.min.js", "swagger-ui.min.css"

# What a client without gzip gets instead of a file of /docs. It is valid in JavaScript and in CSS.
ONLY_COMPRESSED = "/* The server sends this file only compressed. Send Accept-Encoding: gzip. */\n"

DAY = "public, max-age=86400"
YEAR = "public, max-age=31536000, immutable"
NO_WEIGHT = re.compile(r"\s*q\s*=\s*0(\.0{0,3})?\s*")


class Page(NamedTuple):
    """One page: its path, its content, and how long a client may cache it.

    `make_plain` renders the page for clients without gzip, if they get a different one.
    """

    name: str
    path: str
    summary: str
    media_type: str
    make: Callable[[], str]
    make_plain: Callable[[], str] | None = None
    cache_control: str = DAY
    is_worth_compressing: bool = True


class Content(NamedTuple):
    """A page as it is sent. `headers` describe the body, except for its media type.

    The body is text, or bytes in base64. A function can answer with nothing else.
    """

    status: int
    body: str
    headers: Mapping[str, str]
    is_base64: bool = False


def health() -> str:
    """Return that the function runs. Uses no database."""
    return json.dumps({"status": "ok", "service": "agent-messaging", "version": __version__})


def swagger() -> str:
    """Return the page that shows /openapi.json in Swagger UI.

    Each URL in the page has the digest of its content. So a browser that has loaded a new page
    never shows an old document or an old file from its cache.
    """
    contents = {
        "document": document(),
        "bundle": swagger_ui(BUNDLE),
        "style": swagger_ui(STYLE),
        "script": _file("page.js"),
    }
    page = _file("swagger.html")
    for name, content in contents.items():
        page = page.replace(f"{{{{{name}}}}}", _digest(content))
    return page


def document() -> str:
    """Return the OpenAPI document without white space. The file is indented for readers."""
    return _compact(_file("openapi.json"))


def workflows() -> str:
    """Return the Arazzo document without white space, with the version of this release.

    Arazzo 1.0.1 (https://spec.openapis.org/arazzo/v1.0.1.html) describes sequences of calls, so
    that a program can make them without knowing the API.
    """
    return _compact(_file("arazzo.json").replace("{{version}}", __version__))


def _compact(text: str) -> str:
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def swagger_ui(file: str) -> str:
    """Return the text of a file of Swagger UI."""
    return (_package("aws_lambda_powertools") / SWAGGER_UI / file).read_text("utf-8")


def _package(name: str) -> Path:
    """Return the folder of a package, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin).parent


def _file(name: str) -> str:
    return (HERE / name).read_text("utf-8")


PAGES = (
    Page(
        "health",
        "/health",
        "Check that the service answers",
        "application/json",
        health,
        cache_control="no-store",
        is_worth_compressing=False,
    ),
    Page(
        "docs",
        "/docs",
        "Read and try out this API",
        "text/html; charset=utf-8",
        swagger,
        make_plain=functools.partial(_file, "plain.html"),
    ),
    Page(
        "swagger_ui_script",
        "/docs/swagger-ui-bundle.js",
        "Load the script of Swagger UI",
        "text/javascript; charset=utf-8",
        functools.partial(swagger_ui, BUNDLE),
        make_plain=lambda: ONLY_COMPRESSED,
        cache_control=YEAR,
    ),
    Page(
        "swagger_ui_style",
        "/docs/swagger-ui.css",
        "Load the style of Swagger UI",
        "text/css; charset=utf-8",
        functools.partial(swagger_ui, STYLE),
        make_plain=lambda: ONLY_COMPRESSED,
        cache_control=YEAR,
    ),
    Page(
        "docs_script",
        "/docs/page.js",
        "Load the script of /docs",
        "text/javascript; charset=utf-8",
        functools.partial(_file, "page.js"),
        cache_control=YEAR,
    ),
    Page(
        "openapi",
        "/openapi.json",
        "Read this document",
        "application/json",
        document,
    ),
    Page(
        "arazzo",
        "/arazzo.json",
        "Read which calls lead to a completed work order",
        "application/vnd.oai.workflows+json",
        workflows,
    ),
    Page(
        "llms_txt",
        "/llms.txt",
        "Read the API in plain words",
        "text/plain; charset=utf-8",
        functools.partial(_file, "llms.txt"),
    ),
)


def serve(page: Page, headers: Mapping[str, str]) -> Content:
    """Return the page for a request with these headers. Their names are in lower case."""
    is_gzip = page.is_worth_compressing and accepts_gzip(headers.get("accept-encoding", ""))
    form = "gzip" if is_gzip else "plain"
    tag = _form(page, f"{form}.etag")
    answered = {"Cache-Control": page.cache_control, "ETag": tag, "Vary": "Accept-Encoding"}
    if tag in headers.get("if-none-match", ""):
        return Content(304, "", answered)
    if is_gzip:
        answered["Content-Encoding"] = "gzip"
    return Content(200, _form(page, form), answered, is_base64=is_gzip)


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether a client accepts gzip (RFC 9110, 12.5.3).

    RFC 9110 lets a server send any coding to a client without an `Accept-Encoding`. But most of
    these clients, such as curl, show the bytes as they are. So they count as not accepting gzip.
    """
    weights = {}
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        weights[coding.strip()] = weight
    weight = weights.get("gzip", weights.get("*", "q=0"))
    return NO_WEIGHT.fullmatch(weight) is None


@functools.cache
def _form(page: Page, form: str) -> str:
    """Return one form of a page, from its file or rendered now."""
    file = RENDERED / f"{page.name}.{form}"
    return file.read_text("utf-8") if file.exists() else _made(page, form)


def _made(page: Page, form: str) -> str:
    """Return the page as plain text, or compressed and in base64, or the tag of either."""
    form, _, is_tag = form.partition(".")
    if is_tag:
        return f'"{_digest(_form(page, form))}"'
    if form == "gzip":
        return base64.b64encode(gzip.compress(page.make().encode(), mtime=0)).decode()
    return page.make_plain() if page.make_plain else page.make()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def render() -> None:
    """Write all forms of every page into files."""
    RENDERED.mkdir(exist_ok=True)
    for page in PAGES:
        for form in ("plain", "plain.etag", "gzip", "gzip.etag"):
            (RENDERED / f"{page.name}.{form}").write_text(_made(page, form), "utf-8")


# The function that serves the pages does not connect to DynamoDB, so its import ends here.
watch_garbage()


if __name__ == "__main__":
    render()
