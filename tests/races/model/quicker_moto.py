"""moto without what takes most of its time and changes no answer here; for one test.

It looks for each of the ten members of an attribute value under a dozen names, in dicts that have
the one or have it not. For each transaction it copies its tables, to put them back when that is
refused: as in `local/moto_repairs.py`, only the items that are written are kept aside.
"""

from __future__ import annotations

from typing import Any

import pytest
from moto.core.serialize import ResponseSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from local.moto_repairs import atomic_transactions


def quicken_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the test ends."""
    look_for = ResponseSerializer.get_value

    def get_value(self: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
        return value.get(key) if type(value) is dict else look_for(self, value, key, shape)

    transact = atomic_transactions(DynamoDBBackend.transact_write_items)
    monkeypatch.setattr(ResponseSerializer, "get_value", get_value)
    monkeypatch.setattr(DynamoDBBackend, "transact_write_items", transact)
    monkeypatch.setattr(Table, "__deepcopy__", lambda self, _memo: self, raising=False)
