"""The OpenAPI document with closed answers: every value in an answer must be a known one.

The published document accepts other values, so that a client may go on when there are more. Our own
answers are held against this one.
"""

from typing import Any

from tools.openapi.schemas import KNOWN_VALUES


def closed(node: Any) -> Any:
    """The same document, with the known values of each enumeration as its only ones."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {("enum" if name == KNOWN_VALUES else name): closed(each) for name, each in node.items()}
