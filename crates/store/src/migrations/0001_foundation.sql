-- Schema 1: claims, lots, the road and the money. Rules: design/architecture, "Claims, lots and what must survive".
--
-- State words are those of domain::state; amounts are centimes; moments are UTC text of fixed width, so that they sort;
-- civil dates are YYYY-MM-DD. `entry` names the journal entry that made the row: a truncated journal shows on it. It is
-- no foreign key: the entry is written last in its transaction, and a deferred key would search every table for it.
-- Blobs stand last in their row, or in a table of their own, so that the lists never read them.

-- The journal: append-only, hash-chained. Subjects are references (numbers, identifiers, row ids), never names.
CREATE TABLE journal (
    seq     INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    role    TEXT NOT NULL,
    action  TEXT NOT NULL,
    fse     TEXT,
    lot     TEXT,
    patient INTEGER,
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    prev    BLOB NOT NULL CHECK (length(prev) = 32),
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX journal_fse ON journal (fse) WHERE fse IS NOT NULL;
CREATE INDEX journal_lot ON journal (lot) WHERE lot IS NOT NULL;

-- Also stops INSERT OR REPLACE, which would replace a row without an UPDATE.
CREATE TRIGGER journal_appends BEFORE INSERT ON journal
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
BEGIN SELECT RAISE(ABORT, 'the journal only grows at its end'); END;
CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is never shortened'); END;

-- Settings, secrets among them: the file is encrypted, the journal holds the key of a change and never its value.
CREATE TABLE config (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Moments that screens tell and that change nothing ("retours lus jusqu'à"); not journaled.
CREATE TABLE mark (
    name TEXT PRIMARY KEY,
    at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The last number given, in the series of one billing number.
CREATE TABLE counter (
    billing TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('fse', 'dre', 'lot')),
    last    INTEGER NOT NULL CHECK (last >= 0),
    PRIMARY KEY (billing, kind)
) STRICT, WITHOUT ROWID;

-- A beneficiary, as the caisses tell people apart: NIR of the insured, birth date as read, rang gémellaire.
CREATE TABLE patient (
    id          INTEGER PRIMARY KEY,
    insured_nir TEXT NOT NULL,
    insured_key INTEGER NOT NULL,
    own_nir     TEXT,
    own_key     INTEGER,
    birth_date  TEXT NOT NULL,
    birth_rank  INTEGER NOT NULL,
    quality     INTEGER NOT NULL,
    family_name TEXT NOT NULL,
    given_name  TEXT NOT NULL,
    seen_at     TEXT NOT NULL,
    UNIQUE (insured_nir, birth_date, birth_rank)
) STRICT;
CREATE INDEX patient_name ON patient (family_name COLLATE NOCASE, given_name COLLATE NOCASE);
CREATE INDEX patient_own_nir ON patient (own_nir) WHERE own_nir IS NOT NULL;

-- An FSE or a DRE. What lists show stands here, what it says and its bytes stand in `body`.
CREATE TABLE document (
    id              INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL CHECK (kind IN ('fse', 'dre')),
    state           TEXT NOT NULL
                    CHECK (state IN ('brouillon', 'preparee', 'signee_patient', 'signee', 'annulee')),
    billing         TEXT NOT NULL,
    number          INTEGER CHECK (number BETWEEN 1 AND 999999999),
    mode            INTEGER NOT NULL CHECK (mode BETWEEN 0 AND 5),
    regime          TEXT,
    caisse          TEXT,
    patient         INTEGER REFERENCES patient (id),
    drawn_up        TEXT NOT NULL,
    act_date        TEXT NOT NULL,
    total           INTEGER NOT NULL,
    third_party_amo INTEGER NOT NULL CHECK (third_party_amo IN (0, 1)),
    third_party_amc INTEGER NOT NULL CHECK (third_party_amc IN (0, 1)),
    corrects        INTEGER REFERENCES document (id),
    locum           TEXT,
    -- The one live membership, kept by the triggers below: "free" is then an index, not a search.
    live            INTEGER REFERENCES membership (id),
    entry           INTEGER NOT NULL,
    created_at      TEXT NOT NULL,
    signed_at       TEXT,
    cancelled_at    TEXT,
    UNIQUE (billing, kind, number),
    CHECK (state = 'brouillon'
           OR (number IS NOT NULL AND regime IS NOT NULL AND caisse IS NOT NULL AND patient IS NOT NULL))
) STRICT;
CREATE INDEX document_free ON document (billing, id) WHERE state = 'signee' AND live IS NULL;
CREATE INDEX document_unsigned ON document (state, id) WHERE state IN ('brouillon', 'preparee', 'signee_patient');
CREATE INDEX document_act_date ON document (act_date, id);
CREATE INDEX document_patient ON document (patient, act_date);
CREATE INDEX document_corrects ON document (corrects) WHERE corrects IS NOT NULL;

CREATE TRIGGER document_keeps_its_number BEFORE UPDATE OF kind, billing, number ON document
WHEN OLD.number IS NOT NULL
     AND (NEW.kind IS NOT OLD.kind OR NEW.billing IS NOT OLD.billing OR NEW.number IS NOT OLD.number)
BEGIN SELECT RAISE(ABORT, 'a number stays with its document'); END;

-- What a document says, and its bytes: made once, never changed.
CREATE TABLE body (
    document INTEGER PRIMARY KEY REFERENCES document (id),
    content  TEXT NOT NULL CHECK (json_valid(content)),
    bytes    BLOB
) STRICT;
CREATE TRIGGER body_keeps BEFORE UPDATE ON body WHEN OLD.bytes IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the bytes of a document are made once'); END;

-- Detached CMS over the bytes of a document.
CREATE TABLE signature (
    document INTEGER NOT NULL REFERENCES document (id),
    signer   TEXT NOT NULL CHECK (signer IN ('vitale', 'cps')),
    at       TEXT NOT NULL,
    cms      BLOB NOT NULL,
    PRIMARY KEY (document, signer)
) STRICT;
CREATE TRIGGER signature_keeps BEFORE UPDATE ON signature
BEGIN SELECT RAISE(ABORT, 'a signature is never changed'); END;

-- A lot. `head_seq` and `head_hash` are the journal's end before the seal, `entry` is the seal's own entry.
-- The identifier of its file is unique for the whole store, which is more than per sender: it names the lot.
CREATE TABLE lot (
    id           INTEGER PRIMARY KEY,
    billing      TEXT NOT NULL,
    number       INTEGER NOT NULL CHECK (number BETWEEN 1 AND 999),
    identifier   TEXT NOT NULL UNIQUE CHECK (length(identifier) = 6),
    mode         INTEGER NOT NULL CHECK (mode BETWEEN 0 AND 5),
    regime       TEXT NOT NULL,
    caisse       TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('scelle', 'signe', 'dissous')),
    head_seq     INTEGER NOT NULL CHECK (head_seq >= 0),
    head_hash    BLOB NOT NULL CHECK (length(head_hash) = 32),
    entry        INTEGER NOT NULL,
    sealed_at    TEXT NOT NULL,
    signed_at    TEXT,
    dissolved_at TEXT,
    cms          BLOB,
    bytes        BLOB NOT NULL
) STRICT;
CREATE INDEX lot_sealed ON lot (id) WHERE state = 'scelle';
CREATE INDEX lot_billing ON lot (billing, id);
CREATE TRIGGER lot_keeps_its_bytes BEFORE UPDATE OF billing, number, identifier, bytes, head_seq, head_hash ON lot
BEGIN SELECT RAISE(ABORT, 'the bytes of a lot are made once'); END;

-- A document in a lot: many over time, one live.
CREATE TABLE membership (
    id       INTEGER PRIMARY KEY,
    lot      INTEGER NOT NULL REFERENCES lot (id),
    document INTEGER NOT NULL REFERENCES document (id),
    position INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN
             ('en_lot', 'en_fichier', 'transmise', 'non_confirmee', 'recue', 'refusee', 'retiree')),
    UNIQUE (lot, document),
    UNIQUE (lot, position)
) STRICT;
CREATE UNIQUE INDEX membership_one_live ON membership (document)
    WHERE state IN ('en_lot', 'en_fichier', 'transmise', 'non_confirmee', 'recue');
CREATE INDEX membership_document ON membership (document, id);
CREATE INDEX membership_state ON membership (state, lot);
CREATE TRIGGER membership_begins AFTER INSERT ON membership
BEGIN UPDATE document SET live = NEW.id WHERE id = NEW.document; END;
CREATE TRIGGER membership_ends AFTER UPDATE OF state ON membership WHEN NEW.state IN ('refusee', 'retiree')
BEGIN UPDATE document SET live = NULL WHERE id = NEW.document AND live = NEW.id; END;

-- A file ready to leave: everything the post needs, exactly as it will leave.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY,
    lot          INTEGER NOT NULL UNIQUE REFERENCES lot (id),
    sender       TEXT NOT NULL,
    identifier   TEXT NOT NULL,
    regime       TEXT NOT NULL,
    caisse       TEXT NOT NULL,
    from_address TEXT NOT NULL,
    to_address   TEXT NOT NULL,
    message_id   TEXT NOT NULL UNIQUE,
    -- When the post took the file, or may have taken it, for the last time.
    sent_at      TEXT,
    entry        INTEGER NOT NULL,
    file         BLOB NOT NULL,
    message      BLOB NOT NULL,
    UNIQUE (sender, identifier)
) STRICT;
CREATE TRIGGER outbox_keeps BEFORE UPDATE OF lot, sender, identifier, file, message, message_id ON outbox
BEGIN SELECT RAISE(ABORT, 'a file leaves as it was signed'); END;

-- One try to send a file. `phase` is on disk before the step it names touches the network.
CREATE TABLE attempt (
    id       INTEGER PRIMARY KEY,
    outbox   INTEGER NOT NULL REFERENCES outbox (id),
    began_at TEXT NOT NULL,
    phase    TEXT CHECK (phase IN ('connect', 'auth', 'mail', 'rcpt', 'data', 'dot')),
    phase_at TEXT,
    ended_at TEXT,
    outcome  TEXT CHECK (outcome IN ('acceptee', 'echec', 'non_confirmee', 'interrompue')),
    detail   TEXT,
    entry    INTEGER NOT NULL,
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX attempt_one_open ON attempt (outbox) WHERE outcome IS NULL;
CREATE INDEX attempt_outbox ON attempt (outbox, id);

-- What came back, exactly as received, believed or not. A `uidl` of NULL is a name that the server gave away again.
CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY,
    mailbox     TEXT NOT NULL,
    uidl        TEXT,
    sha256      BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    received_at TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('arl', 'rejets', 'paiement', 'inconnu')),
    status      TEXT NOT NULL CHECK (status IN ('applique', 'sans_suite', 'inconnu')),
    note        TEXT,
    content     TEXT CHECK (content IS NULL OR json_valid(content)),
    entry       INTEGER NOT NULL,
    raw         BLOB NOT NULL,
    UNIQUE (mailbox, uidl)
) STRICT;
CREATE INDEX inbox_received ON inbox (received_at, id);
CREATE TRIGGER inbox_keeps BEFORE UPDATE OF sha256, raw, content ON inbox
BEGIN SELECT RAISE(ABORT, 'a return is kept as it came'); END;

-- What one payer owes for one document.
CREATE TABLE money (
    document   INTEGER NOT NULL REFERENCES document (id),
    payer      TEXT NOT NULL CHECK (payer IN ('patient', 'amo', 'amc')),
    due        INTEGER NOT NULL CHECK (due >= 0),
    paid       INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN
               ('sans_objet', 'attendu', 'encaisse', 'partiel', 'rejete', 'anomalie', 'abandonne')),
    -- The patient's last word on how it is settled, "plus tard" and "gratuit" included.
    settlement TEXT CHECK (settlement IN ('carte', 'cheque', 'especes', 'virement', 'plus_tard', 'gratuit')),
    PRIMARY KEY (document, payer),
    CHECK (state <> 'sans_objet' OR (due = 0 AND paid = 0)),
    CHECK (settlement IS NULL OR payer = 'patient')
) STRICT, WITHOUT ROWID;
CREATE INDEX money_open ON money (state, payer, document) WHERE state NOT IN ('sans_objet', 'encaisse');

-- Money received at the desk. Never changed: a counter-entry (`reverses`, negative) undoes one.
CREATE TABLE receipt (
    id       INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document (id),
    billing  TEXT NOT NULL,
    mode     TEXT NOT NULL CHECK (mode IN ('carte', 'cheque', 'especes', 'virement')),
    amount   INTEGER NOT NULL CHECK ((amount > 0) = (reverses IS NULL) AND amount <> 0),
    at       TEXT NOT NULL,
    day      TEXT NOT NULL,
    reverses INTEGER UNIQUE REFERENCES receipt (id),
    entry    INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_document ON receipt (document);
CREATE INDEX receipt_day ON receipt (billing, day, mode);
CREATE TRIGGER receipt_keeps BEFORE UPDATE ON receipt
BEGIN SELECT RAISE(ABORT, 'a receipt is undone by a counter-entry'); END;

-- A transfer by a caisse or an insurer; its reference is unique for the payer.
CREATE TABLE payment (
    id        INTEGER PRIMARY KEY,
    inbox     INTEGER NOT NULL REFERENCES inbox (id),
    billing   TEXT NOT NULL,
    regime    TEXT NOT NULL,
    caisse    TEXT NOT NULL,
    reference TEXT NOT NULL,
    paid_on   TEXT NOT NULL,
    UNIQUE (billing, regime, caisse, reference)
) STRICT;
CREATE INDEX payment_inbox ON payment (inbox);

-- What a transfer pays. `fse` as the payer wrote it; `document` NULL: not matched.
CREATE TABLE payment_line (
    payment  INTEGER NOT NULL REFERENCES payment (id),
    position INTEGER NOT NULL,
    fse      TEXT NOT NULL,
    payer    TEXT NOT NULL CHECK (payer IN ('patient', 'amo', 'amc')),
    amount   INTEGER NOT NULL,
    document INTEGER REFERENCES document (id),
    PRIMARY KEY (payment, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_line_document ON payment_line (document) WHERE document IS NOT NULL;
CREATE INDEX payment_line_unmatched ON payment_line (payment) WHERE document IS NULL;

-- The reject of one document by the caisse that received its lot.
CREATE TABLE reject (
    id          INTEGER PRIMARY KEY,
    inbox       INTEGER NOT NULL REFERENCES inbox (id),
    document    INTEGER NOT NULL REFERENCES document (id),
    lot         INTEGER NOT NULL REFERENCES lot (id),
    code        TEXT NOT NULL,
    label       TEXT NOT NULL,
    rejected_on TEXT NOT NULL,
    UNIQUE (document, lot)
) STRICT;
CREATE INDEX reject_lot ON reject (lot);
