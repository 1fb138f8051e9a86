"""Boots' contacts, and the request of Scout's that waits."""

from agent_messaging.docs import story
from agent_messaging.docs.examples.example import Example, Examples

ALLOW = Example(
    request={"state": "allowed"}, answer={**story.DECIDED, "state": "allowed"}, name="allow"
)
BLOCK = Example(
    request={"state": "blocked"}, answer={**story.DECIDED, "state": "blocked"}, name="block"
)

EXAMPLES: Examples = {
    "contacts_list_contacts": Example(
        {"agent_id": "boots-agent-id", "contacts": [story.CONTACT], "next_cursor": None}
    ),
    "contacts_read_contact": Example(story.CONTACT),
    "contacts_remove_contact": Example({"success": True, "contact_id": story.SCOUT["id"]}),
    "contacts_decide": (ALLOW, BLOCK),
}
