"""`python -m tools.openapi.render`: writes what follows from the routes of the functions.

    python -m tools.openapi.render            writes it
    python -m tools.openapi.render --check    compares; exits 1 if a file is out of date

It writes the OpenAPI document, the routes in template.yaml and the table of calls in docs/api.md.
The functions are those of template.yaml; nothing here knows one by name.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from local.cloudformation import REGION
from local.template import TEMPLATE, Function, Template, load

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "layers" / "agent_messaging"))

from agent_messaging.door.api import Api
from tools.openapi import calls_table, document, template_routes

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "layers/agent_messaging/agent_messaging/docs/openapi.json"
API_PAGE = ROOT / "docs/api.md"
TITLE = "Agent Messaging"


def render() -> str:
    """The document as its file should be."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return document.text(document.document(groups(load()), TITLE, project["version"]))


def outputs() -> Mapping[Path, str]:
    """Return each file as it should be."""
    found = groups(load())
    return {
        FILE: render(),
        TEMPLATE: template_routes.placed(TEMPLATE.read_text("utf-8"), found),
        API_PAGE: calls_table.placed(API_PAGE.read_text("utf-8"), found),
    }


def groups(template: Template) -> list[document.Group]:
    """The routes of each function's folder that declares any, in the template's order."""
    found = []
    for function in {each.code: each for each in template.functions.values()}.values():
        api = getattr(load_app(function), "api", None)
        if isinstance(api, Api):
            found.append(document.Group(function.code.name, tuple(api.routes)))
    return found


def load_app(function: Function) -> ModuleType:
    """The function's module, imported as its process would import it; it calls nothing yet."""
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
    """The function's variables for as long as its module is imported."""
    before = dict(os.environ)
    os.environ.update(function.environment, AWS_DEFAULT_REGION=REGION, AWS_REGION=REGION)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main(arguments: Sequence[str]) -> int:
    """0 when the files are as they should be, 1 when `--check` finds one that is not."""
    parser = argparse.ArgumentParser(prog="python -m tools.openapi.render", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    is_check = parser.parse_args(arguments).check
    stale = []
    for file, text in outputs().items():
        is_stale = not file.exists() or file.read_text("utf-8") != text
        stale += [file] * is_stale
        if is_check and is_stale:
            print(f"{file.relative_to(ROOT)} is stale: run `python -m tools.openapi.render`")
        elif not is_check:
            file.write_text(text, "utf-8")
            print(f"{file.relative_to(ROOT)}: {'written' if is_stale else 'as it was'}")
    return int(is_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
