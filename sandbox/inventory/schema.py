"""The tables. Uses, which name encounters and patients, are kept apart from stock, which never does."""

from sandbox.inventory.database import Database

TABLES = (
    "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, n INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS facilities (facility TEXT PRIMARY KEY, name TEXT NOT NULL, time_zone TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS locations (
        facility TEXT NOT NULL REFERENCES facilities, location TEXT NOT NULL, stock_policy TEXT NOT NULL,
        books_own_uses INTEGER NOT NULL, PRIMARY KEY (facility, location))""",
    """CREATE TABLE IF NOT EXISTS items (
        sku TEXT PRIMARY KEY, description TEXT NOT NULL, kind TEXT NOT NULL, base_unit TEXT NOT NULL,
        tracking TEXT NOT NULL, ownership TEXT NOT NULL, charge_unit_factor INTEGER NOT NULL,
        approved_at TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS packs (
        gtin TEXT PRIMARY KEY, sku TEXT NOT NULL REFERENCES items, level TEXT NOT NULL, eaches INTEGER NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS packs_by_sku ON packs (sku)",
    "CREATE TABLE IF NOT EXISTS aliases (alias TEXT PRIMARY KEY, sku TEXT NOT NULL REFERENCES items)",
    "CREATE INDEX IF NOT EXISTS aliases_by_sku ON aliases (sku)",
    "CREATE TABLE IF NOT EXISTS suspense (sku TEXT PRIMARY KEY, number INTEGER NOT NULL)",
    """CREATE TABLE IF NOT EXISTS par_levels (
        facility TEXT NOT NULL, location TEXT NOT NULL, sku TEXT NOT NULL, par INTEGER NOT NULL,
        PRIMARY KEY (facility, location, sku))""",
    """CREATE TABLE IF NOT EXISTS lots (
        sku TEXT NOT NULL, lot TEXT NOT NULL, expires_on TEXT, owner TEXT NOT NULL, hold TEXT, recall_id TEXT,
        PRIMARY KEY (sku, lot))""",
    """CREATE TABLE IF NOT EXISTS serials (
        sku TEXT NOT NULL, serial TEXT NOT NULL, expires_on TEXT, owner TEXT NOT NULL, hold TEXT, recall_id TEXT,
        PRIMARY KEY (sku, serial))""",
    """CREATE TABLE IF NOT EXISTS recalls (
        recall_id TEXT PRIMARY KEY, sku TEXT NOT NULL, lots TEXT NOT NULL, serials TEXT NOT NULL, reason TEXT NOT NULL,
        opened_at TEXT NOT NULL)""",
    # Quantities are whole thousandths, so that a sum of movements is exact; delta is what the movement did to on hand.
    """CREATE TABLE IF NOT EXISTS movements (
        n INTEGER PRIMARY KEY, movement_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, facility TEXT NOT NULL,
        location TEXT NOT NULL, sku TEXT NOT NULL, lot TEXT, serial TEXT, delta INTEGER NOT NULL, external_ref TEXT,
        use_id TEXT, reverses TEXT, reason TEXT, note TEXT, service_date TEXT, booked_by TEXT NOT NULL,
        booked_at TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS movements_by_stock ON movements (sku, facility, location, lot, serial)",
    "CREATE INDEX IF NOT EXISTS movements_by_ref ON movements (external_ref) WHERE external_ref IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS movements_by_use ON movements (use_id) WHERE use_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS movements_by_original ON movements (reverses) WHERE reverses IS NOT NULL",
    # Each movement with what is known of its lot or serial. What carries neither is owned as its item usually is.
    """CREATE VIEW IF NOT EXISTS stocked AS SELECT movements.*, COALESCE(lots.hold, serials.hold) AS hold,
        COALESCE(lots.expires_on, serials.expires_on, '9999') AS expires_on,
        CASE items.ownership WHEN 'owned' THEN 'hospital' ELSE 'supplier' END AS usual_owner,
        COALESCE(lots.owner, serials.owner, CASE items.ownership WHEN 'owned' THEN 'hospital' ELSE 'supplier' END)
            AS owner
        FROM movements JOIN items USING (sku)
        LEFT JOIN lots ON lots.sku = movements.sku AND lots.lot = movements.lot
        LEFT JOIN serials ON serials.sku = movements.sku AND serials.serial = movements.serial""",
    """CREATE TABLE IF NOT EXISTS uses (
        n INTEGER PRIMARY KEY, use_id TEXT NOT NULL UNIQUE, act_id TEXT NOT NULL, version INTEGER NOT NULL,
        encounter_number TEXT, patient TEXT, captured TEXT NOT NULL, captured_at TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS uses_by_act ON uses (act_id)",
    """CREATE TABLE IF NOT EXISTS corrections (
        n INTEGER PRIMARY KEY, correction_id TEXT NOT NULL UNIQUE, use_id TEXT NOT NULL REFERENCES uses (use_id),
        version INTEGER NOT NULL, kind TEXT NOT NULL, replacement TEXT NOT NULL, facility TEXT NOT NULL,
        corrected_at TEXT NOT NULL)""",
    # A cabinet whose booking is switched off by control announces movements that it has not made: they wait here.
    "CREATE TABLE IF NOT EXISTS cabinet_backlog (movement_id TEXT PRIMARY KEY, booking TEXT NOT NULL)",
    # Goods that come, go or are expected: each document with the movements it made and the lines by which it counts.
    """CREATE TABLE IF NOT EXISTS documents (
        n INTEGER PRIMARY KEY, document_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, external_ref TEXT,
        facility TEXT NOT NULL, order_number TEXT, revision INTEGER, status TEXT NOT NULL, qty INTEGER NOT NULL,
        effective_on TEXT, content TEXT NOT NULL, movements TEXT NOT NULL, booked_at TEXT NOT NULL,
        reversal TEXT)""",
    "CREATE INDEX IF NOT EXISTS documents_by_ref ON documents (external_ref) WHERE external_ref IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS documents_by_order ON documents (facility, order_number, kind)",
    """CREATE TABLE IF NOT EXISTS document_lines (
        document_id TEXT NOT NULL, sku TEXT NOT NULL, location TEXT NOT NULL, qty INTEGER NOT NULL, expected_on TEXT)""",
    "CREATE INDEX IF NOT EXISTS document_lines_by_sku ON document_lines (sku, document_id)",
    # What a person captured at the dock: it moves no stock.
    """CREATE TABLE IF NOT EXISTS dock_documents (
        n INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, captured TEXT NOT NULL,
        reversal TEXT)""",
    # The par levels whose crossings are announced; below: announced, and not filled up since.
    """CREATE TABLE IF NOT EXISTS par_watches (
        facility TEXT NOT NULL, location TEXT NOT NULL, sku TEXT NOT NULL, below INTEGER NOT NULL,
        PRIMARY KEY (facility, location, sku))""",
    """CREATE TABLE IF NOT EXISTS surgical_cases (
        case_number TEXT PRIMARY KEY, facility TEXT NOT NULL, scheduled_on TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS case_needs (
        case_number TEXT NOT NULL REFERENCES surgical_cases, sku TEXT NOT NULL, qty INTEGER NOT NULL,
        PRIMARY KEY (case_number, sku))""",
    "CREATE INDEX IF NOT EXISTS case_needs_by_sku ON case_needs (sku)",
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
