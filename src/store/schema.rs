//! The tables, and which of their rules SQLite itself keeps.

/// Marks the file as a tillbook book ("till" in ASCII).
pub(super) const APPLICATION_ID: i64 = 0x7469_6c6c;

/// The first schema.
pub(super) const CREATE: &str = "
CREATE TABLE book (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE card (
    card_no        INTEGER PRIMARY KEY,
    number         TEXT NOT NULL UNIQUE,
    level          TEXT,
    name           TEXT,
    phone          TEXT,
    gender         TEXT,
    birthday       TEXT,
    exception      TEXT,
    fetched_at     INTEGER,
    -- It turned out to be the same account as another card's: that one serves.
    same_as        INTEGER REFERENCES card
) STRICT;
CREATE INDEX card_phone ON card (phone) WHERE phone IS NOT NULL;
CREATE INDEX card_same_as ON card (same_as) WHERE same_as IS NOT NULL;

-- One account at one remote; its lane has the same number.
CREATE TABLE account (
    account_no      INTEGER PRIMARY KEY,
    card_no         INTEGER NOT NULL REFERENCES card,
    provider        TEXT NOT NULL,
    -- What the remote calls it. NULL until the remote has assigned it.
    reference       TEXT,
    -- The remote has shown that the reference is this holder's. Nothing but the opening itself is sent before.
    confirmed       INTEGER NOT NULL,
    status          TEXT NOT NULL,
    opened_here_at  INTEGER,
    money           INTEGER NOT NULL DEFAULT 0,
    points          INTEGER NOT NULL DEFAULT 0,
    as_of           INTEGER,
    consumed_total  INTEGER,
    recharged_total INTEGER,
    growth          INTEGER,
    -- Figures read while something was on the wire or unknown: no base, but more is not to be spent.
    read_money      INTEGER,
    read_points     INTEGER,
    -- When the last attempt on it ended: a read begun before can't be a base.
    quiet_since     INTEGER,
    UNIQUE (provider, reference)
) STRICT;
CREATE INDEX account_card ON account (card_no);

-- An account that serves a card besides the one that it belongs to: both turned out to be one member there.
CREATE TABLE alias (
    card_no    INTEGER NOT NULL REFERENCES card,
    provider   TEXT NOT NULL,
    account_no INTEGER NOT NULL REFERENCES account,
    PRIMARY KEY (card_no, provider)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_account ON alias (account_no);

-- ready: its head may be worked on from due_at. held: waits for a person. Otherwise idle.
CREATE TABLE lane (
    lane_no  INTEGER PRIMARY KEY REFERENCES account (account_no),
    provider TEXT NOT NULL,
    state    TEXT NOT NULL,
    rank     INTEGER NOT NULL DEFAULT 1,
    due_at   INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX lane_ready ON lane (provider, rank, due_at) WHERE state = 'ready';

CREATE TABLE operation (
    op_no           INTEGER PRIMARY KEY,
    op_id           TEXT NOT NULL UNIQUE,
    lane_no         INTEGER NOT NULL REFERENCES lane,
    card_no         INTEGER NOT NULL REFERENCES card,
    provider        TEXT NOT NULL,
    dialect         INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    act             TEXT NOT NULL,
    bound           TEXT NOT NULL,
    -- What the remote recognises it by, where it recognises anything.
    wire_key        TEXT NOT NULL,
    -- The operation that this one undoes, wholly or in part.
    original        INTEGER REFERENCES operation,
    -- The coupon that it uses.
    coupon          TEXT,
    delivery        TEXT NOT NULL,
    ticket          TEXT,
    operator        TEXT,
    supervisor      TEXT,
    shift           TEXT,
    reason          TEXT,
    created_at      INTEGER NOT NULL,
    told            TEXT NOT NULL,
    effect_money    INTEGER NOT NULL,
    effect_bonus    INTEGER NOT NULL,
    effect_points   INTEGER NOT NULL,
    state           TEXT NOT NULL,
    changed_at      INTEGER NOT NULL,
    evidence        TEXT,
    -- Why it waits, for the person who is to decide.
    waits_for       TEXT,
    -- Parked although nobody knows whether the remote has it.
    unknown         INTEGER NOT NULL DEFAULT 0,
    -- Three facts that follow from state, kind and promise, kept for the partial indexes.
    holding         INTEGER NOT NULL,
    open            INTEGER NOT NULL,
    exposed         INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX operation_head ON operation (lane_no, op_no) WHERE holding = 1;
-- What a lane stands at, whatever is queued in it: after two lanes have become one, something older may be.
CREATE INDEX operation_begun ON operation (lane_no, op_no) WHERE holding = 1 AND state <> 'queued';
CREATE INDEX operation_open ON operation (lane_no, op_no) WHERE open = 1;
CREATE INDEX operation_exposed ON operation (card_no, effect_money) WHERE exposed = 1;
CREATE INDEX operation_waiting ON operation (op_no) WHERE state IN ('parked', 'rejected');
CREATE INDEX operation_inferred ON operation (op_no) WHERE evidence = 'inferred';
CREATE INDEX operation_card ON operation (card_no, op_no);
CREATE INDEX operation_original ON operation (original) WHERE original IS NOT NULL;
CREATE INDEX operation_coupon ON operation (coupon) WHERE coupon IS NOT NULL;

-- What the cashier was told. Written once.
CREATE TABLE promise (
    op_no   INTEGER PRIMARY KEY REFERENCES operation,
    promise TEXT NOT NULL,
    refusal TEXT,
    message TEXT,
    told    TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE TRIGGER promise_stays BEFORE UPDATE ON promise BEGIN SELECT RAISE(ABORT, 'a promise never changes'); END;
CREATE TRIGGER promise_kept BEFORE DELETE ON promise BEGIN SELECT RAISE(ABORT, 'a promise never changes'); END;

-- One try to send. Durable before the first byte leaves; an attempt without an outcome may have been sent.
CREATE TABLE attempt (
    attempt_no INTEGER PRIMARY KEY,
    op_no      INTEGER NOT NULL REFERENCES operation,
    started_at INTEGER NOT NULL,
    facts      TEXT,
    method     TEXT NOT NULL,
    path       TEXT NOT NULL,
    body       BLOB NOT NULL,
    -- The remote's own clock right before it, where it told.
    server_at  INTEGER,
    ended_at   INTEGER,
    status     INTEGER,
    answer     BLOB,
    outcome    TEXT,
    note       TEXT
) STRICT;
CREATE INDEX attempt_op ON attempt (op_no, attempt_no);

-- One look at the remote's records after an unknown outcome.
CREATE TABLE look (
    look_no    INTEGER PRIMARY KEY,
    op_no      INTEGER NOT NULL REFERENCES operation,
    -- The attempt that it looked for: it tells nothing of one made later, whatever a clock may say.
    attempt_no INTEGER NOT NULL REFERENCES attempt,
    at         INTEGER NOT NULL,
    -- The remote's own clock when it began, at the earliest.
    server_at  INTEGER,
    -- It began a quiet period after what came before, by every clock that was asked.
    counts     INTEGER NOT NULL,
    facts      TEXT,
    verdict    TEXT NOT NULL,
    note       TEXT
) STRICT;
CREATE INDEX look_op ON look (op_no, look_no);

-- What the remote said of an operation that it has.
CREATE TABLE confirmation (
    op_no INTEGER PRIMARY KEY REFERENCES operation,
    body  TEXT NOT NULL,
    at    INTEGER NOT NULL
) STRICT;

-- The remote's records that are known to be ours.
CREATE TABLE claim (
    account_no INTEGER NOT NULL REFERENCES account,
    remote_id  TEXT NOT NULL,
    op_no      INTEGER NOT NULL REFERENCES operation,
    PRIMARY KEY (account_no, remote_id)
) STRICT, WITHOUT ROWID;

-- The lines of the book. Only ever added.
CREATE TABLE entry (
    entry_no      INTEGER PRIMARY KEY,
    op_no         INTEGER NOT NULL REFERENCES operation,
    card_no       INTEGER NOT NULL REFERENCES card,
    kind          TEXT NOT NULL,
    original      INTEGER NOT NULL,
    actual        INTEGER NOT NULL,
    from_card     INTEGER NOT NULL,
    due           INTEGER NOT NULL,
    bonus         INTEGER NOT NULL,
    points        INTEGER NOT NULL,
    money_after   INTEGER NOT NULL,
    points_after  INTEGER NOT NULL,
    approval      TEXT,
    ticket        TEXT,
    operator      TEXT,
    supervisor    TEXT,
    shift         TEXT,
    reason        TEXT,
    business_date TEXT NOT NULL,
    receipt_no    TEXT NOT NULL,
    at            INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_card ON entry (card_no, entry_no);
CREATE INDEX entry_op ON entry (op_no);
CREATE INDEX entry_ticket ON entry (ticket, entry_no) WHERE ticket IS NOT NULL;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'an entry never changes'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'an entry never changes'); END;

CREATE TABLE notice (
    notice_no  INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    op_no      INTEGER REFERENCES operation,
    card_no    INTEGER REFERENCES card,
    amount     INTEGER,
    detail     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    acked_at   INTEGER,
    acked_by   TEXT,
    ack_note   TEXT
) STRICT;
CREATE INDEX notice_open ON notice (notice_no) WHERE acked_at IS NULL;
CREATE INDEX notice_op ON notice (op_no) WHERE op_no IS NOT NULL;

-- What a person decided about an operation that waited.
CREATE TABLE decision (
    decision_no INTEGER PRIMARY KEY,
    op_no       INTEGER NOT NULL REFERENCES operation,
    resolution  TEXT NOT NULL,
    who         TEXT NOT NULL,
    why         TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;

-- Whether a remote is served now, and from when it may be asked again.
CREATE TABLE provider (
    provider  TEXT PRIMARY KEY,
    condition TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE memory (
    provider TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE level (
    provider   TEXT NOT NULL,
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pay_type (
    provider   TEXT NOT NULL,
    id         INTEGER NOT NULL,
    name       TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID;

-- A member's coupon, as the remote last told of it or as it was given here.
CREATE TABLE coupon (
    provider   TEXT NOT NULL,
    code       TEXT NOT NULL,
    account_no INTEGER NOT NULL REFERENCES account,
    body       TEXT NOT NULL,
    -- The operation that gave it, while the remote has not told of it.
    given_by   INTEGER REFERENCES operation,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (provider, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX coupon_account ON coupon (account_no);

CREATE TABLE coupon_template (
    provider   TEXT NOT NULL,
    id         TEXT NOT NULL,
    -- What the remote calls it, where its answer told.
    remote_id  TEXT,
    body       TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID;

-- What a remote has handed out for a while.
CREATE TABLE token (
    provider TEXT NOT NULL,
    call     TEXT NOT NULL,
    text     TEXT NOT NULL,
    until    INTEGER NOT NULL,
    PRIMARY KEY (provider, call)
) STRICT, WITHOUT ROWID;

-- How often it has been asked for on a day. Counted before the request leaves.
CREATE TABLE quota (
    provider TEXT NOT NULL,
    call     TEXT NOT NULL,
    day      INTEGER NOT NULL,
    used     INTEGER NOT NULL,
    PRIMARY KEY (provider, call)
) STRICT, WITHOUT ROWID;

-- Pushes that have been taken in.
CREATE TABLE push (
    provider TEXT NOT NULL,
    mark     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (provider, mark)
) STRICT, WITHOUT ROWID;

CREATE TABLE recharge_rules (
    account_no INTEGER PRIMARY KEY REFERENCES account,
    rules      TEXT NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT;

-- The last lines that were written before the book's time was brought back: they say nothing of the present.
CREATE TABLE time_mark (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    op_no     INTEGER NOT NULL,
    entry_no  INTEGER NOT NULL,
    notice_no INTEGER NOT NULL
) STRICT;

-- The discount last seen for a card, with the level it had then.
CREATE TABLE rate_seen (
    card_no INTEGER NOT NULL REFERENCES card,
    level   TEXT NOT NULL,
    day     TEXT NOT NULL,
    rate    TEXT NOT NULL,
    PRIMARY KEY (card_no, level, day)
) STRICT, WITHOUT ROWID;
";
