"""Write the OpenAPI and AsyncAPI documents, the template's lists, and the calls in docs/api.md.

    python -m tools.openapi.render            write the files
    python -m tools.openapi.render --check    write nothing; exit 1 if a file is out of date

All of them follow from the functions in template.yaml and their routes.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from local.cloudformation import REGION
from local.template import TEMPLATE, Function, Template, load

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "layers" / "agent_messaging"))

from agent_messaging import __version__
from agent_messaging.door.api import Api
from tools.asyncapi import document as asyncapi
from tools.openapi import calls_table, document, template_dashboard, template_routes

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "layers/agent_messaging/agent_messaging/docs/openapi.json"
ASYNCAPI = FILE.with_name("asyncapi.json")
API_PAGE = ROOT / "docs/api.md"
TITLE = "Agent Messaging"


def render() -> str:
    """Return the text that the file should have."""
    return document.text(document.document(groups(load()), TITLE, __version__))


def outputs() -> Mapping[Path, str]:
    """Return each file as it should be."""
    template = load()
    found = groups(template)
    routed = template_routes.placed(TEMPLATE.read_text("utf-8"), found)
    return {
        FILE: render(),
        ASYNCAPI: asyncapi.text(asyncapi.document(TITLE, __version__)),
        TEMPLATE: template_dashboard.placed(routed, template),
        API_PAGE: calls_table.placed(API_PAGE.read_text("utf-8"), found),
    }


def groups(template: Template) -> list[document.Group]:
    """Return the routes of each function's folder, in the order of the template."""
    found = []
    for function in {each.code: each for each in template.functions.values()}.values():
        api = getattr(load_app(function), "api", None)
        if isinstance(api, Api):
            found.append(document.Group(function.code.name, tuple(api.routes)))
    return found


def load_app(function: Function) -> ModuleType:
    """Import the function's module with the function's environment."""
    path = function.code / "app.py"
    spec = importlib.util.spec_from_file_location(f"{function.code.name}_app", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a module")
    module = importlib.util.module_from_spec(spec)
    with _environment(function):
        spec.loader.exec_module(module)
    return module


@contextmanager
def _environment(function: Function) -> Iterator[None]:
    """Set the function's variables while its module is imported."""
    before = dict(os.environ)
    os.environ.update(function.environment, AWS_DEFAULT_REGION=REGION, AWS_REGION=REGION)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main(arguments: Sequence[str]) -> int:
    """Return 1 if `--check` finds a file out of date, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.openapi.render", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a file is out of date"
    )
    is_check = parser.parse_args(arguments).check
    stale = []
    for file, text in outputs().items():
        is_stale = not file.exists() or file.read_text("utf-8") != text
        stale += [file] * is_stale
        if is_check and is_stale:
            print(f"{file.relative_to(ROOT)} is out of date: run make docs")
        elif not is_check:
            file.write_text(text, "utf-8")
            print(f"{file.relative_to(ROOT)}: {'written' if is_stale else 'unchanged'}")
    return int(is_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
