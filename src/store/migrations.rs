//! What each release added to the book, in order. A step only adds: rows that an older release wrote stay as they are.

use super::Tx;
use crate::error::Result;

/// The schema that this release writes.
pub(super) const VERSION: i64 = 2;

/// The oldest release that may still write a book of this one's schema, by the schema that it writes itself; and the oldest that
/// may read it. A step that an older program would break by writing, or misread, raises them.
pub(super) const MIN_WRITER: i64 = 2;
pub(super) const MIN_READER: i64 = 2;

/// What brings a book from the schema before to this one: the tables, then whatever SQL can't do, in the same transaction.
pub(super) struct Step {
    pub(super) brings: i64,
    pub(super) sql: &'static str,
    pub(super) then: fn(&Tx<'_>) -> Result<()>,
}

/// All of them, in order.
pub(super) const STEPS: &[Step] =
    &[Step { brings: 1, sql: super::schema::CREATE, then: |_| Ok(()) }, Step { brings: 2, sql: TWO, then: to_two }];

/// Cards can be found, lines of the book are chained from here on, and figures are sealed.
fn to_two(tx: &Tx<'_>) -> Result<()> {
    tx.fill_tails()?;
    tx.begin_chain()?;
    tx.seal_all_whole("SELECT account_no FROM account", [])
}

const TWO: &str = "
-- Every tail of a card's number, phone and name, folded: what contains a text has a tail that begins with it.
CREATE TABLE tail (
    tail    TEXT NOT NULL,
    card_no INTEGER NOT NULL,
    PRIMARY KEY (tail, card_no)
) STRICT, WITHOUT ROWID;

-- History is read by time, newest first; of one moment the later line first.
DROP INDEX entry_card;
DROP INDEX entry_ticket;
CREATE INDEX entry_ticket ON entry (ticket, at) WHERE ticket IS NOT NULL;
CREATE INDEX entry_at ON entry (at);
-- Kind and points stand before the time: few lines of some kinds, and of some cards, have what is looked for.
CREATE INDEX entry_card ON entry (card_no, kind, points <> 0, at);
CREATE INDEX entry_kind ON entry (kind, points <> 0, at);
CREATE INDEX entry_day ON entry (business_date);

-- Each line's code over itself and the line before. NULL: written before there was a chain.
ALTER TABLE entry ADD COLUMN mac BLOB;

-- Which key the chain is kept with, from which line on. No fingerprint: none was given.
CREATE TABLE chain_key (
    from_entry  INTEGER PRIMARY KEY,
    fingerprint TEXT
) STRICT;

-- A checksum over an account's figures. NULL while there are none.
ALTER TABLE account ADD COLUMN seal INTEGER;

-- A line of a remote's own history.
CREATE TABLE record (
    record_no    INTEGER PRIMARY KEY,
    account_no   INTEGER NOT NULL REFERENCES account,
    card_no      INTEGER NOT NULL REFERENCES card,
    provider     TEXT NOT NULL,
    remote_id    TEXT NOT NULL,
    kind         TEXT NOT NULL,
    money        INTEGER,
    points       INTEGER,
    money_after  INTEGER,
    points_after INTEGER,
    store        TEXT,
    note         TEXT,
    at           INTEGER NOT NULL,
    fetched_at   INTEGER NOT NULL,
    -- The operation of this book that it is.
    op_no        INTEGER REFERENCES operation,
    UNIQUE (account_no, remote_id)
) STRICT;
CREATE INDEX record_card ON record (card_no, at) WHERE op_no IS NULL;
CREATE INDEX record_op ON record (op_no) WHERE op_no IS NOT NULL;

-- Every offline policy that was in force here.
CREATE TABLE policy (
    version INTEGER PRIMARY KEY,
    body    TEXT NOT NULL,
    who     TEXT,
    why     TEXT,
    set_at  INTEGER NOT NULL
) STRICT;
-- Under which of them a promise was given, and which refusals a supervisor lifted for it.
ALTER TABLE promise ADD COLUMN policy INTEGER REFERENCES policy;
ALTER TABLE promise ADD COLUMN lifted TEXT;

-- Who put a card on the exception list (a reason) or took it off (none).
CREATE TABLE exception_change (
    change_no INTEGER PRIMARY KEY,
    card_no   INTEGER NOT NULL REFERENCES card,
    reason    TEXT,
    who       TEXT NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX exception_change_card ON exception_change (card_no, change_no);
CREATE INDEX card_exception ON card (card_no) WHERE exception IS NOT NULL;

-- The discount that enough cards of a level agree on.
CREATE TABLE level_rate (
    provider   TEXT NOT NULL,
    level      TEXT NOT NULL,
    rate       TEXT NOT NULL,
    cards      INTEGER NOT NULL,
    learned_at INTEGER NOT NULL,
    -- The last business day on which a card was given it.
    seen_on    TEXT NOT NULL,
    PRIMARY KEY (provider, level)
) STRICT, WITHOUT ROWID;

-- Numbers that this till gives to cards it opens.
CREATE TABLE number_range (
    range TEXT PRIMARY KEY,
    next  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- An opening's earlier attempts were for another number: only those after this one are of the present one.
ALTER TABLE operation ADD COLUMN attempts_from INTEGER NOT NULL DEFAULT 0;
-- What a decision changed besides the state.
ALTER TABLE decision ADD COLUMN detail TEXT;
CREATE INDEX decision_op ON decision (op_no);

-- From when to when a remote was not there.
CREATE TABLE outage (
    outage_no INTEGER PRIMARY KEY,
    provider  TEXT NOT NULL,
    began_at  INTEGER NOT NULL,
    -- It has answered again.
    back_at   INTEGER,
    -- It has answered for a while, and nothing of it was on its way any more.
    ended_at  INTEGER,
    -- The operations of these three moments, by which it is known what was done in between: a clock may be set, numbers run on.
    -- The first one after it began; the last ones before it was back, and before it had ended.
    first_op  INTEGER NOT NULL,
    back_op   INTEGER,
    last_op   INTEGER
) STRICT;
CREATE INDEX outage_open ON outage (provider) WHERE ended_at IS NULL;

-- Days that were closed.
CREATE TABLE day_close (
    close_no      INTEGER PRIMARY KEY,
    business_date TEXT NOT NULL,
    who           TEXT NOT NULL,
    last_entry    INTEGER NOT NULL,
    chain_head    BLOB,
    body          TEXT NOT NULL,
    at            INTEGER NOT NULL
) STRICT;
CREATE INDEX day_close_date ON day_close (business_date);

-- Where details of old operations have gone.
CREATE TABLE archive (
    archive_no INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    operations INTEGER NOT NULL,
    at         INTEGER NOT NULL
) STRICT;
ALTER TABLE operation ADD COLUMN archive_no INTEGER REFERENCES archive;

-- The holder's data was erased on request.
ALTER TABLE card ADD COLUMN forgotten_at INTEGER;

-- How often an old copy has been taken up: 1 is the book as it was made.
CREATE TABLE epoch (
    epoch    INTEGER PRIMARY KEY,
    why      TEXT NOT NULL,
    began_at INTEGER NOT NULL
) STRICT;

-- The offline policy: a supervisor stands behind an operation and lifts what may be lifted, also where its fallback is late.
ALTER TABLE operation ADD COLUMN lifts INTEGER NOT NULL DEFAULT 0;
-- The merchant's list of cards not to be served, as it was last loaded, and which changes it brought about.
CREATE TABLE exception_list (
    card_no INTEGER PRIMARY KEY REFERENCES card,
    reason  TEXT NOT NULL
) STRICT;
ALTER TABLE exception_change ADD COLUMN by_list INTEGER NOT NULL DEFAULT 0;
-- The remote's history: what was asked for, before discount or bonus.
ALTER TABLE record ADD COLUMN original INTEGER;
-- Discounts seen are one remote's. Whose the older ones are is told by the sales of the card; where that is not clear, none is known.
ALTER TABLE rate_seen RENAME TO rate_seen_anywhere;
CREATE TABLE rate_seen (
    card_no  INTEGER NOT NULL REFERENCES card,
    provider TEXT NOT NULL,
    level    TEXT NOT NULL,
    day      TEXT NOT NULL,
    rate     TEXT NOT NULL,
    PRIMARY KEY (card_no, provider, level, day)
) STRICT, WITHOUT ROWID;
INSERT INTO rate_seen (card_no, provider, level, day, rate)
    SELECT s.card_no, max(o.provider), s.level, s.day, s.rate
    FROM rate_seen_anywhere s JOIN operation o ON o.card_no = s.card_no AND o.kind = 'consume'
    GROUP BY s.card_no, s.level, s.day HAVING min(o.provider) = max(o.provider);
DROP TABLE rate_seen_anywhere;
-- What the cards of a level were given, newest day first.
CREATE INDEX rate_seen_level ON rate_seen (provider, level, day, rate, card_no);
-- Cards that got another number: by the number before.
CREATE INDEX decision_detail ON decision (detail) WHERE detail IS NOT NULL;
-- Reports: what was done in a time.
CREATE INDEX operation_at ON operation (created_at);
-- Keeping house: whose bytes are still to be erased.
CREATE INDEX attempt_raw ON attempt (op_no) WHERE length(body) > 0 OR answer IS NOT NULL;
-- The offline policy: a phone number that a card had before, while it still counts for that one too.
CREATE TABLE former_phone (
    card_no INTEGER NOT NULL REFERENCES card,
    phone   TEXT NOT NULL,
    PRIMARY KEY (card_no, phone)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_phone_phone ON former_phone (phone);
-- The account is to be read although nothing in the lane needs it. 0 again once a read that began since has succeeded.
ALTER TABLE lane ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;
";
