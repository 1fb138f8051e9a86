"""An example request and answer for each operation.

The event files in `events/` send the same requests. Tests check the requests with the models, and
the answers with the schemas. `derived` makes the example of an operation that has none here.
"""

from tools.openapi.examples import (
    agents,
    contacts,
    feed,
    messaging,
    presence,
    stats,
    transcripts,
    webhooks,
    work_orders,
)
from tools.openapi.examples.example import Example, Examples

_ALL: Examples = {
    **agents.EXAMPLES,
    **messaging.EXAMPLES,
    **feed.EXAMPLES,
    **contacts.EXAMPLES,
    **presence.EXAMPLES,
    **work_orders.EXAMPLES,
    **transcripts.EXAMPLES,
    **stats.EXAMPLES,
    **webhooks.EXAMPLES,
}
EXAMPLES: dict[str, tuple[Example, ...]] = {
    operation: found if isinstance(found, tuple) else (found,) for operation, found in _ALL.items()
}
