-- Schema 5: replacements (issue "The locum's session"), what practitioners' cards said, and the erasing of both.

-- A replacement session. `content` is what the replaced doctor sealed, byte for byte, `cms` the seal. Both are NULL once they
-- are erased: the numbers that FSE bear anyway, and the days, stay.
CREATE TABLE replacement (
    number     INTEGER PRIMARY KEY,
    billing    TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('ouverte', 'preparee', 'suspendue', 'close', 'effacee')),
    recurring  INTEGER NOT NULL CHECK (recurring IN (0, 1)),
    first_day  TEXT NOT NULL,
    last_day   TEXT NOT NULL,
    opened_at  TEXT NOT NULL,
    closed_at  TEXT,
    -- What the last rehearsal found, as JSON.
    rehearsal  TEXT CHECK (rehearsal IS NULL OR json_valid(rehearsal)),
    entry      INTEGER NOT NULL,
    content    BLOB,
    cms        BLOB,
    CHECK ((content IS NULL) = (state = 'effacee')),
    CHECK (state IN ('ouverte', 'effacee') OR cms IS NOT NULL)
) STRICT;
CREATE INDEX replacement_open ON replacement (billing) WHERE state IN ('ouverte', 'preparee', 'suspendue');
CREATE TRIGGER replacement_keeps BEFORE UPDATE OF content, cms ON replacement
WHEN OLD.cms IS NOT NULL AND NEW.content IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a sealed session never changes'); END;

-- Under which session a document was made.
ALTER TABLE document ADD COLUMN replacement INTEGER REFERENCES replacement (number);
CREATE INDEX document_replacement ON document (replacement, id) WHERE replacement IS NOT NULL;

-- FSE of a closed session that its locum may take up again, to correct them after a reject.
CREATE TABLE reopened (
    document    INTEGER PRIMARY KEY REFERENCES document (id),
    replacement INTEGER NOT NULL REFERENCES replacement (number),
    at          TEXT NOT NULL,
    entry       INTEGER NOT NULL
) STRICT;

-- What the card of a practitioner said when it was last read: a secretary prepares with it (désynchronisé). `content` is the
-- holder and the situation, as JSON.
CREATE TABLE practitioner (
    billing   TEXT NOT NULL,
    situation INTEGER NOT NULL,
    serial    TEXT NOT NULL,
    read_at   TEXT NOT NULL,
    content   TEXT NOT NULL CHECK (json_valid(content)),
    PRIMARY KEY (billing, situation)
) STRICT, WITHOUT ROWID;

-- An FSE that waits for its CPS and was returned to the secretary, with a word.
CREATE TABLE sent_back (
    document INTEGER PRIMARY KEY REFERENCES document (id),
    word     TEXT NOT NULL,
    at       TEXT NOT NULL,
    entry    INTEGER NOT NULL
) STRICT;
