import json
from typing import Any

import pytest

from tools.openapi import render as command


@pytest.fixture(scope="session")
def rendered() -> str:
    """The document as the routes make it now."""
    return command.render()


@pytest.fixture(scope="session")
def document(rendered: str) -> dict[str, Any]:
    return json.loads(rendered)


@pytest.fixture(scope="session")
def operations(document) -> dict[str, dict[str, Any]]:
    """Every operation under its id."""
    paths = document["paths"].values()
    return {each["operationId"]: each for methods in paths for each in methods.values()}
