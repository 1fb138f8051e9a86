"""The messages in a relational database: SQLite or PostgreSQL, with the same statements."""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

SCHEMA = (
    "CREATE TABLE agents (agent_id TEXT PRIMARY KEY, name TEXT NOT NULL)",
    "CREATE TABLE api_keys (key_hash TEXT PRIMARY KEY, agent_id TEXT NOT NULL)",
    """CREATE TABLE messages (
        message_id TEXT PRIMARY KEY, sender_id TEXT NOT NULL, recipient_id TEXT NOT NULL,
        type TEXT NOT NULL, status TEXT NOT NULL, subject TEXT, body TEXT NOT NULL,
        priority INTEGER NOT NULL, thread_id TEXT NOT NULL, reply_to_id TEXT, metadata TEXT,
        created_at TEXT NOT NULL, read_at TEXT)""",
    "CREATE INDEX inbox ON messages (recipient_id, status, message_id)",
    """CREATE TABLE limits (
        sender_id TEXT, minute INTEGER, number INTEGER NOT NULL,
        PRIMARY KEY (sender_id, minute))""",
)
COLUMNS = (
    "message_id, sender_id, recipient_id, type, status, subject, body, priority, thread_id, "
    "reply_to_id, metadata, created_at"
)


class Store:
    """One open connection, which one request at a time uses."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._is_sqlite = isinstance(connection, sqlite3.Connection)

    def execute(self, statement: str, *values: Any) -> Any:
        """Run a statement with `?` for each value."""
        if not self._is_sqlite:
            statement = statement.replace("?", "%s")
        return self.connection.execute(statement, values)

    def transaction(self) -> AbstractContextManager[Any]:
        """Run the block in a transaction."""
        transaction: AbstractContextManager[Any] = (
            self.connection if self._is_sqlite else self.connection.transaction()
        )
        return transaction

    def create(self, agents: Sequence[tuple[str, str, str]]) -> None:
        """Create empty tables, and agents with id, name and key."""
        with self.transaction():
            for statement in SCHEMA:
                self.execute(statement)
            for agent_id, name, key in agents:
                self.execute("INSERT INTO agents VALUES (?, ?)", agent_id, name)
                self.execute("INSERT INTO api_keys VALUES (?, ?)", hash_of(key), agent_id)

    def agent_of(self, key: str) -> str | None:
        """Return the agent of a key."""
        row = self.execute(
            "SELECT agent_id FROM api_keys WHERE key_hash = ?", hash_of(key)
        ).fetchone()
        return row[0] if row else None

    def is_registered(self, agent_id: str) -> bool:
        """Return whether there is such an agent."""
        found = self.execute("SELECT 1 FROM agents WHERE agent_id = ?", agent_id).fetchone()
        return found is not None

    def count(self, sender_id: str, minute: int) -> int:
        """Count one message in a minute and return the number."""
        row = self.execute(
            "INSERT INTO limits VALUES (?, ?, 1) ON CONFLICT (sender_id, minute) "
            "DO UPDATE SET number = limits.number + 1 RETURNING number",
            sender_id,
            minute,
        ).fetchone()
        number: int = row[0]
        return number

    def add(self, *values: Any) -> None:
        """Insert a message with the values of COLUMNS."""
        marks = ", ".join("?" * len(values))
        self.execute(f"INSERT INTO messages ({COLUMNS}) VALUES ({marks})", *values)  # noqa: S608

    def inbox(self, recipient_id: str, status: str, before: str, limit: int) -> list[Any]:
        """Return a page, newest first."""
        rows: list[Any] = self.execute(
            "SELECT message_id, sender_id, agents.name, type, status, subject, body, priority, "
            "thread_id, reply_to_id, created_at, read_at FROM messages "
            "JOIN agents ON agents.agent_id = sender_id "
            "WHERE recipient_id = ? AND status = ? AND message_id < ? "
            "ORDER BY message_id DESC LIMIT ?",
            recipient_id,
            status,
            before,
            limit,
        ).fetchall()
        return rows

    def total(self, recipient_id: str, status: str) -> int:
        """Return the number of messages."""
        row = self.execute(
            "SELECT count(*) FROM messages WHERE recipient_id = ? AND status = ?",
            recipient_id,
            status,
        ).fetchone()
        number: int = row[0]
        return number


def hash_of(key: str) -> str:
    """Return a key's hash as it is stored."""
    return hashlib.sha256(key.encode()).hexdigest()


def sqlite(path: str) -> Store:
    """Open a file with a write-ahead log, as SQLite's documentation recommends.

    With synchronous=NORMAL, a power failure may lose the last commits. The file stays consistent.
    """
    return _sqlite(path, "NORMAL")


def durable_sqlite(path: str) -> Store:
    """Open a file with synchronous=FULL. Commits are durable, as with DynamoDB."""
    return _sqlite(path, "FULL")


def _sqlite(path: str, synchronous: str) -> Store:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA foreign_keys = ON")
    return Store(connection)


def postgres(conninfo: str) -> Store:
    """Open a connection that begins no transaction by itself."""
    import psycopg  # noqa: PLC0415 - optional

    return Store(psycopg.connect(conninfo, autocommit=True))
