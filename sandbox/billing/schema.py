"""The tables of the billing database."""

TABLES = """
CREATE TABLE IF NOT EXISTS setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS account (
    acct_no TEXT PRIMARY KEY,
    mrn TEXT NOT NULL,
    pat_last TEXT NOT NULL,
    pat_first TEXT NOT NULL,
    birth_dt TEXT NOT NULL,
    pt_class TEXT NOT NULL CHECK (pt_class IN ('I', 'O', 'E')),
    fin_class TEXT NOT NULL,
    hosp_cd TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'billed', 'closed')),
    available_at REAL NOT NULL,
    announced INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS account_unannounced ON account (available_at) WHERE announced = 0;
CREATE TABLE IF NOT EXISTS surg_case (
    case_no TEXT PRIMARY KEY,
    acct_no TEXT REFERENCES account (acct_no),
    hosp_cd TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('scheduled', 'open', 'verified', 'closed')),
    sched_tm TEXT NOT NULL,
    open_tm TEXT,
    verf_tm TEXT,
    close_tm TEXT
);
CREATE INDEX IF NOT EXISTS surg_case_account ON surg_case (acct_no);
CREATE TABLE IF NOT EXISTS cdm (
    row_no INTEGER PRIMARY KEY AUTOINCREMENT,
    supply_ref TEXT NOT NULL,
    gtin_ea TEXT,
    gtin_bx TEXT,
    cdm_code TEXT NOT NULL,
    descr TEXT NOT NULL,
    price_basis TEXT NOT NULL CHECK (price_basis IN ('FIXED', 'MARKUP')),
    price INTEGER,
    tiers TEXT,
    hcpcs TEXT,
    rev_cd TEXT NOT NULL,
    unit_factor TEXT NOT NULL,
    max_units INTEGER NOT NULL,
    eff_from TEXT NOT NULL,
    eff_to TEXT,
    ver TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS cdm_supply ON cdm (supply_ref);
CREATE INDEX IF NOT EXISTS cdm_code ON cdm (cdm_code);
CREATE INDEX IF NOT EXISTS cdm_gtin_ea ON cdm (gtin_ea);
CREATE INDEX IF NOT EXISTS cdm_gtin_bx ON cdm (gtin_bx);
CREATE TABLE IF NOT EXISTS charge (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    charge_id TEXT NOT NULL UNIQUE,
    hosp_cd TEXT NOT NULL,
    acct_no TEXT NOT NULL REFERENCES account (acct_no),
    case_no TEXT,
    dos TEXT NOT NULL,
    post_dt TEXT,
    cdm_code TEXT NOT NULL,
    cdm_ver TEXT,
    units INTEGER NOT NULL,
    amt INTEGER NOT NULL,
    hcpcs TEXT,
    modifiers TEXT NOT NULL,
    rev_cd TEXT,
    dev_id TEXT,
    lot_no TEXT,
    serial_no TEXT,
    status TEXT NOT NULL CHECK (status IN ('PEND', 'POST', 'REJ', 'VOID', 'BILLED', 'CRED')),
    rej_cd TEXT,
    rej_rsn TEXT,
    recvd_at REAL NOT NULL,
    answer TEXT NOT NULL,
    traceparent TEXT,
    correlation_id TEXT
);
CREATE INDEX IF NOT EXISTS charge_account ON charge (acct_no);
CREATE INDEX IF NOT EXISTS charge_pending ON charge (seq) WHERE status = 'PEND';
CREATE TABLE IF NOT EXISTS charge_void (
    void_id TEXT PRIMARY KEY,
    charge_id TEXT NOT NULL UNIQUE REFERENCES charge (charge_id),
    rsn_cd TEXT,
    answer TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS charge_credit (
    credit_id TEXT PRIMARY KEY,
    charge_id TEXT NOT NULL REFERENCES charge (charge_id),
    units INTEGER NOT NULL,
    amt INTEGER NOT NULL,
    rsn_cd TEXT,
    answer TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS charge_credit_of ON charge_credit (charge_id);
CREATE TABLE IF NOT EXISTS hook (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    position REAL NOT NULL,
    evt_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    traceparent TEXT,
    correlation_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('ready', 'held', 'swap', 'sent', 'failed')),
    copies INTEGER NOT NULL,
    not_before REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER
);
CREATE INDEX IF NOT EXISTS hook_waiting ON hook (position) WHERE state IN ('ready', 'swap');
CREATE TABLE IF NOT EXISTS request_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at REAL NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    correlation_id TEXT,
    traceparent TEXT,
    status INTEGER,
    fault TEXT,
    effect INTEGER
);
CREATE INDEX IF NOT EXISTS request_log_operation ON request_log (operation, seq);
"""
