"""Serve the pages at the host's root.

Pages load nothing from other hosts. Swagger UI ships with Powertools and is part of its page.

Anybody may read these pages, and the operator pays for each byte. So every client that accepts gzip
gets a compressed page. Other clients get plain text without white space. Instead of Swagger UI,
which is 1.7 MB, they get a short page with links. A browser caches a page for a day. After that, or
when the user reloads, it sends the ETag and gets the new page or an empty 304.

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
from typing import Any, NamedTuple

from agent_messaging import __version__, watch_garbage

HERE = Path(__file__).parent
RENDERED = HERE / "rendered"
SWAGGER_UI = "event_handler/openapi/swagger_ui"

# These would end or nest a script element if JavaScript inside HTML contained them. `\x3c` is `<`
# in strings, templates and regular expressions.
SCRIPT_BREAKERS = ("</script", "<script", "<!--")

DAY = "public, max-age=86400"
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
    """Return Swagger UI for /openapi.json, as one complete page.

    The page requests the document with the document's tag. So a browser that has loaded a new page
    never shows an old document from its cache.
    """
    assets = _package("aws_lambda_powertools") / SWAGGER_UI
    style = (assets / "swagger-ui.min.css").read_text("utf-8")
    script = (assets / "swagger-ui-bundle.min.js").read_text("utf-8")
    page = _file("swagger.html").replace("{{version}}", _digest(document()))
    return page.replace("/* style */", style).replace("/* script */", enclosed(script))


def document() -> str:
    """Return the OpenAPI document without white space. The file is indented for readers."""
    return json.dumps(json.loads(_file("openapi.json")), separators=(",", ":"), ensure_ascii=False)


def enclosed(script: str) -> str:
    """Return the script in a form that is safe inside a script element and does the same."""
    for breaker in SCRIPT_BREAKERS:
        script = script.replace(breaker, "\\x3c" + breaker.removeprefix("<"))
    return script


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
        "openapi",
        "/openapi.json",
        "Read this document",
        "application/json",
        document,
    ),
    Page(
        "llms_txt",
        "/llms.txt",
        "Read the API in plain words",
        "text/plain; charset=utf-8",
        functools.partial(_file, "llms.txt"),
    ),
    Page(
        "error",
        "/docs/errors/{code}",
        "Read what an error code means",
        "application/json",
        error_texts,
        is_worth_compressing=False,
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


def error_page(code: str, accept: str) -> tuple[str, str] | None:
    """Return the media type and the body of an error code's page. None for an unknown code.

    A client whose `accept` header names HTML gets HTML, others JSON.
    """
    is_html = "text/html" in accept.lower()
    return _error_page(code, is_html) if code in _error_pages() else None


@functools.cache
def _error_pages() -> dict[str, Any]:
    (page,) = (each for each in PAGES if each.name == "error")
    found: dict[str, Any] = json.loads(_form(page, "plain"))
    return found


@functools.cache
def _error_page(code: str, is_html: bool) -> tuple[str, str]:  # noqa: FBT001
    from agent_messaging.docs import error_pages  # noqa: PLC0415 - the other pages need none

    return error_pages.shown(_error_pages()[code], is_html=is_html)


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
