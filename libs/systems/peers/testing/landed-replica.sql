PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE spark_migrations (
    number INTEGER PRIMARY KEY,
    schema_version INTEGER NOT NULL,
    what TEXT NOT NULL,
    at INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))
  );
INSERT INTO spark_migrations VALUES(1,2,'Spark''s own tables',1795712581786);
INSERT INTO spark_migrations VALUES(2,2,'table Notes for Notes',1795712581819);
INSERT INTO spark_migrations VALUES(3,2,'Notes is replicated',1795712581820);
CREATE TABLE spark_database (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    database_id TEXT NOT NULL,
    last_etag INTEGER NOT NULL DEFAULT 0,
    trimmed INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 0,
    has_readers INTEGER NOT NULL DEFAULT 0,
    state_version INTEGER NOT NULL DEFAULT 0,
    replaced INTEGER,
    moving INTEGER NOT NULL DEFAULT FALSE
  );
INSERT INTO spark_database VALUES(1,'wDP7Fb9-9_CEhOZpxoLBLQ',10,0,0,0,0,NULL,0);
CREATE TABLE spark_tables (
    collection TEXT PRIMARY KEY COLLATE NOCASE,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE
  );
INSERT INTO spark_tables VALUES('Notes','Notes');
CREATE TABLE spark_ids (collection TEXT PRIMARY KEY COLLATE NOCASE, last INTEGER NOT NULL);
CREATE TABLE spark_state (
    _key TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    collection TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL
  );
CREATE TABLE spark_set_aside (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
    "table" TEXT NOT NULL,
    reason TEXT NOT NULL,
    id,
    _etag,
    _document,
    _metadata,
    _modified
  );
CREATE TABLE spark_peer (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    origin TEXT NOT NULL,
    tag TEXT NOT NULL,
    node TEXT,
    position INTEGER NOT NULL DEFAULT 0,
    log TEXT,
    whole INTEGER NOT NULL DEFAULT FALSE,
    clock INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    applying INTEGER NOT NULL DEFAULT FALSE
  );
INSERT INTO spark_peer VALUES(1,'odba2y1gd1qemteic8k6','FV320','a',6,'today',0,-1000,0,0);
CREATE TABLE spark_peer_origins (
    origin TEXT PRIMARY KEY,
    taken INTEGER UNIQUE,
    applied INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 0,
    logged INTEGER NOT NULL DEFAULT 0,
    tail INTEGER NOT NULL DEFAULT 0,
    node TEXT,
    closed INTEGER,
    heard INTEGER
  );
INSERT INTO spark_peer_origins VALUES('odba2y1gd1qemteic8k6',1,6,4,0,5,'a',NULL,1795712582240);
INSERT INTO spark_peer_origins VALUES('t7y9y05f576orp6j7a5v',NULL,4,0,0,6,'b',NULL,1795712582240);
CREATE TABLE spark_peer_events (
    taken INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    number INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    entity TEXT NOT NULL,
    record_id TEXT NOT NULL COLLATE NOCASE,
    operation_type TEXT NOT NULL,
    data TEXT,
    timestamp INTEGER NOT NULL,
    sees TEXT NOT NULL,
    resolver_version INTEGER,
    UNIQUE (origin, number)
  );
INSERT INTO spark_peer_events VALUES(1,'odba2y1gd1qemteic8k6',1,1795712581934000,'Notes','notes/1','CREATE','{"Title":"by a"}',1795712581932,'',NULL);
INSERT INTO spark_peer_events VALUES(2,'odba2y1gd1qemteic8k6',2,1795712581979000,'Notes','notes/2','CREATE','{"Title":"deleted by a"}',1795712581979,'',NULL);
INSERT INTO spark_peer_events VALUES(3,'t7y9y05f576orp6j7a5v',1,1795712581994000,'Notes','notes/3','CREATE','{"Title":"by b"}',1795712581992,'',NULL);
INSERT INTO spark_peer_events VALUES(4,'t7y9y05f576orp6j7a5v',2,1795712582009000,'Notes','notes/4','CREATE','{"Title":"deleted by b"}',1795712582009,'',NULL);
INSERT INTO spark_peer_events VALUES(5,'odba2y1gd1qemteic8k6',3,1795712582084000,'Notes','notes/2','DELETE',NULL,1795712582146,'odba2y1gd1qemteic8k6:2',NULL);
INSERT INTO spark_peer_events VALUES(6,'t7y9y05f576orp6j7a5v',3,1795712582149000,'Notes','notes/4','DELETE',NULL,1795712582152,'t7y9y05f576orp6j7a5v:2',NULL);
INSERT INTO spark_peer_events VALUES(7,'odba2y1gd1qemteic8k6',4,1795712582196000,'Notes','notes/1','UPDATE','{"Title":"conflict, a"}',1795712582206,'odba2y1gd1qemteic8k6:1',NULL);
INSERT INTO spark_peer_events VALUES(8,'t7y9y05f576orp6j7a5v',4,1795712582224000,'Notes','notes/1','UPDATE','{"Title":"conflict, b"}',1795712582226,'odba2y1gd1qemteic8k6:1',NULL);
INSERT INTO spark_peer_events VALUES(9,'odba2y1gd1qemteic8k6',5,1795712582263000,'Notes','notes/5','CREATE','{"Title":"not published"}',1795712582263,'',NULL);
INSERT INTO spark_peer_events VALUES(10,'odba2y1gd1qemteic8k6',6,1795712582274000,'Notes','notes/3','DELETE',NULL,1795712582275,'t7y9y05f576orp6j7a5v:1',NULL);
CREATE TABLE spark_peer_heads (
    entity TEXT NOT NULL,
    record_id TEXT NOT NULL COLLATE NOCASE,
    origin TEXT NOT NULL,
    number INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    PRIMARY KEY (entity, record_id, origin, number)
  ) WITHOUT ROWID;
INSERT INTO spark_peer_heads VALUES('Notes','notes/1','odba2y1gd1qemteic8k6',4,1795712582196000);
INSERT INTO spark_peer_heads VALUES('Notes','notes/1','t7y9y05f576orp6j7a5v',4,1795712582224000);
INSERT INTO spark_peer_heads VALUES('Notes','notes/2','odba2y1gd1qemteic8k6',3,1795712582084000);
INSERT INTO spark_peer_heads VALUES('Notes','notes/3','odba2y1gd1qemteic8k6',6,1795712582274000);
INSERT INTO spark_peer_heads VALUES('Notes','notes/4','t7y9y05f576orp6j7a5v',3,1795712582149000);
INSERT INTO spark_peer_heads VALUES('Notes','notes/5','odba2y1gd1qemteic8k6',5,1795712582263000);
CREATE TABLE spark_peer_conflicts (
    number INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    record_id TEXT NOT NULL COLLATE NOCASE,
    heads TEXT NOT NULL,
    at INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
    ended INTEGER
  );
INSERT INTO spark_peer_conflicts VALUES(1,'Notes','notes/1','odba2y1gd1qemteic8k6:4,t7y9y05f576orp6j7a5v:4',1795712582242,NULL);
CREATE TABLE spark_peer_lives (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
    why TEXT NOT NULL
  );
CREATE TABLE spark_peer_stash (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
    why TEXT NOT NULL,
    origin TEXT NOT NULL,
    event INTEGER NOT NULL
  );
CREATE TABLE IF NOT EXISTS "Notes" (
      _etag INTEGER PRIMARY KEY,
      id TEXT NOT NULL COLLATE NOCASE UNIQUE
        CONSTRAINT "the id is a text" CHECK (typeof(id) = 'text'),
      _document TEXT NOT NULL
        CONSTRAINT "_document is the text of a JSON object" CHECK (typeof(_document) = 'text' AND json_valid(_document) AND json_type(_document) = 'object'),
      _metadata TEXT
        CONSTRAINT "_metadata is the text of a JSON object" CHECK (_metadata IS NULL OR (typeof(_metadata) = 'text' AND json_valid(_metadata) AND json_type(_metadata) = 'object')),
      _modified INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))
        CONSTRAINT "_modified is in milliseconds since 1970" CHECK (typeof(_modified) = 'integer' AND _modified BETWEEN -62135596800000 AND 253402300799999),
      
      CONSTRAINT "this program compares ids by a NOCASE of its own" CHECK (_etag + _modified IS NOT NULL AND _document IS NOT NULL AND NOT ('Ä' = 'ä' COLLATE NOCASE))
    );
INSERT INTO Notes VALUES(8,'notes/1','{"Title":"conflict, b"}',NULL,1795712582243);
INSERT INTO Notes VALUES(9,'notes/5','{"Title":"not published"}',NULL,1795712582263);
CREATE TABLE IF NOT EXISTS "Notes_Events" (
      id TEXT NOT NULL,
      operation_type TEXT NOT NULL,
      record_id TEXT NOT NULL,
      data TEXT,
      timestamp INTEGER NOT NULL,
      source_node_id TEXT NOT NULL,
      processed BOOLEAN DEFAULT FALSE,
      sequence_number INTEGER NOT NULL,
      UNIQUE (source_node_id, sequence_number)
    );
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-1','CREATE','notes/1','{"Title":"by a"}',1795712581932,'wDP7Fb9-9_CEhOZpxoLBLQ',0,1);
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-2','CREATE','notes/2','{"Title":"deleted by a"}',1795712581979,'wDP7Fb9-9_CEhOZpxoLBLQ',0,2);
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-3','CREATE','notes/3','{"Title":"by b"}',1795712582106,'wDP7Fb9-9_CEhOZpxoLBLQ',0,3);
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-4','CREATE','notes/4','{"Title":"deleted by b"}',1795712582106,'wDP7Fb9-9_CEhOZpxoLBLQ',0,4);
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-5','DELETE','notes/2',NULL,1795712582146,'wDP7Fb9-9_CEhOZpxoLBLQ',0,5);
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-6','DELETE','notes/4',NULL,1795712582183,'wDP7Fb9-9_CEhOZpxoLBLQ',0,6);
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-7','UPDATE','notes/1','{"Title":"conflict, a"}',1795712582206,'wDP7Fb9-9_CEhOZpxoLBLQ',0,7);
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-8','UPDATE','notes/1','{"Title":"conflict, b"}',1795712582243,'wDP7Fb9-9_CEhOZpxoLBLQ',0,8);
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-9','CREATE','notes/5','{"Title":"not published"}',1795712582263,'wDP7Fb9-9_CEhOZpxoLBLQ',0,9);
INSERT INTO Notes_Events VALUES('wDP7Fb9-9_CEhOZpxoLBLQ-10','DELETE','notes/3',NULL,1795712582275,'wDP7Fb9-9_CEhOZpxoLBLQ',0,10);
CREATE INDEX spark_peer_events_by_record ON spark_peer_events (entity, record_id);
CREATE INDEX spark_peer_conflicts_open ON spark_peer_conflicts (entity, record_id) WHERE ended IS NULL;
CREATE VIEW spark_peer_tombstones AS
    SELECT head.entity, head.record_id, head.origin, head.number, head.hlc
    FROM spark_peer_heads AS head JOIN spark_peer_events AS event USING (origin, number)
    WHERE event.operation_type = 'DELETE' AND NOT EXISTS
      (SELECT 1 FROM spark_peer_heads AS other WHERE other.entity = head.entity AND other.record_id = head.record_id
         AND (other.origin, other.number) <> (head.origin, head.number));
CREATE INDEX "Notes_Events_deletes" ON "Notes_Events" (sequence_number)
      WHERE operation_type = 'DELETE';
CREATE TRIGGER "Notes_Events_insert" BEFORE INSERT ON "Notes"
    WHEN NEW._etag <> (SELECT last_etag FROM spark_database) + 1
    BEGIN
      SELECT RAISE(ABORT, '_etag is given by Spark: leave it out') WHERE NEW._etag <> -1;
      SELECT RAISE(ABORT, '_document is the text of a JSON object, without a NUL') WHERE (instr(NEW._document, char(0)) > 0 OR ifnull(instr(NEW._metadata, char(0)), 0) > 0);
      UPDATE spark_database SET replaced = (SELECT _etag FROM "Notes" WHERE id = NEW.id) WHERE replaced IS NOT (SELECT _etag FROM "Notes" WHERE id = NEW.id);
    END;
CREATE TRIGGER "Notes_Events_create" AFTER INSERT ON "Notes"
    WHEN NEW._etag > (SELECT last_etag FROM spark_database) AND (SELECT replaced FROM spark_database) IS NULL
    BEGIN
      UPDATE spark_database SET last_etag = NEW._etag;
      
      INSERT INTO "Notes_Events"
        (id, operation_type, record_id, data, timestamp, source_node_id, sequence_number)
      SELECT database_id || '-' || last_etag, 'CREATE', NEW.id, iif(instr(NEW._metadata, '"spark-generation"'), NULL, NEW._document), NEW._modified, database_id, last_etag
      FROM spark_database;
    END;
CREATE TRIGGER "Notes_Events_create_by_others" AFTER INSERT ON "Notes"
    WHEN NEW._etag <= (SELECT last_etag FROM spark_database) OR (SELECT replaced FROM spark_database) IS NOT NULL
    BEGIN
      UPDATE spark_database SET last_etag = last_etag + 1, moving = TRUE;
      UPDATE "Notes" SET _etag = (SELECT last_etag FROM spark_database) WHERE _etag = NEW._etag AND _etag <> (SELECT last_etag FROM spark_database);
      DELETE FROM "Notes_Events" WHERE (SELECT replaced FROM spark_database) IS NOT NULL
        AND operation_type = 'DELETE' AND record_id = NEW.id COLLATE NOCASE AND sequence_number = (SELECT last_etag FROM spark_database) - 1 AND source_node_id = (SELECT database_id FROM spark_database);
      
      INSERT INTO "Notes_Events"
        (id, operation_type, record_id, data, timestamp, source_node_id, sequence_number)
      SELECT database_id || '-' || last_etag, iif(replaced IS NULL, 'CREATE', 'UPDATE'), NEW.id, iif(instr(NEW._metadata, '"spark-generation"'), NULL, NEW._document), NEW._modified, database_id, last_etag
      FROM spark_database;
      UPDATE spark_database SET replaced = NULL, moving = FALSE;
    END;
CREATE TRIGGER "Notes_Events_renumber" BEFORE UPDATE OF _etag ON "Notes"
    WHEN NEW._etag <> OLD._etag AND NEW._etag <> (SELECT last_etag FROM spark_database) + 1 AND NOT (SELECT moving FROM spark_database)
    BEGIN
      SELECT RAISE(ABORT, '_etag is given by Spark: leave it out');
    END;
CREATE TRIGGER "Notes_Events_update" AFTER UPDATE OF _etag ON "Notes"
    WHEN NEW._etag > (SELECT last_etag FROM spark_database)
    BEGIN
      UPDATE spark_database SET last_etag = NEW._etag;
      
      INSERT INTO "Notes_Events"
        (id, operation_type, record_id, data, timestamp, source_node_id, sequence_number)
      SELECT database_id || '-' || last_etag, 'UPDATE', NEW.id, iif(instr(NEW._metadata, '"spark-generation"'), NULL, NEW._document), NEW._modified, database_id, last_etag
      FROM spark_database;
    END;
CREATE TRIGGER "Notes_Events_update_by_others" AFTER UPDATE OF _document, _metadata, _modified ON "Notes"
    WHEN NEW._etag = OLD._etag
    BEGIN
      SELECT RAISE(ABORT, '_document is the text of a JSON object, without a NUL') WHERE (instr(NEW._document, char(0)) > 0 OR ifnull(instr(NEW._metadata, char(0)), 0) > 0);
      UPDATE "Notes" SET _etag = (SELECT last_etag FROM spark_database) + 1, _modified = CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) WHERE _etag = NEW._etag;
    END;
CREATE TRIGGER "Notes_Events_rename" BEFORE UPDATE OF id ON "Notes"
    WHEN NEW.id IS NOT OLD.id COLLATE BINARY
    BEGIN
      SELECT RAISE(ABORT, 'the id of a document cannot be changed: insert it under the new id and delete the old one');
    END;
CREATE TRIGGER "Notes_Events_own_nocase" BEFORE DELETE ON "Notes"
    WHEN 'Ä' = 'ä' COLLATE NOCASE
    BEGIN
      SELECT RAISE(ABORT, 'this program compares ids by a NOCASE of its own: leave SQLite''s as it is');
    END;
CREATE TRIGGER "Notes_Events_delete" AFTER DELETE ON "Notes"
    BEGIN
      UPDATE spark_database SET last_etag = last_etag + 1;
      
      INSERT INTO "Notes_Events"
        (id, operation_type, record_id, data, timestamp, source_node_id, sequence_number)
      SELECT database_id || '-' || last_etag, 'DELETE', OLD.id, NULL, CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER), database_id, last_etag
      FROM spark_database;
    END;
CREATE TRIGGER "Notes_Events_kept" BEFORE DELETE ON "Notes_Events"
    WHEN OLD.sequence_number > (SELECT trimmed FROM spark_database)
      AND (SELECT has_readers AND NOT moving FROM spark_database)
    BEGIN
      SELECT RAISE(ABORT, 'an event that readers still need cannot be deleted: Spark removes it when they have read it');
    END;
CREATE TRIGGER "Notes_Events_peer" AFTER INSERT ON "Notes_Events"
    WHEN NOT (SELECT applying FROM spark_peer)
    BEGIN
      
      UPDATE spark_peer_origins SET applied = applied + 1 WHERE origin = (SELECT origin FROM spark_peer);
      INSERT INTO spark_peer_events (origin, number, hlc, entity, record_id, operation_type, data, timestamp, sees)
      SELECT own.origin, own.applied,
        max((CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000 + (SELECT clock FROM spark_peer)), 1 + ifnull((SELECT max(hlc) FROM spark_peer_heads WHERE entity = 'Notes' AND record_id = NEW.record_id), 0)),
        'Notes', NEW.record_id, NEW.operation_type, iif(NEW.operation_type = 'DELETE', NULL, (SELECT _document FROM "Notes" WHERE id = NEW.record_id)), NEW.timestamp, ifnull((SELECT group_concat(name, ',') FROM (SELECT origin || ':' || number AS name FROM spark_peer_heads WHERE entity = 'Notes' AND record_id = NEW.record_id ORDER BY name)), '')
      FROM spark_peer_origins AS own WHERE own.origin = (SELECT origin FROM spark_peer);
      DELETE FROM spark_peer_heads WHERE entity = 'Notes' AND record_id = NEW.record_id;
      INSERT INTO spark_peer_heads (entity, record_id, origin, number, hlc)
      SELECT entity, record_id, origin, number, hlc FROM spark_peer_events WHERE taken = (SELECT max(taken) FROM spark_peer_events);
      UPDATE spark_peer_conflicts SET ended = CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) WHERE entity = 'Notes' AND record_id = NEW.record_id AND ended IS NULL;
    END;
COMMIT;
