// SPDX-License-Identifier: GPL-2.0-or-later
// Schemas are only ever added at the end; a published one is never changed.
#include "bridge/schema.h"

namespace bridge {

namespace {

// Times are milliseconds since 1970, UTC. Payloads are JSON (record_text.h).
constexpr const char* schema1 = R"sql(
CREATE TABLE charger (
  identity      TEXT PRIMARY KEY NOT NULL,
  version       TEXT,                       -- of OCPP over SOAP: 1.2, 1.5, 1.6
  callback      TEXT NOT NULL DEFAULT '',
  password      BLOB NOT NULL DEFAULT x'',  -- set by the back-end (CK-4)
  ping_interval INTEGER,                    -- seconds
  last_seen     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE boot (
  identity    TEXT PRIMARY KEY NOT NULL REFERENCES charger(identity),
  version     TEXT NOT NULL,
  request     TEXT NOT NULL,
  status      TEXT,
  answered_at INTEGER NOT NULL,
  interval    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE connector (
  identity        TEXT NOT NULL REFERENCES charger(identity),
  connector_id    INTEGER NOT NULL,
  raw             TEXT NOT NULL,
  delivered       TEXT,
  release_pending INTEGER NOT NULL,
  PRIMARY KEY (identity, connector_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  identity TEXT NOT NULL REFERENCES charger(identity),
  key      TEXT NOT NULL COLLATE NOCASE,
  value    TEXT NOT NULL,
  readonly INTEGER NOT NULL,
  PRIMARY KEY (identity, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE tx (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  identity      TEXT NOT NULL REFERENCES charger(identity),
  soap_tx_id    INTEGER NOT NULL,
  backend_tx_id INTEGER,
  connector_id  INTEGER NOT NULL,
  id_tag        TEXT NOT NULL,
  start         INTEGER NOT NULL,
  meter_start   INTEGER NOT NULL,
  stop          INTEGER,
  meter_stop    INTEGER,
  state         TEXT NOT NULL,
  provisional   INTEGER NOT NULL,
  authorized    INTEGER NOT NULL,
  evidence      TEXT,
  seen          INTEGER NOT NULL,
  start_info    TEXT,
  stop_info     TEXT,
  UNIQUE (identity, connector_id, id_tag, start, meter_start)  -- SM-7 key 2
) STRICT;

CREATE TABLE queued (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  identity   TEXT NOT NULL REFERENCES charger(identity),
  number     INTEGER NOT NULL,
  action     TEXT NOT NULL,
  payload    TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  created    INTEGER NOT NULL,
  not_before INTEGER,
  UNIQUE (identity, number)
) STRICT;

CREATE TABLE dead_letter (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  identity   TEXT NOT NULL REFERENCES charger(identity),
  number     INTEGER NOT NULL,
  action     TEXT NOT NULL,
  payload    TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  created    INTEGER NOT NULL,
  died       INTEGER NOT NULL,
  resolution TEXT,     -- NULL: still open; redelivered; discarded
  resolved   INTEGER,
  remark     TEXT,     -- the operator's reason
  UNIQUE (identity, number, died)
) STRICT;
CREATE INDEX open_dead_letter ON dead_letter(id) WHERE resolution IS NULL;

CREATE TABLE authorization (
  identity TEXT NOT NULL REFERENCES charger(identity),
  id_tag   TEXT NOT NULL,  -- lower case (L-15)
  info     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (identity, id_tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
  identity TEXT NOT NULL REFERENCES charger(identity),
  key      TEXT NOT NULL,
  at       INTEGER NOT NULL,
  action   TEXT NOT NULL,
  response TEXT NOT NULL,
  PRIMARY KEY (identity, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE command (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL CHECK (kind IN ('retry', 'discard')),
  dead_letter INTEGER REFERENCES dead_letter(id),
  identity    TEXT NOT NULL,
  number      INTEGER NOT NULL,
  reason      TEXT NOT NULL DEFAULT '',
  created     INTEGER NOT NULL
) STRICT;
)sql";

// Transactions stay when they leave memory (SM-7): they are found by number, start and state. Answers by MessageID
// were never written.
constexpr const char* schema2 = R"sql(
ALTER TABLE boot ADD COLUMN unsent INTEGER NOT NULL DEFAULT 0;     -- the back-end does not know of it yet
ALTER TABLE setting ADD COLUMN own INTEGER NOT NULL DEFAULT 0;     -- the charger does not know it (CK-4)
ALTER TABLE queued ADD COLUMN repeat_key INTEGER;                  -- of MessageID and body (SM-7)
CREATE INDEX tx_by_number ON tx(identity, soap_tx_id);
CREATE INDEX tx_by_start ON tx(identity, start);
CREATE INDEX tx_open ON tx(identity) WHERE state IN ('Starting', 'Active', 'StopQueued');
DROP TABLE answer;
CREATE TABLE tag_alias (
  identity TEXT NOT NULL REFERENCES charger(identity),
  alias    TEXT NOT NULL,  -- for idTags longer than 20 (L-8)
  id_tag   TEXT NOT NULL,
  PRIMARY KEY (identity, alias)
) STRICT, WITHOUT ROWID;
)sql";

// What a record is is its key and nothing else, so that no order of events makes one take another's place (TX-15):
// chargers without a clock say the same start twice (SM-7), and numbers may be given twice by mistake. Numbers and ids
// outlive their rows. A migrated row's key is its id, negative for dead letters: theirs are those of messages.
constexpr const char* schema3 = R"sql(
ALTER TABLE charger ADD COLUMN backend TEXT NOT NULL DEFAULT '';         -- it belongs to this one now (TX-14)
ALTER TABLE charger ADD COLUMN auto_registered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charger ADD COLUMN unserved INTEGER NOT NULL DEFAULT 0;      -- nothing is known of it (TX-15)
ALTER TABLE charger ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;     -- only its numbers and ids count
ALTER TABLE charger ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charger ADD COLUMN last_settings TEXT NOT NULL DEFAULT '';   -- only while leaving
ALTER TABLE charger ADD COLUMN moving_to TEXT NOT NULL DEFAULT '';
ALTER TABLE charger ADD COLUMN moving_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charger ADD COLUMN last_number INTEGER NOT NULL DEFAULT 0;   -- highest of any message that is gone
ALTER TABLE charger ADD COLUMN last_alias INTEGER;                       -- highest of any transaction that is gone
ALTER TABLE charger ADD COLUMN last_provisional INTEGER;

CREATE TABLE new_tx (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  identity      TEXT NOT NULL REFERENCES charger(identity),
  key           INTEGER NOT NULL,
  backend       TEXT NOT NULL DEFAULT '',  -- that has its start
  soap_tx_id    INTEGER NOT NULL,
  backend_tx_id INTEGER,
  connector_id  INTEGER NOT NULL,
  id_tag        TEXT NOT NULL,
  start         INTEGER NOT NULL,
  meter_start   INTEGER NOT NULL,
  stop          INTEGER,
  meter_stop    INTEGER,
  last_register INTEGER,                   -- Wh
  state         TEXT NOT NULL,
  provisional   INTEGER NOT NULL,
  authorized    INTEGER NOT NULL,
  evidence      TEXT,
  seen          INTEGER NOT NULL,
  heard         INTEGER NOT NULL,
  silent        INTEGER NOT NULL DEFAULT 0, -- milliseconds that nothing was heard of it, as far as processes counted
  sequence      INTEGER NOT NULL DEFAULT 0, -- grows with each transaction of the identity
  start_info    TEXT,
  stop_info     TEXT,
  UNIQUE (identity, key)
) STRICT;
INSERT INTO new_tx (id, identity, key, soap_tx_id, backend_tx_id, connector_id, id_tag, start, meter_start, stop,
  meter_stop, state, provisional, authorized, evidence, seen, heard, sequence, start_info, stop_info)
  SELECT id, identity, id, soap_tx_id, backend_tx_id, connector_id, id_tag, start, meter_start, stop, meter_stop, state,
  provisional, authorized, evidence, seen, seen, id, start_info, stop_info FROM tx;

CREATE TABLE new_queued (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  identity   TEXT NOT NULL REFERENCES charger(identity),
  number     INTEGER NOT NULL,
  key        INTEGER NOT NULL,
  backend    TEXT NOT NULL DEFAULT '',     -- where it goes
  action     TEXT NOT NULL,
  payload    TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  created    INTEGER NOT NULL,
  wait       INTEGER NOT NULL DEFAULT 0,   -- milliseconds that remained until the next attempt
  repeat_key INTEGER,
  set_aside  INTEGER NOT NULL DEFAULT 0,   -- ER-3
  reason     TEXT NOT NULL DEFAULT '',     -- what the back-end said last
  without_readings INTEGER NOT NULL DEFAULT 0,
  starts     INTEGER NOT NULL DEFAULT 0,   -- key of the transaction that it starts; 0: none, or known by content only
  UNIQUE (identity, number),
  UNIQUE (identity, key)
) STRICT;
INSERT INTO new_queued (id, identity, number, key, action, payload, attempts, created, wait, repeat_key)
  SELECT id, identity, number, id, action, payload, attempts, created,
  max(0, min(coalesce(not_before, 0) - CAST(strftime('%s', 'now') AS INTEGER) * 1000, 3600000)), repeat_key FROM queued;

CREATE TABLE new_dead_letter (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  identity   TEXT NOT NULL REFERENCES charger(identity),
  number     INTEGER NOT NULL,
  key        INTEGER NOT NULL,
  backend    TEXT NOT NULL DEFAULT '',     -- that refused it
  action     TEXT NOT NULL,
  payload    TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  created    INTEGER NOT NULL,
  died       INTEGER NOT NULL,
  resolution TEXT,     -- NULL: still open; redelivered; discarded
  resolved   INTEGER,
  remark     TEXT,     -- the operator's reason
  starts     INTEGER NOT NULL DEFAULT 0,   -- as in queued
  UNIQUE (identity, key)
) STRICT;
INSERT INTO new_dead_letter (id, identity, number, key, action, payload, attempts, reason, created, died, resolution,
  resolved, remark)
  SELECT id, identity, number, -id, action, payload, attempts, reason, created, died, resolution, resolved, remark
  FROM dead_letter;

CREATE TABLE new_command (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL CHECK (kind IN ('retry', 'discard', 'forget', 'move-now', 'move-same')),
  dead_letter INTEGER REFERENCES dead_letter(id),
  identity    TEXT NOT NULL,
  number      INTEGER NOT NULL,            -- of a queued message
  key         INTEGER NOT NULL,
  reason      TEXT NOT NULL DEFAULT '',
  created     INTEGER NOT NULL
) STRICT;
INSERT INTO new_command SELECT id, kind, dead_letter, identity, number, coalesce(-dead_letter,
  (SELECT q.id FROM queued q WHERE q.identity = command.identity AND q.number = command.number), 0), reason, created
  FROM command;

DELETE FROM sqlite_sequence WHERE name LIKE 'new/_%' ESCAPE '/';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_' || name, seq FROM sqlite_sequence
  WHERE name IN ('tx', 'queued', 'dead_letter', 'command');
DROP TABLE command;
DROP TABLE dead_letter;
DROP TABLE queued;
DROP TABLE tx;
ALTER TABLE new_tx RENAME TO tx;
ALTER TABLE new_queued RENAME TO queued;
ALTER TABLE new_dead_letter RENAME TO dead_letter;
ALTER TABLE new_command RENAME TO command;

CREATE INDEX tx_by_number ON tx(identity, soap_tx_id);
CREATE INDEX tx_by_start ON tx(identity, start);
CREATE INDEX tx_by_sequence ON tx(identity, sequence);
CREATE INDEX tx_open ON tx(identity) WHERE state IN ('Starting', 'Active', 'StopQueued');
CREATE INDEX open_dead_letter ON dead_letter(id) WHERE resolution IS NULL;
CREATE INDEX dead_letter_by_number ON dead_letter(identity, number);

-- Whoever deletes them, and why ever: what they were called is not given again (TX-2, TX-15).
CREATE TRIGGER queued_gone BEFORE DELETE ON queued
  WHEN NOT EXISTS (SELECT 1 FROM queued WHERE identity = old.identity AND number > old.number)
BEGIN
  UPDATE charger SET last_number = max(last_number, old.number) WHERE identity = old.identity;
END;
CREATE TRIGGER dead_letter_gone BEFORE DELETE ON dead_letter
BEGIN
  UPDATE charger SET last_number = max(last_number, old.number) WHERE identity = old.identity;
END;
CREATE TRIGGER tx_alias_gone BEFORE DELETE ON tx WHEN old.soap_tx_id BETWEEN 1500000000 AND 2000000000
BEGIN
  UPDATE charger SET last_alias = max(coalesce(last_alias, 0), old.soap_tx_id) WHERE identity = old.identity;
END;
CREATE TRIGGER tx_provisional_gone BEFORE DELETE ON tx WHEN old.soap_tx_id BETWEEN 2000000001 AND 2147483646
BEGIN
  UPDATE charger SET last_provisional = max(coalesce(last_provisional, 0), old.soap_tx_id)
    WHERE identity = old.identity;
END;
)sql";

}  // namespace

const Migrations& migrations() {
  static const Migrations all{schema1, schema2, schema3};
  return all;
}

}  // namespace bridge
