"""Examples of a signed transcript, and of the keys that verify it.

They are kept as a server made them, because a change would break the signature. A test verifies
them with tools/verify_transcript.py.
"""

import json
from pathlib import Path

from tools.openapi.examples.example import Example, Examples

_KEPT = json.loads(Path(__file__).with_name("transcript.json").read_text("utf-8"))

EXAMPLES: Examples = {
    "work_orders_read_transcript": Example(_KEPT["answer"]),
    "work_orders_list_signing_keys": Example(_KEPT["keys"]),
}
