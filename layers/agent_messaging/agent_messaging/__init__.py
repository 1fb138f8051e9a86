"""The package behind the functions: one sub-package per noun, on top of shared modules.

    functions/*  ->  door, auth            HTTP or an event in, a response out
                 ->  <noun>.table          DynamoDB; knows its model
                 ->  <noun>.model          pure: no boto3, no Powertools, `now` is an argument

Imports point inward only. `tests/unit/test_architecture.py` checks this.

Python's garbage collector runs after a number of new objects. An import creates many objects and
hardly any garbage, so the collector is put off until the function has connected to DynamoDB
(`watch_garbage`). A request leaves hardly any garbage either, so the collector then runs less often
than by default.
"""

import gc

# The version of the project, declared only here. `make release` changes it.
__version__ = "1.0.0"

WHILE_IMPORTING = 1_000_000
WHILE_SERVING = 50_000

gc.set_threshold(WHILE_IMPORTING)


def watch_garbage() -> None:
    """Let the garbage collector run again, and never look at what was imported. Once a process."""
    if gc.get_threshold()[0] == WHILE_IMPORTING:
        gc.freeze()
        gc.set_threshold(WHILE_SERVING)
