"""The folder of `DATA=`: an SQLite file with the items and the stream records of the tables.

    tables.db    the file, in WAL mode; SQLite adds tables.db-wal and tables.db-shm
    lock         locked while a storage process uses the folder

Each DynamoDB request is one SQLite transaction, which is written before the request is answered.
After a kill -9 the operating system still has it. `synchronous=NORMAL` does not wait for the disk,
so a power failure may lose the last transactions, but never a part of one.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "tables.db"
FORMAT = 1
APPLICATION = 0x416D7367  # "Amsg"
LOCK_SECONDS = 3.0
"""A storage process that lost its server ends within this time, and frees the folder."""
RECORD_SECONDS = 24 * 3600
"""How long DynamoDB keeps stream records."""

SCHEMA = f"""
BEGIN;
CREATE TABLE tables (name TEXT PRIMARY KEY, keys TEXT NOT NULL, stream TEXT) WITHOUT ROWID;
CREATE TABLE items (table_name TEXT, key TEXT, item TEXT NOT NULL, PRIMARY KEY (table_name, key))
    WITHOUT ROWID;
CREATE TABLE records (table_name TEXT, place INTEGER, made_at REAL NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (table_name, place)) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
COMMIT;
"""


class DataError(Exception):
    """The folder cannot be used. The message is one line."""


@dataclass
class StoredTable:
    """What the folder holds of a table. Items and records are JSON."""

    keys: str
    stream: str | None
    """The label of the stream. None if the table had none."""
    items: list[Any] = field(default_factory=list)
    first_record: int = 0
    """The place of the first record, counted from the beginning of the stream."""
    records: list[Any] = field(default_factory=list)


class DataFolder:
    """An open folder. Nobody else writes to it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: Any) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> DataFolder:
        """Lock the folder and open its file. Create what is missing. Raises DataError."""
        with _explained(path), ExitStack() as stack:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.callback((lock := _locked(path)).close)
            (path / FILE).touch(mode=0o600)
            connection = sqlite3.connect(path / FILE, isolation_level=None, check_same_thread=False)
            stack.callback(connection.close)
            _prepare(path, connection)
            stack.pop_all()
        return cls(path, connection, lock)

    def load(self) -> dict[str, StoredTable]:
        """Return the tables by name. Raises DataError if the file is damaged."""
        with _explained(self.path):
            rows = self._connection.execute("SELECT name, keys, stream FROM tables")
            tables = {name: StoredTable(keys, stream) for name, keys, stream in rows}
            for name, item in self._connection.execute("SELECT table_name, item FROM items"):
                tables[name].items.append(json.loads(item))
            for name, table in tables.items():
                self._trim(name)
                rows = self._connection.execute(
                    "SELECT place, record FROM records WHERE table_name = ? ORDER BY place", (name,)
                )
                found = [(place, json.loads(record)) for place, record in rows]
                table.first_record = found[0][0] if found else 0
                table.records = [record for _, record in found]
        return tables

    def _trim(self, name: str) -> None:
        """Delete the records that are more than a day older than the newest one.

        DynamoDB keeps them for a day. Here the time while the server was stopped does not count.
        """
        self._connection.execute(
            "DELETE FROM records WHERE table_name = :name AND place < (SELECT min(place)"
            " FROM records WHERE table_name = :name AND made_at >= :seconds"
            " + (SELECT max(made_at) FROM records WHERE table_name = :name))",
            {"name": name, "seconds": -RECORD_SECONDS},
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write everything in the block, or nothing. Raises sqlite3.Error."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file and free the folder."""
        self._connection.close()
        self._lock.close()


def put_items(connection: sqlite3.Connection, rows: Iterable[tuple[str, str, str]]) -> None:
    """Write rows of table, key and item."""
    connection.executemany("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", rows)


def delete_items(connection: sqlite3.Connection, rows: Iterable[tuple[str, str]]) -> None:
    """Delete rows by table and key."""
    connection.executemany("DELETE FROM items WHERE table_name = ? AND key = ?", rows)


def put_records(
    connection: sqlite3.Connection, rows: Iterable[tuple[str, int, float, str]]
) -> None:
    """Write rows of table, place, epoch seconds and record."""
    connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?)", rows)


def put_table(connection: sqlite3.Connection, name: str, keys: str, stream: str | None) -> None:
    """Write the description of a table. Records of another stream than this one are deleted."""
    connection.execute(
        "DELETE FROM records WHERE table_name = :name"
        " AND NOT EXISTS (SELECT 1 FROM tables WHERE name = :name AND stream IS :stream)",
        {"name": name, "stream": stream},
    )
    connection.execute("INSERT OR REPLACE INTO tables VALUES (?, ?, ?)", (name, keys, stream))


def delete_table(connection: sqlite3.Connection, name: str) -> None:
    """Delete a table with everything in it."""
    connection.execute("DELETE FROM tables WHERE name = ?", (name,))
    connection.execute("DELETE FROM items WHERE table_name = ?", (name,))
    connection.execute("DELETE FROM records WHERE table_name = ?", (name,))


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    """Create the schema in an empty file. Refuse the file of another program or version."""
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    [objects] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if objects == application == 0:
        connection.executescript(SCHEMA)
    elif application != APPLICATION:
        raise DataError(f"DATA={path}: {FILE} belongs to another program. Use another folder")
    elif version > FORMAT:
        raise DataError(
            f"DATA={path} was written by a newer version of this server (format {version}, this"
            f" one reads up to {FORMAT}). Use that version, or another folder"
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _locked(path: Path) -> Any:
    """Return the lock file, locked. A process that was killed frees it a moment later."""
    lock = (path / "lock").open("a")
    ends_at = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends_at:
                lock.close()
                raise DataError(
                    f"DATA={path} is in use by another server. Stop it, or use another folder"
                ) from None
            time.sleep(0.05)
        else:
            return lock


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn the errors of the disk and of SQLite into a DataError."""
    try:
        yield
    except OSError as error:
        raise DataError(f"DATA={path} cannot be used: {error.strerror or error}") from error
    except (sqlite3.Error, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"DATA={path}: {FILE} is damaged ({error}). Nothing was changed. Restore it from a"
            " copy, or use another folder"
        ) from error
