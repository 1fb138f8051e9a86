"""The package behind the functions: one sub-package per noun, and what they all stand on.

    functions/*  ->  http, auth            the door: HTTP or event in, answer out
                 ->  <noun>.table          DynamoDB; knows its model
                 ->  <noun>.model          pure: no boto3, no Powertools, `now` is an argument

Arrows point inward only; `tests/unit/test_architecture.py` holds them.

Python looks for cycles of garbage after so many new objects that an import alone makes it look a
hundred times, and a request, which leaves hardly any, again and again; here it looks less often.
"""

import gc

gc.set_threshold(50_000)
