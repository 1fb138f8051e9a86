"""The pages at the host's root, as they are sent.

Nothing is fetched from elsewhere: Swagger UI ships with Powertools and stands inside the page.

Anybody may read these pages, and the operator pays for each byte. So a page is sent compressed to
every client that accepts gzip. A client that does not accept it gets the text itself, without white
space; in place of Swagger UI, which is 1.7 MB, it gets a short page with links. A browser keeps a
page for a day. After that, or when the user reloads, it sends the ETag and gets the new page or an
empty 304.

When the layer is built the pages are written down in all their forms, and read from there:

    python -m agent_messaging.docs.pages

Where that was not done, each is made once per process, when it is first asked for.
"""

import base64
import functools
import gzip
import hashlib
import importlib.util
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION = "0.1.0"

HERE = Path(__file__).parent
RENDERED = HERE / "rendered"
SWAGGER_UI = "event_handler/openapi/swagger_ui"

# What would end or nest the script element, where JavaScript stands inside HTML; `\x3c` is `<` in
# texts, templates and regular expressions alike.
SCRIPT_BREAKERS = ("</script", "<script", "<!--")

DAY = "public, max-age=86400"
NO_WEIGHT = re.compile(r"\s*q\s*=\s*0(\.0{0,3})?\s*")


@dataclass(frozen=True)
class Page:
    """One page: where it is, what it says, and how long a client may cache it.

    `make_plain` makes what a client without gzip gets, where that is another text.
    """

    name: str
    path: str
    summary: str
    media_type: str
    make: Callable[[], str]
    make_plain: Callable[[], str] | None = None
    cache_control: str = DAY
    is_worth_compressing: bool = True


@dataclass(frozen=True)
class Content:
    """A page as it is sent; `headers` say all about the body but its media type.

    The body is text, or bytes in base64: the two that a function can answer.
    """

    status: int
    body: str
    headers: Mapping[str, str]
    is_base64: bool = False


def health() -> str:
    """Says that the function runs; asks no database."""
    return json.dumps({"status": "ok", "service": "agent-messaging", "version": VERSION})


def swagger() -> str:
    """Swagger UI over /openapi.json, with all that it needs inside.

    It asks for the document by the document's tag. So a browser that has loaded a new page never
    shows an old document from its cache.
    """
    assets = _package("aws_lambda_powertools") / SWAGGER_UI
    style = (assets / "swagger-ui.min.css").read_text("utf-8")
    script = (assets / "swagger-ui-bundle.min.js").read_text("utf-8")
    page = _file("swagger.html").replace("{{version}}", _digest(document()))
    return page.replace("/* style */", style).replace("/* script */", enclosed(script))


def document() -> str:
    """The OpenAPI document without white space: the file is indented for its readers."""
    return json.dumps(json.loads(_file("openapi.json")), separators=(",", ":"), ensure_ascii=False)


def enclosed(script: str) -> str:
    """The script as it can stand inside a script element, and does the same."""
    for breaker in SCRIPT_BREAKERS:
        script = script.replace(breaker, "\\x3c" + breaker.removeprefix("<"))
    return script


def _package(name: str) -> Path:
    """The folder of a package, which is not imported."""
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
)


def serve(page: Page, headers: Mapping[str, str]) -> Content:
    """The page for a request with these headers, their names in lower case."""
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
    """Whether a client says that it takes gzip (RFC 9110, 12.5.3).

    RFC 9110 lets a server send any coding to a client that says nothing. But such a client, curl
    for one, mostly shows the bytes as they are, so it counts as one that takes none.
    """
    weights = {}
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        weights[coding.strip()] = weight
    weight = weights.get("gzip", weights.get("*", "q=0"))
    return NO_WEIGHT.fullmatch(weight) is None


@functools.cache
def _form(page: Page, form: str) -> str:
    """One form of a page: as it was rendered, or made now."""
    file = RENDERED / f"{page.name}.{form}"
    return file.read_text("utf-8") if file.exists() else _made(page, form)


def _made(page: Page, form: str) -> str:
    """The page as plain text, compressed and in base64, or the tag of either."""
    form, _, is_tag = form.partition(".")
    if is_tag:
        return f'"{_digest(_form(page, form))}"'
    if form == "gzip":
        return base64.b64encode(gzip.compress(page.make().encode(), mtime=0)).decode()
    return page.make_plain() if page.make_plain else page.make()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def render() -> None:
    """Write every page down in all its forms."""
    RENDERED.mkdir(exist_ok=True)
    for page in PAGES:
        for form in ("plain", "plain.etag", "gzip", "gzip.etag"):
            (RENDERED / f"{page.name}.{form}").write_text(_made(page, form), "utf-8")


if __name__ == "__main__":
    render()
