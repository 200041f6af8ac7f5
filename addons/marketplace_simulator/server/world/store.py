"""State of the simulator in SQLite. WAL keeps every committed request through a ``kill -9``."""

import json
import random
import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS listing (
    region TEXT NOT NULL, sku TEXT NOT NULL, channel TEXT NOT NULL, quantity INTEGER NOT NULL,
    reserved INTEGER NOT NULL DEFAULT 0, updated TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (region, sku));
CREATE TABLE IF NOT EXISTS purchase (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL, region TEXT NOT NULL, marketplace TEXT NOT NULL,
    fulfilled_by TEXT NOT NULL, status TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
    due TEXT, currency TEXT NOT NULL, total INTEGER NOT NULL, lines INTEGER NOT NULL, units INTEGER NOT NULL,
    data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS purchase_number ON purchase (number);
CREATE INDEX IF NOT EXISTS purchase_updated ON purchase (region, updated, id);
CREATE INDEX IF NOT EXISTS purchase_created ON purchase (region, created, id);
CREATE INDEX IF NOT EXISTS purchase_due ON purchase (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS give_back (
    id TEXT PRIMARY KEY, purchase TEXT NOT NULL, region TEXT NOT NULL, status TEXT NOT NULL, created TEXT NOT NULL,
    updated TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS give_back_updated ON give_back (region, updated, id);
CREATE TABLE IF NOT EXISTS document (
    kind TEXT NOT NULL, id TEXT NOT NULL, region TEXT NOT NULL, created TEXT NOT NULL, due TEXT, data TEXT NOT NULL,
    content BLOB, PRIMARY KEY (kind, id));
CREATE INDEX IF NOT EXISTS document_due ON document (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, body TEXT NOT NULL, visible_at REAL NOT NULL,
    receipt TEXT, received INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS booking (
    number INTEGER PRIMARY KEY, account TEXT NOT NULL, purchase TEXT NOT NULL, event TEXT NOT NULL, at TEXT NOT NULL,
    release TEXT NOT NULL, settlement TEXT, data TEXT NOT NULL, UNIQUE (purchase, event));
CREATE INDEX IF NOT EXISTS booking_open ON booking (account, release) WHERE settlement IS NULL;
CREATE INDEX IF NOT EXISTS booking_settlement ON booking (settlement) WHERE settlement IS NOT NULL;
"""
TABLES = ("setting", "counter", "listing", "purchase", "give_back", "document", "message", "booking")


def scramble(key, salt):
    """Return a number that depends on nothing but its arguments: a stable random order for pages."""
    return random.Random(f"{salt}:{key}").random()


class Store:
    """One SQLite connection behind one lock; every request is one transaction.

    :param path: the file, or ``None`` to keep everything in memory
    """

    def __init__(self, path=None):
        self.lock = threading.RLock()
        self._depth = 0
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(str(path) if path else ":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.create_function("scramble", 2, scramble, deterministic=True)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def transaction(self):
        """Hold the lock; commit at the outermost exit, roll back on an exception."""
        with self.lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def rows(self, sql, *values):
        """Return all rows of a query."""
        with self.lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql, *values):
        """Return the first row of a query, or ``None``."""
        with self.lock:
            return self._db.execute(sql, values).fetchone()

    def run(self, sql, *values):
        """Execute one statement and return the number of rows it changed."""
        with self.transaction():
            return self._db.execute(sql, values).rowcount

    def clear(self):
        """Forget everything."""
        with self.transaction():
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table}")

    def close(self):
        """Close the file."""
        with self.lock:
            self._db.close()

    def setting(self, key, default=None):
        """Return a stored JSON value."""
        row = self.row("SELECT value FROM setting WHERE key = ?", key)
        return json.loads(row["value"]) if row else default

    def set_setting(self, key, value):
        """Store a JSON value."""
        self.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", key, json.dumps(value))

    def count(self, name, by=1):
        """Add to a counter and return its new value."""
        with self.transaction():
            self._db.execute("INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ?",
                             (name, by, by))
            return self._db.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()["value"]

    def counter(self, name):
        """Return the value of one counter, zero if it never counted."""
        row = self.row("SELECT value FROM counter WHERE name = ?", name)
        return row["value"] if row else 0

    def counters(self, prefix):
        """Return ``{name without prefix: value}`` of the counters under ``prefix:``."""
        rows = self.rows("SELECT name, value FROM counter WHERE name LIKE ? ORDER BY name", prefix + ":%")
        return {row["name"][len(prefix) + 1:]: row["value"] for row in rows}

    def put_document(self, kind, key, region, created, data, content=None, due=None):
        """Create or replace a document (feed, report, subscription …): a JSON object, and bytes if it has any.

        :param due: time text at which the document wants to be processed
        """
        self.run("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET "
                 "due = excluded.due, data = excluded.data, content = coalesce(excluded.content, content)",
                 kind, key, region, created, due, json.dumps(data), content)

    def due_documents(self, limit, kinds):
        """Return ``(kind, JSON object)`` of the documents of ``kinds`` that want to be processed by ``limit``."""
        rows = self.rows(f"SELECT kind, data FROM document WHERE due <= ? AND kind IN ({','.join('?' * len(kinds))}) "
                         "ORDER BY due, id", limit, *kinds)
        return [(row["kind"], json.loads(row["data"])) for row in rows]

    def document(self, kind, key, region=None):
        """Return the JSON object of a document, or ``None``; of one region only if given."""
        row = self.row("SELECT data, region FROM document WHERE kind = ? AND id = ?", kind, key)
        return json.loads(row["data"]) if row and region in (None, row["region"]) else None

    def documents(self, kind, region):
        """Return the JSON objects of a kind in one region, newest first."""
        rows = self.rows("SELECT data FROM document WHERE kind = ? AND region = ? ORDER BY created DESC, id DESC",
                         kind, region)
        return [json.loads(row["data"]) for row in rows]

    def content(self, kind, key):
        """Return the bytes of a document, or ``None``."""
        row = self.row("SELECT content FROM document WHERE kind = ? AND id = ?", kind, key)
        return row["content"] if row else None

    def delete_document(self, kind, key):
        """Delete a document; return whether it was there."""
        return bool(self.run("DELETE FROM document WHERE kind = ? AND id = ?", kind, key))
