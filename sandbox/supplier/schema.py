"""The tables: messages that came in, the plans and steps for them, and the papers that went out."""

from sandbox.supplier.database import Database

TABLES = (
    "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, n INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS partners (partner TEXT PRIMARY KEY, name TEXT NOT NULL, vendor_number TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS accounts (account TEXT PRIMARY KEY, buyer_site TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS messages (
        n INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, key TEXT, keyed_at REAL NOT NULL,
        fingerprint TEXT NOT NULL, partner TEXT NOT NULL REFERENCES partners, account TEXT NOT NULL REFERENCES accounts,
        number TEXT NOT NULL, content TEXT NOT NULL, about TEXT, state TEXT NOT NULL, withdrawal TEXT,
        received_at TEXT NOT NULL, traceparent TEXT, correlation_id TEXT)""",
    "CREATE INDEX IF NOT EXISTS messages_by_key ON messages (key) WHERE key IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS messages_by_number ON messages (number)",
    "CREATE INDEX IF NOT EXISTS messages_by_about ON messages (about) WHERE about IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS plans (n INTEGER PRIMARY KEY, plan TEXT NOT NULL, times INTEGER NOT NULL)",
    # A step without a due time waits until control tells it to go on.
    """CREATE TABLE IF NOT EXISTS steps (
        n INTEGER PRIMARY KEY, ref TEXT NOT NULL REFERENCES messages (ref), step TEXT NOT NULL, due REAL,
        state TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS steps_open ON steps (ref, n) WHERE state = 'open'",
    # What was shipped and invoiced of each line, in units ordered.
    """CREATE TABLE IF NOT EXISTS tallies (
        ref TEXT NOT NULL REFERENCES messages (ref), line INTEGER NOT NULL, what TEXT NOT NULL, quantity TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS tallies_by_ref ON tallies (ref)",
    # What really is in a shipment is kept beside what its notice says.
    """CREATE TABLE IF NOT EXISTS papers (
        n INTEGER PRIMARY KEY, paper TEXT NOT NULL, kind TEXT NOT NULL, partner TEXT NOT NULL, account TEXT NOT NULL,
        ref TEXT, number TEXT, body TEXT NOT NULL, contents TEXT, issued_at TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS papers_by_ref ON papers (ref) WHERE ref IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS papers_by_number ON papers (number) WHERE number IS NOT NULL",
    """CREATE TABLE IF NOT EXISTS outbox (
        n INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, body TEXT NOT NULL,
        traceparent TEXT, correlation_id TEXT, state TEXT NOT NULL, fault TEXT, due REAL NOT NULL,
        attempts INTEGER NOT NULL, answered INTEGER)""",
    "CREATE INDEX IF NOT EXISTS outbox_open ON outbox (n) WHERE state IN ('queued', 'held')",
    """CREATE TABLE IF NOT EXISTS request_log (
        n INTEGER PRIMARY KEY, received_at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
        query TEXT NOT NULL, operation TEXT, key TEXT, correlation_id TEXT, traceparent TEXT, fault TEXT,
        status INTEGER, applied_status INTEGER)""",
)


def create_tables(database: Database) -> None:
    for statement in TABLES:
        database.execute(statement)
