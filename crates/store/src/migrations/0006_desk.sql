-- Schema 6: the secretary's desk (issue "The locum's session and the secretary's queue"): passages, standing instructions,
-- paper sheets, and what passes between two posts of one practice.

-- A standing instruction: acts that a practitioner lets the secretary bill by its name. `acts` is JSON. Ended, never changed.
CREATE TABLE instruction (
    id       INTEGER PRIMARY KEY,
    billing  TEXT NOT NULL,
    name     TEXT NOT NULL,
    acts     TEXT NOT NULL CHECK (json_valid(acts)),
    given_at TEXT NOT NULL,
    ended_at TEXT,
    entry    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX instruction_name ON instruction (billing, name) WHERE ended_at IS NULL;
CREATE TRIGGER instruction_keeps BEFORE UPDATE OF billing, name, acts, given_at ON instruction
BEGIN SELECT RAISE(ABORT, 'an instruction is ended, never changed'); END;

-- What the Vitale of a patient said when it was last read (JSON: the insured person and this beneficiary): without the card,
-- rights are those of the last passage, with their hour.
CREATE TABLE reading (
    patient INTEGER PRIMARY KEY REFERENCES patient (id),
    read_at TEXT NOT NULL,
    content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

-- A patient who came. `cotation` is the acts (JSON), from the practitioner or from an instruction; `note` is outside of all
-- that is sealed and signed.
CREATE TABLE passage (
    id          INTEGER PRIMARY KEY,
    billing     TEXT NOT NULL,
    replacement INTEGER REFERENCES replacement (number),
    patient     INTEGER NOT NULL REFERENCES patient (id),
    day         TEXT NOT NULL,
    arrived_at  TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('accueil', 'attend_carte', 'facture', 'papier', 'sans_suite')),
    cotation    TEXT CHECK (cotation IS NULL OR json_valid(cotation)),
    instruction INTEGER REFERENCES instruction (id),
    note        TEXT,
    document    INTEGER REFERENCES document (id),
    entry       INTEGER NOT NULL,
    CHECK (state <> 'facture' OR document IS NOT NULL),
    CHECK (instruction IS NULL OR cotation IS NOT NULL)
) STRICT;
CREATE INDEX passage_open ON passage (billing, id) WHERE state IN ('accueil', 'attend_carte');
CREATE INDEX passage_patient ON passage (patient, id);
CREATE INDEX passage_document ON passage (document) WHERE document IS NOT NULL;

-- What the card of a locum said when it activated its session: the secretary prepares for the pair with it. `content` is the
-- holder and the locum's own situation, as JSON.
CREATE TABLE locum_card (
    session INTEGER PRIMARY KEY REFERENCES replacement (number),
    serial  TEXT NOT NULL,
    read_at TEXT NOT NULL,
    content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

-- A paper sheet: of a degraded FSE, which it proves, or all there is where no usable CPS was there. `content` is what is
-- printed, as JSON.
CREATE TABLE paper (
    id          INTEGER PRIMARY KEY,
    billing     TEXT NOT NULL,
    replacement INTEGER REFERENCES replacement (number),
    document    INTEGER UNIQUE REFERENCES document (id),
    patient     INTEGER NOT NULL REFERENCES patient (id),
    act_date    TEXT NOT NULL,
    total       INTEGER NOT NULL,
    reason      TEXT NOT NULL CHECK (reason IN ('degrade', 'sans_carte', 'carte_inutilisable', 'sans_habilitation', 'rejet')),
    made_at     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('a_remettre', 'remise', 'postee', 'numerisee', 'annulee')),
    done_at     TEXT,
    entry       INTEGER NOT NULL,
    content     TEXT NOT NULL CHECK (json_valid(content)),
    CHECK ((state = 'a_remettre') = (done_at IS NULL))
) STRICT;
CREATE INDEX paper_open ON paper (billing, id) WHERE state = 'a_remettre';
CREATE TRIGGER paper_keeps BEFORE UPDATE OF billing, replacement, document, patient, act_date, total, reason, content ON paper
BEGIN SELECT RAISE(ABORT, 'a sheet says what it said when it was printed'); END;

-- A file of prepared FSE that left for another post, or came from one: each is taken in once. `content` is what left, so that a
-- file that was lost can be written again: it is the same one, and is taken in once all the same.
CREATE TABLE transfer (
    id      TEXT PRIMARY KEY,
    way     TEXT NOT NULL CHECK (way IN ('sortie', 'entree')),
    billing TEXT NOT NULL,
    at      TEXT NOT NULL,
    sha256  BLOB NOT NULL CHECK (length(sha256) = 32),
    entry   INTEGER NOT NULL,
    content BLOB,
    CHECK ((way = 'sortie') = (content IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- At which other post a prepared document is, by the file with which it left.
ALTER TABLE document ADD COLUMN away TEXT REFERENCES transfer (id);
