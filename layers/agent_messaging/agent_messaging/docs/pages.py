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
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agent_messaging import __version__, watch_garbage
from agent_messaging.docs import catalog, front
from agent_messaging.docs.front import STACK, Settings
from agent_messaging.docs.negotiation import HTML, JSON, accepts_gzip, has_tag, prefers_html

HERE = Path(__file__).parent
RENDERED = catalog.RENDERED
SWAGGER_UI = "event_handler/openapi/swagger_ui"
BUNDLE, STYLE = "swagger-ui-bundle.min.js", "swagger-ui.min.css"

# What a client without gzip gets instead of a file of /docs. It is valid in JavaScript and in CSS.
ONLY_COMPRESSED = "/* The server sends this file only compressed. Send Accept-Encoding: gzip. */\n"

DAY = "public, max-age=86400"
YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"  # a cache may keep it, and asks with its ETag before each use


class Page(NamedTuple):
    """One page: its path, its content, and how long a client may cache it.

    `make_plain` renders the page for clients without gzip, if they get a different one. A page that
    `is_front` is made for each request instead, from the server's settings. It `has_html` if a
    browser gets another form of it. `same_as` is the name of a page with the same content.
    """

    name: str
    path: str
    summary: str
    media_type: str
    make: Callable[[], str]
    make_plain: Callable[[], str] | None = None
    cache_control: str = DAY
    is_worth_compressing: bool = True
    is_front: bool = False
    has_html: bool = False
    same_as: str | None = None


class Content(NamedTuple):
    """A page as it is sent. `headers` describe the body.

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

    Each URL in the page has the version of its file. So a browser that has loaded a new page never
    shows an old document or an old file from its cache.
    """
    html = _file("swagger.html")
    for page in PAGES:
        if f"{{{{{page.name}}}}}" in html:
            html = html.replace(f"{{{{{page.name}}}}}", version_of(page))
    return html


def version_of(page: Page) -> str:
    """Return what stands behind `?v=` in the URL of this content of a page."""
    return _form(page, "gzip.etag").strip('"')


def document() -> str:
    """Return the OpenAPI document without white space. The file is indented for readers."""
    return _compact(_file("openapi.json"))


def workflows() -> str:
    """Return the Arazzo document without white space, with the version of this release.

    Arazzo 1.0.1 (https://spec.openapis.org/arazzo/v1.0.1.html) describes sequences of calls, so
    that a program can make them without knowing the API.
    """
    return _compact(_file("arazzo.json").replace("{{version}}", __version__))


def asyncapi() -> str:
    """Return the AsyncAPI document without white space. `make docs` writes its file."""
    return _compact(_file("asyncapi.json"))


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


def error_texts() -> str:
    """Return the pages of all error codes as one JSON object. A request gets one of them."""
    from agent_messaging.docs import error_pages  # noqa: PLC0415 - only the build needs it

    return error_pages.texts()


def _file(name: str) -> str:
    return (HERE / name).read_text("utf-8")


FRONT = Page(
    "front",
    "/",
    "Find your way around",
    JSON,
    front.as_json,
    cache_control=ASK_AGAIN,
    is_worth_compressing=False,
    is_front=True,
    has_html=True,
)
LLMS_TXT = Page(
    "llms_txt",
    "/llms.txt",
    "Read the API in plain words",
    "text/plain; charset=utf-8",
    functools.partial(_file, "llms.txt"),
)
PAGES = (
    FRONT,
    FRONT._replace(
        name="front_api", path=front.BASE, summary="Find your way around, as JSON", has_html=False
    ),
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
        "asyncapi",
        "/asyncapi.json",
        "Read which events and frames the server sends",
        "application/json",
        asyncapi,
    ),
    LLMS_TXT,
    LLMS_TXT._replace(
        name="llms_txt_api",
        path=f"{front.BASE}/llms.txt",
        summary="Read the API in plain words, under the base path",
        same_as="llms_txt",
    ),
    Page(
        "error",
        "/docs/errors/{code}",
        "Read what an error code means",
        "application/json",
        error_texts,
        is_worth_compressing=False,
        has_html=True,
    ),
)


def serve(
    page: Page, headers: Mapping[str, str], settings: Settings = STACK, query: str = ""
) -> Content:
    """Return the page for a request with these headers. Their names are in lower case.

    A page that is cached for a year is cached only under the URL with its version. During an update
    both versions serve, and a browser must not keep the old file under the new URL.
    """
    if page.is_front:
        return _served_front(page, headers, settings)
    is_gzip = page.is_worth_compressing and accepts_gzip(headers.get("accept-encoding", ""))
    form = "gzip" if is_gzip else "plain"
    described = _described(page, page.media_type, _form(page, f"{form}.etag"))
    if page.cache_control == YEAR and query != f"v={version_of(page)}":
        described["Cache-Control"] = ASK_AGAIN
    if page.is_worth_compressing:
        described["Vary"] = "Accept-Encoding"
    if has_tag(headers.get("if-none-match", ""), described["ETag"]):
        return Content(304, "", described)
    if is_gzip:
        described["Content-Encoding"] = "gzip"
    return Content(200, _form(page, form), described, is_base64=is_gzip)


def _served_front(page: Page, headers: Mapping[str, str], settings: Settings) -> Content:
    is_html = page.has_html and prefers_html(headers.get("accept", ""))
    body = front.as_html(settings) if is_html else front.as_json(settings)
    return _chosen(page, headers, f"{HTML}; charset=utf-8" if is_html else JSON, body)


def serve_error(page: Page, code: str, headers: Mapping[str, str]) -> Content | None:
    """Return the page of one error code for a request with these headers. None: unknown code."""
    if code not in _error_pages(page):
        return None
    media_type, body = _error_page(page, code, is_html=prefers_html(headers.get("accept", "")))
    return _chosen(page, headers, media_type, body)


@functools.cache
def _error_pages(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_form(page, "plain"))
    return found


@functools.cache
def _error_page(page: Page, code: str, *, is_html: bool) -> tuple[str, str]:
    from agent_messaging.docs import error_pages  # noqa: PLC0415 - the other pages need none

    return error_pages.shown(_error_pages(page)[code], is_html=is_html)


def _chosen(page: Page, headers: Mapping[str, str], media_type: str, body: str) -> Content:
    """Return a page whose form follows from the request's `Accept`, if it has two."""
    described = _described(page, media_type, f'"{_digest(body)}"')
    if page.has_html:
        described["Vary"] = "Accept"
    if has_tag(headers.get("if-none-match", ""), described["ETag"]):
        return Content(304, "", described)
    return Content(200, body, described)


def _described(page: Page, media_type: str, tag: str) -> dict[str, str]:
    """Return the headers that a 200 and its 304 share (RFC 9110, 15.4.5).

    API Gateway gives an answer without a Content-Type one of its own, so a 304 has it too.
    """
    return {
        "Content-Type": media_type,
        "Cache-Control": page.cache_control,
        "ETag": tag,
        "Link": front.LINK_HEADER,
    }


@functools.cache
def _form(page: Page, form: str) -> str:
    """Return one form of a page, from its file or rendered now."""
    file = RENDERED / f"{page.same_as or page.name}.{form}"
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
    """Write all forms of every page into files, and the catalog of routes."""
    RENDERED.mkdir(exist_ok=True)
    (RENDERED / catalog.FILE).write_text(catalog.made(), "utf-8")
    for page in PAGES:
        if page.is_front or page.same_as:
            continue
        for form in ("plain", "plain.etag", "gzip", "gzip.etag"):
            (RENDERED / f"{page.name}.{form}").write_text(_made(page, form), "utf-8")


# The function that serves the pages does not connect to DynamoDB, so its import ends here.
watch_garbage()


if __name__ == "__main__":
    render()
