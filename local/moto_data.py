"""Keep moto's tables in a data folder.

    a request ──> moto changes items ──> noted here ──> stored in one transaction ──> the answer
    CreateTable ──> the table gets the items and stream records that the folder has for its name

The template stays the only definition of a table. So an index that a newer template adds is there
at the next start. A table with another key than the stored one is refused.
"""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamRecord, StreamShard, Table

from local import data_folder
from local.data_folder import DataFolder, StoredTable
from local.moto_changes import item_at, listen
from local.moto_replace import Method, replace
from local.moto_wire import converted

TIME = "ApproximateCreationDateTime"
FIRST_NUMBER = StreamShard("", None).starting_sequence_number  # type: ignore[arg-type]


class Journal:
    """What the current request has changed, and the folder that gets it."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._stored = folder.load()
        self._changed: dict[tuple[str, str], tuple[Table, DynamoType, DynamoType | None]] = {}
        self._created: list[Table] = []
        self._deleted: list[str] = []
        self._records: dict[str, int] = {}
        """How many records of each table's stream are stored, counted from its beginning."""

    def keep_tables(self) -> None:
        """Replaces the parts of moto that create, change and delete tables."""
        listen(self._note)
        owner = DynamoDBBackend
        replace(owner, "create_table", self._filled(owner.create_table))
        replace(owner, "delete_table", self._forgotten(owner.delete_table))
        replace(owner, "update_time_to_live", self._expired(owner.update_time_to_live))
        replace(StreamShard, "get", from_the_oldest(StreamShard.get))

    def store(self) -> None:
        """Store what the request has changed. End this process if the disk refuses it.

        The tables in memory would have more than the folder, so nothing may be answered.
        """
        if not (self._changed or self._created or self._deleted):
            return
        try:
            with self._folder.transaction() as connection:
                self._write(connection)
        except sqlite3.Error as error:
            _end(f"DATA={self._folder.path} cannot be written: {error}. The last write is not kept")
        self._changed.clear()
        self._created.clear()
        self._deleted.clear()

    def _write(self, connection: sqlite3.Connection) -> None:
        for name in self._deleted:
            data_folder.delete_table(connection, name)
        for table in self._created:
            label = table.latest_stream_label
            data_folder.put_table(connection, table.name, keys_of(table), label)
        put, deleted = [], []
        for (name, key), (table, hash_key, range_key) in self._changed.items():
            item = item_at(table, hash_key, range_key)
            if item is None:
                deleted.append((name, key))
            else:
                put.append((name, key, text_of(item.to_json()["Attributes"])))
        data_folder.put_items(connection, put)
        data_folder.delete_items(connection, deleted)
        for table in {id(each[0]): each[0] for each in self._changed.values()}.values():
            data_folder.put_records(connection, self._new_records(table))

    def _new_records(self, table: Table) -> list[tuple[str, int, float, str]]:
        shard = table.stream_shard
        if shard is None:
            return []
        first = shard.starting_sequence_number - FIRST_NUMBER
        start = self._records.get(table.name, first)
        self._records[table.name] = first + len(shard.items)
        return [
            (table.name, place, time.time(), text_of(each.record))
            for place, each in enumerate(shard.items[start - first :], start)
        ]

    def _note(self, table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> None:
        key = key_of(hash_key, range_key)
        self._changed[table.name, key] = (table, hash_key, range_key)

    def _filled(self, create_table: Method) -> Method:
        def create(backend: DynamoDBBackend, name: str, *args: Any, **options: Any) -> Table:
            stored = self._stored.get(name)
            table: Table = create_table(backend, name, *args, **options)
            if stored is not None:
                if stored.keys != keys_of(table):
                    del backend.tables[name]
                    raise MockValidationException(
                        f"DATA={self._folder.path}: {name} was stored with another key. Use the"
                        " template that wrote it, or another folder"
                    )
                fill(table, self._stored.pop(name))
                if table.stream_shard is not None:
                    self._records[name] = stored.first_record + len(stored.records)
            self._created.append(table)
            return table

        return create

    def _forgotten(self, delete_table: Method) -> Method:
        def delete(backend: DynamoDBBackend, name: str) -> Table:
            table: Table = delete_table(backend, name)
            self._deleted.append(table.name)
            self._records.pop(table.name, None)
            return table

        return delete

    def _expired(self, update_time_to_live: Method) -> Method:
        """Delete expired items when a table gets its TTL, which is at each start."""

        def update(backend: DynamoDBBackend, table_name: str, ttl_spec: dict[str, Any]) -> None:
            update_time_to_live(backend, table_name, ttl_spec)
            table, now = backend.get_table(table_name), Decimal(int(time.time()))
            for item in table.all_items() if ttl_spec["Enabled"] else ():
                purge_at = item.attrs.get(ttl_spec["AttributeName"])
                if purge_at is not None and purge_at.type == "N" and purge_at.cast_value < now:
                    table.delete_item(item.hash_key, item.range_key)

        return update


def fill(table: Table, stored: StoredTable) -> None:
    """Put the stored items and records into a new table."""
    items: Any = table.items
    for attributes in stored.items:
        typed = {name: from_json(value) for name, value in attributes.items()}
        hash_key = DynamoType(typed[table.hash_key_attr])
        range_key = DynamoType(typed[table.range_key_attr]) if table.range_key_attr else None
        item = Item(hash_key, range_key, typed)
        if range_key is None:
            items[hash_key] = item
        else:
            items[hash_key][range_key] = item
    if table.stream_shard is not None and stored.stream is not None:
        table.latest_stream_label = stored.stream
        table.stream_shard.starting_sequence_number = FIRST_NUMBER + stored.first_record
        table.stream_shard.items = [record_of(each) for each in stored.records]


def record_of(stored: dict[str, Any]) -> StreamRecord:
    """Return a stored stream record as moto holds it."""
    change = stored["dynamodb"]
    change[TIME] = datetime.fromtimestamp(change[TIME], UTC).replace(tzinfo=None)
    for image in ("Keys", "NewImage", "OldImage"):
        if image in change:
            change[image] = {name: from_json(value) for name, value in change[image].items()}
    record: StreamRecord = object.__new__(StreamRecord)
    record.record = stored
    return record


def keys_of(table: Table) -> str:
    """Return the names and types of a table's key."""
    own = [(table.hash_key_attr, table.hash_key_type), (table.range_key_attr, table.range_key_type)]
    return json.dumps([pair for pair in own if pair[0]])


def key_of(*values: DynamoType | None) -> str:
    """Return a key as text. Equal numbers have the same text."""
    return json.dumps(
        [
            f"{value.cast_value.normalize():f}" if value.type == "N" else _plain(value.value)
            for value in values
            if value is not None
        ]
    )


def text_of(content: Any) -> str:
    """Return attributes or a stream record as JSON."""
    return json.dumps(content, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Return what JSON lacks: bytes in base64, a time of moto's as epoch seconds."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).timestamp()
    if isinstance(value, DynamoType):
        return value.to_regular_json()
    return value


def from_json(value: Any) -> dict[str, Any]:
    """Return a typed value with its bytes."""
    return converted(value, str, base64.b64decode)


def from_the_oldest(get: Callable[..., Any]) -> Callable[..., Any]:
    """Begin with the oldest record that is kept, if older ones are asked for."""

    def get_records(shard: StreamShard, start: int, quantity: int) -> Any:
        return get(shard, max(start, shard.starting_sequence_number), quantity)

    return get_records


def _end(reason: str) -> NoReturn:
    print(reason, file=sys.stderr, flush=True)
    os._exit(1)
