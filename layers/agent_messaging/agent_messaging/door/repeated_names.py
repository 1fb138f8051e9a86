"""Find names that occur twice in one object of JSON.

RFC 8259 calls the meaning of such an object unpredictable: readers take the first value, or the
last one. So the server refuses it.
"""

import json
from collections.abc import Iterator
from typing import Any

from agent_messaging.door.parsing import MAX_FAULTS, pointer
from agent_messaging.errors import Fault, InvalidError

Pairs = list[tuple[str, Any]]


class RepeatedNameError(Exception):
    """A name occurs twice in one object."""


class _Object(list[tuple[str, Any]]):
    """The members of an object, with repeated names."""


def refuse(pairs: Pairs) -> dict[str, Any]:
    """Return the object with these members. It is called for each object of a body.

    Raises:
        RepeatedNameError: a name occurs twice.
    """
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RepeatedNameError
    return members


def error(text: str) -> InvalidError:
    """Return the error for JSON in which `refuse` found a name twice.

    The text is parsed again, because `refuse` does not know where its object is.
    """
    found = list(dict.fromkeys(_repeated(json.loads(text, object_pairs_hook=_Object), ())))
    faults = tuple(Fault(pointer(place), "is repeated") for place in found[:MAX_FAULTS])
    return InvalidError(
        f"The body has a name twice: {faults[0].pointer.removeprefix('#/')}.",
        fix="Send each name only once in an object.",
        faults=faults,
    )


def _repeated(value: Any, place: tuple[int | str, ...]) -> Iterator[tuple[int | str, ...]]:
    if isinstance(value, _Object):
        seen: set[str] = set()
        for name, part in value:
            if name in seen:
                yield (*place, name)
            seen.add(name)
            yield from _repeated(part, (*place, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _repeated(part, (*place, number))
