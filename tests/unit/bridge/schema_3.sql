-- SPDX-License-Identifier: GPL-2.0-or-later
-- A database of schema 3 as sqlite3's .dump gives it, with a row in every table. Never changed.
PRAGMA application_id = 1329812295;
PRAGMA user_version = 3;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE charger (
  identity      TEXT PRIMARY KEY NOT NULL,
  version       TEXT,                       -- of OCPP over SOAP: 1.2, 1.5, 1.6
  callback      TEXT NOT NULL DEFAULT '',
  password      BLOB NOT NULL DEFAULT x'',  -- set by the back-end (CK-4)
  ping_interval INTEGER,                    -- seconds
  last_seen     INTEGER NOT NULL DEFAULT 0
, backend TEXT NOT NULL DEFAULT '', auto_registered INTEGER NOT NULL DEFAULT 0, unserved INTEGER NOT NULL DEFAULT 0, forgotten INTEGER NOT NULL DEFAULT 0, leaving INTEGER NOT NULL DEFAULT 0, last_settings TEXT NOT NULL DEFAULT '', moving_to TEXT NOT NULL DEFAULT '', moving_since INTEGER NOT NULL DEFAULT 0, last_number INTEGER NOT NULL DEFAULT 0, last_alias INTEGER, last_provisional INTEGER) STRICT, WITHOUT ROWID;
INSERT INTO charger VALUES('CP1','1.5','http://10.0.0.7:8082/',X'73650063726574',60,1700000000000,'ws://back.end/ocpp/CP1',1,0,0,0,'','wss://new.end/CP1',1700000000200,2,1500000003,NULL);
CREATE TABLE boot (
  identity    TEXT PRIMARY KEY NOT NULL REFERENCES charger(identity),
  version     TEXT NOT NULL,
  request     TEXT NOT NULL,
  status      TEXT,
  answered_at INTEGER NOT NULL,
  interval    INTEGER NOT NULL
, unsent INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
INSERT INTO boot VALUES('CP1','1.5','{"chargePointVendor":"ACME","chargePointModel":"One"}','Accepted',1700000000005,300,1);
CREATE TABLE connector (
  identity        TEXT NOT NULL REFERENCES charger(identity),
  connector_id    INTEGER NOT NULL,
  raw             TEXT NOT NULL,
  delivered       TEXT,
  release_pending INTEGER NOT NULL,
  PRIMARY KEY (identity, connector_id)
) STRICT, WITHOUT ROWID;
INSERT INTO connector VALUES('CP1',1,'{"connectorId":1,"status":"Occupied","errorCode":"ConnectorLockFailure"}','{"connectorId":1,"status":"Charging","errorCode":"ConnectorLockFailure"}',1);
CREATE TABLE setting (
  identity TEXT NOT NULL REFERENCES charger(identity),
  key      TEXT NOT NULL COLLATE NOCASE,
  value    TEXT NOT NULL,
  readonly INTEGER NOT NULL, own INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (identity, key)
) STRICT, WITHOUT ROWID;
INSERT INTO setting VALUES('CP1','HeartbeatInterval','300',0,1);
CREATE TABLE authorization (
  identity TEXT NOT NULL REFERENCES charger(identity),
  id_tag   TEXT NOT NULL,  -- lower case (L-15)
  info     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (identity, id_tag)
) STRICT, WITHOUT ROWID;
INSERT INTO authorization VALUES('CP1','tag1','{"status":"Accepted"}',1700000000003);
CREATE TABLE tag_alias (
  identity TEXT NOT NULL REFERENCES charger(identity),
  alias    TEXT NOT NULL,  -- for idTags longer than 20 (L-8)
  id_tag   TEXT NOT NULL,
  PRIMARY KEY (identity, alias)
) STRICT, WITHOUT ROWID;
INSERT INTO tag_alias VALUES('CP1','#0123456789abcdef012','a tag of more than twenty');
CREATE TABLE IF NOT EXISTS "tx" (
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
INSERT INTO tx VALUES(1,'CP1',77001,'ws://back.end/ocpp/CP1',2000000001,NULL,1,'TAG1',1700000000001,100,1700000000050,4711,4700,'StopQueued',1,1,'Remote',1700000000002,1700000000060,3600000,5,'{"status":"Accepted"}',NULL);
CREATE TABLE IF NOT EXISTS "queued" (
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
INSERT INTO queued VALUES(1,'CP1',1,88001,'ws://back.end/ocpp/CP1','StartTransaction','{"connectorId":1,"idTag":"TAG1","timestamp":"2023-11-14T22:13:20.001Z","meterStart":100}',2,1700000000123,999,-5,1,'InternalError no',1,77001);
INSERT INTO queued VALUES(2,'CP1',2,88002,'ws://back.end/ocpp/CP1','StopTransaction','{"transactionId":2000000001,"timestamp":"2023-11-14T22:13:20.050Z","meterStop":4711,"reason":"Remote","transactionData":[]}',0,1700000000123,0,NULL,0,'',0,0);
CREATE TABLE IF NOT EXISTS "dead_letter" (
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
INSERT INTO dead_letter VALUES(1,'CP1',3,99001,'ws://old.end/CP1','MeterValues','{"connectorId":1,"transactionId":9,"meterValue":[{"timestamp":"2023-11-14T22:13:19.999","sampledValue":[{"value":"12.5"}]}]}',3,'InternalError: no such transaction',1699999999999,1700000000099,NULL,NULL,NULL,0);
CREATE TABLE IF NOT EXISTS "command" (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL CHECK (kind IN ('retry', 'discard', 'forget', 'move-now', 'move-same')),
  dead_letter INTEGER REFERENCES dead_letter(id),
  identity    TEXT NOT NULL,
  number      INTEGER NOT NULL,            -- of a queued message
  key         INTEGER NOT NULL,
  reason      TEXT NOT NULL DEFAULT '',
  created     INTEGER NOT NULL
) STRICT;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('tx',1);
INSERT INTO sqlite_sequence VALUES('queued',2);
INSERT INTO sqlite_sequence VALUES('dead_letter',1);
CREATE INDEX tx_by_number ON tx(identity, soap_tx_id);
CREATE INDEX tx_by_start ON tx(identity, start);
CREATE INDEX tx_by_sequence ON tx(identity, sequence);
CREATE INDEX tx_open ON tx(identity) WHERE state IN ('Starting', 'Active', 'StopQueued');
CREATE INDEX open_dead_letter ON dead_letter(id) WHERE resolution IS NULL;
CREATE INDEX dead_letter_by_number ON dead_letter(identity, number);
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
COMMIT;
