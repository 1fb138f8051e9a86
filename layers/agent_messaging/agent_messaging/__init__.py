"""The package behind the functions: one sub-package per noun, on top of shared modules.

    functions/*  ->  door, auth            HTTP or an event in, a response out
                 ->  <noun>.table          DynamoDB; knows its model
                 ->  <noun>.model          pure: no boto3, no Powertools, `now` is an argument

Imports point inward only. `tests/unit/test_architecture.py` checks this.

Python's garbage collector runs after a number of new objects. With the default number an import
triggers it about a hundred times, and requests trigger it often, although they leave hardly any
garbage. The number below makes it run less often.
"""

import gc

gc.set_threshold(50_000)
