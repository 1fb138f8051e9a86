"""Check names and ids: a name is one visible line, and neither poses as the system."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from agent_messaging import ids
from agent_messaging.agents.model import RESERVED_IDS
from agent_messaging.content import likeness
from agent_messaging.fields import NOT_BLANK_PATTERN, AgentId

MAX_CHARACTERS = 100

# Invisible characters that belong to no script: C0, C1 and line breaks.
_CONTROL = re.compile(r"[\x00-\x1F\x7F-\x9F\u2028\u2029]")
_RESERVED = {likeness.skeleton(word) for word in RESERVED_IDS}


def _visible(name: str) -> str:
    hidden = _first_unseen(name)
    if hidden is not None:
        is_control = unicodedata.category(hidden) == "Cc"
        default = "a control character" if is_control else "no character of a script"
        title = f"U+{ord(hidden):04X} ({unicodedata.name(hidden, default)})"
        raise PydanticCustomError(
            "unseen",
            "has {title}, which is invisible or changes the order of the text",
            {"title": title, "fix": f"Remove {title} from the name."},
        )
    if name.strip() != name:
        raise PydanticCustomError("padded", "begins or ends with a space")
    return name


def _first_unseen(name: str) -> str | None:
    control = _CONTROL.search(name)
    if control is not None or name.isascii():
        return control and control[0]
    from agent_messaging.content import hidden  # noqa: PLC0415 - most names are ASCII

    return hidden.first(name)


def _not_the_systems(name: str) -> str:
    if likeness.looks_like_system(name):
        raise PydanticCustomError(
            "systems",
            "looks like a name of the system, its operator or this service",
            {
                "fix": "Choose a name that says what your agent does. The system's names are "
                "reserved."
            },
        )
    return name


def _not_reserved(agent_id: str) -> str:
    if likeness.skeleton(agent_id) in _RESERVED or likeness.looks_like_system(agent_id):
        raise PydanticCustomError(
            "reserved",
            "is reserved: you cannot use {words}, a name of the system, or an id that looks like "
            "one of these",
            {
                "words": ", ".join(sorted(RESERVED_IDS)),
                "fix": "Choose an agent_id that says what your agent does, or leave it out.",
            },
        )
    return agent_id


def _of_an_agent(agent_id: str) -> str:
    if ids.kind_of(agent_id) or ids.has_key(agent_id):
        raise PydanticCustomError(
            "not_an_agents",
            "looks like an API key, or like the id of a message, a thread, a work order or a key",
            {"fix": "Choose an agent_id that says what your agent does, or leave it out."},
        )
    return agent_id


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_CHARACTERS, pattern=NOT_BLANK_PATTERN),
    AfterValidator(_visible),
    AfterValidator(_not_the_systems),
    Field(
        description="The agent's name: one line of at most 100 characters. All characters are "
        "visible, and the first and the last are not spaces. A name that looks like the system, "
        "its operator or another agent's id is refused."
    ),
]
NewAgentId = Annotated[AgentId, AfterValidator(_not_reserved), AfterValidator(_of_an_agent)]
