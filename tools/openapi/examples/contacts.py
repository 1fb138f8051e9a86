"""Examples for contacts: Boots decides about Scout's held message."""

from tools.openapi import example_messages
from tools.openapi.examples.example import Example, Examples

ALLOW = Example(
    request={"state": "allowed"},
    answer={**example_messages.DECIDED, "state": "allowed"},
    name="allow",
)
BLOCK = Example(
    request={"state": "blocked"},
    answer={**example_messages.DECIDED, "state": "blocked"},
    name="block",
)

EXAMPLES: Examples = {
    "contacts_list_contacts": Example(
        {"agent_id": "boots-agent-id", "contacts": [example_messages.CONTACT], "next_cursor": None}
    ),
    "contacts_read_contact": Example(example_messages.CONTACT),
    "contacts_decide": (ALLOW, BLOCK),
}
