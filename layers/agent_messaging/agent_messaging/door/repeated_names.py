"""Find names that occur twice in one object of JSON.

RFC 8259 calls the meaning of such an object unpredictable: readers take the first value, or the
last one. So the server refuses it.
"""

import json
from collections.abc import Iterator
from itertools import islice
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


def error(text: str, max_depth: int) -> InvalidError | None:
    """Return the error for JSON in which `refuse` found a name twice.

    The text is parsed again, because `refuse` does not know where its object is. This costs no more
    than the first time: numbers stay text, and at most `MAX_FAULTS` places are looked for. None:
    the name is below `max_depth`.
    """
    value = json.loads(
        text, object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=str
    )
    found = list(islice(_repeated(value, (), max_depth), MAX_FAULTS))
    if not found:
        return None
    faults = tuple(Fault(pointer(place), "is repeated") for place in dict.fromkeys(found))
    return InvalidError(
        f"The body has a name twice: {faults[0].pointer.removeprefix('#/')}.",
        fix="Send each name only once in an object.",
        faults=faults,
    )


def _repeated(
    value: Any, place: tuple[int | str, ...], depth: int
) -> Iterator[tuple[int | str, ...]]:
    """Yield the place of each repeated name, in at most `depth` levels."""
    if depth == 0 or not isinstance(value, list):
        return
    if not isinstance(value, _Object):
        for number, part in enumerate(value):
            yield from _repeated(part, (*place, number), depth - 1)
        return
    seen: set[str] = set()
    for name, part in value:
        if name in seen:
            yield (*place, _written(name))
        seen.add(name)
        yield from _repeated(part, (*place, name), depth - 1)


def _written(name: str) -> str:
    """Return a name with `?` for each half of a surrogate pair, which no answer can contain."""
    return name.encode("utf-8", "replace").decode()
