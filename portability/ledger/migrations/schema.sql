-- The ledger, schema 1. Specification: docs/ledger-format.md.
-- The only fact of an entry is its body; every other plain column is computed from it when it is read.

CREATE TABLE entry (
    seq INTEGER PRIMARY KEY CHECK (seq >= 0),
    body TEXT NOT NULL CHECK (json_valid(body)),
    leaf BLOB NOT NULL CHECK (length(leaf) = 32),
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    v INTEGER GENERATED ALWAYS AS (json_extract(body, '$.v')) VIRTUAL CHECK (v IS 1),
    kind TEXT GENERATED ALWAYS AS (json_extract(body, '$.kind')) VIRTUAL NOT NULL CHECK (kind IN (
        'opened', 'determination', 'estimate_batch', 'evidence_received', 'decision_sent', 'correction',
        'reversal', 'erasure', 'rules_published', 'schema_change', 'key_change', 'access', 'disclosure')),
    at TEXT GENERATED ALWAYS AS (json_extract(body, '$.at')) VIRTUAL NOT NULL
        CHECK (at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z'),
    person TEXT GENERATED ALWAYS AS (json_extract(body, '$.person')) VIRTUAL
        CHECK (person IS NULL OR (length(person) = 32 AND person NOT GLOB '*[^0-9a-f]*')),
    supersedes INTEGER GENERATED ALWAYS AS (json_extract(body, '$.supersedes')) VIRTUAL
        CHECK (supersedes IS NULL OR supersedes BETWEEN 0 AND seq - 1),
    CHECK ((kind = 'opened') = (seq = 0)),
    CHECK (kind NOT IN ('correction', 'reversal') OR supersedes IS NOT NULL),
    CHECK (kind <> 'erasure' OR person IS NOT NULL)
) STRICT;

CREATE INDEX entry_person ON entry (person) WHERE person IS NOT NULL;
CREATE INDEX entry_erasure ON entry (person) WHERE kind = 'erasure';
CREATE INDEX entry_key ON entry (seq) WHERE kind = 'opened' OR kind = 'key_change';
CREATE INDEX entry_witnessed ON entry (json_extract(body, '$.checkpoint.origin'))
WHERE kind = 'evidence_received';
CREATE INDEX entry_supersedes ON entry (supersedes) WHERE supersedes IS NOT NULL;

-- Complete subtrees above the leaves: (level, idx) covers entries idx * 2^level to (idx + 1) * 2^level - 1.
CREATE TABLE node (
    level INTEGER NOT NULL CHECK (level > 0),
    idx INTEGER NOT NULL CHECK (idx >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

-- Personal data, encrypted; the entry's body holds the hash of nonce and ciphertext.
CREATE TABLE payload (
    seq INTEGER NOT NULL REFERENCES entry (seq),
    name TEXT NOT NULL CHECK (name <> '' AND name NOT GLOB '*[^a-z0-9_]*'),
    nonce BLOB NOT NULL CHECK (length(nonce) = 12),
    ciphertext BLOB NOT NULL,
    PRIMARY KEY (seq, name)
) STRICT;

-- Texts of the law and of the program, under their SHA-256.
CREATE TABLE blob (
    hash TEXT PRIMARY KEY CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'),
    data BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY CHECK (size > 0),
    note TEXT NOT NULL
) STRICT;

CREATE TABLE cosignature (
    size INTEGER NOT NULL REFERENCES checkpoint (size),
    line TEXT NOT NULL,
    PRIMARY KEY (size, line)
) STRICT;

-- Guards against accidents and faulty programs. The owner of the file can drop them: `verify` then says so.
CREATE TRIGGER entry_next BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM entry)
BEGIN SELECT RAISE(ABORT, 'ledger: an entry may only be added at the end'); END;
CREATE TRIGGER entry_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'ledger: an entry is never edited'); END;
CREATE TRIGGER entry_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'ledger: an entry is never deleted'); END;

CREATE TRIGGER node_insert BEFORE INSERT ON node
WHEN EXISTS (SELECT 1 FROM node WHERE level = NEW.level AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'ledger: a node is never replaced'); END;
CREATE TRIGGER node_update BEFORE UPDATE ON node
BEGIN SELECT RAISE(ABORT, 'ledger: a node is never edited'); END;
CREATE TRIGGER node_delete BEFORE DELETE ON node
BEGIN SELECT RAISE(ABORT, 'ledger: a node is never deleted'); END;

CREATE TRIGGER payload_insert BEFORE INSERT ON payload
WHEN NEW.seq IS NOT (SELECT max(seq) FROM entry)
    OR EXISTS (SELECT 1 FROM payload WHERE seq = NEW.seq AND name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'ledger: sealed data is only added with its entry'); END;
CREATE TRIGGER payload_update BEFORE UPDATE ON payload
BEGIN SELECT RAISE(ABORT, 'ledger: sealed data is never edited'); END;
CREATE TRIGGER payload_delete BEFORE DELETE ON payload
WHEN NOT EXISTS (
    SELECT 1 FROM entry AS erasure JOIN entry AS sealed ON sealed.seq = OLD.seq
    WHERE erasure.kind = 'erasure'
        AND erasure.person = json_extract(sealed.body, '$.sealed.' || OLD.name || '.person'))
BEGIN SELECT RAISE(ABORT, 'ledger: sealed data is only deleted after an erasure entry'); END;

CREATE TRIGGER blob_insert BEFORE INSERT ON blob
WHEN EXISTS (SELECT 1 FROM blob WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'ledger: a stored text is never replaced'); END;
CREATE TRIGGER blob_update BEFORE UPDATE ON blob
BEGIN SELECT RAISE(ABORT, 'ledger: a stored text is never edited'); END;
CREATE TRIGGER blob_delete BEFORE DELETE ON blob
BEGIN SELECT RAISE(ABORT, 'ledger: a stored text is never deleted'); END;

CREATE TRIGGER checkpoint_insert BEFORE INSERT ON checkpoint
WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'ledger: a checkpoint is never replaced'); END;
CREATE TRIGGER checkpoint_update BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'ledger: a checkpoint is never edited'); END;
CREATE TRIGGER checkpoint_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'ledger: a checkpoint is never deleted'); END;
CREATE TRIGGER cosignature_update BEFORE UPDATE ON cosignature
BEGIN SELECT RAISE(ABORT, 'ledger: a cosignature is never edited'); END;
CREATE TRIGGER cosignature_delete BEFORE DELETE ON cosignature
BEGIN SELECT RAISE(ABORT, 'ledger: a cosignature is never deleted'); END;

-- For readers with Datasette or sqlite-utils; no personal data.
CREATE VIEW determinations AS
SELECT
    entry.seq AS entry,
    entry.at AS decided_at,
    entry.kind AS kind,
    json_extract(entry.body, '$.branch') AS branch,
    json_extract(entry.body, '$.corridor') AS corridor,
    json_extract(entry.body, '$.estimate') AS estimate,
    json_extract(entry.body, '$.engine') AS engine,
    entry.supersedes AS supersedes,
    (SELECT min(later.seq) FROM entry AS later WHERE later.supersedes = entry.seq) AS superseded_by
FROM entry WHERE entry.kind IN ('determination', 'correction');

CREATE VIEW outcomes AS
SELECT
    determinations.entry AS entry,
    determinations.decided_at AS decided_at,
    determinations.corridor AS corridor,
    json_extract(outcome.value, '$.scheme') AS scheme,
    json_extract(outcome.value, '$.status') AS status,
    json_extract(outcome.value, '$.route') AS route,
    determinations.superseded_by AS superseded_by
FROM determinations
JOIN entry ON entry.seq = determinations.entry, json_each(entry.body, '$.outcome') AS outcome;

CREATE VIEW rules_applied AS
SELECT entry.seq AS entry, entry.at AS decided_at, rule.key AS rule, rule.value AS hash,
    length(blob.data) AS bytes_stored
FROM entry, json_each(entry.body, '$.rules') AS rule
LEFT JOIN blob ON 'sha256:' || blob.hash = rule.value;

CREATE VIEW history AS
SELECT seq AS entry, at, kind, supersedes, lower(hex(chain)) AS hash FROM entry;
