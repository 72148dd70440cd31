-- Schema 4: the complementary part (DRE, mutuelle card), scanned documents, the other messages of a mailbox, and what a
-- cheque is worth on paper. `inbox` is rebuilt for its wider CHECK: the migration runs with foreign keys off and the
-- whole file is checked before it is kept (sqlite.org/lang_altertable, section 7).

-- A DRE belongs to the FSE whose acts it tells to the complementary insurer.
ALTER TABLE document ADD COLUMN of_fse INTEGER REFERENCES document (id);
-- A DRE that is taken back, or whose insurer rejected it: nothing more is asked of the insurer, the patient owes its part.
ALTER TABLE document ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0 CHECK (given_up IN (0, 1));
CREATE INDEX document_of_fse ON document (of_fse) WHERE of_fse IS NOT NULL;

-- The mutuelle card of a patient as somebody read or typed it. The last row is the one that counts; the others stay.
CREATE TABLE mutuelle (
    id          INTEGER PRIMARY KEY,
    patient     INTEGER NOT NULL REFERENCES patient (id),
    number      TEXT NOT NULL,
    member      TEXT NOT NULL,
    convention  TEXT NOT NULL,
    valid_from  TEXT,
    valid_until TEXT,
    seen_on     TEXT NOT NULL,
    entry       INTEGER NOT NULL
) STRICT;
CREATE INDEX mutuelle_patient ON mutuelle (patient, id);
CREATE TRIGGER mutuelle_keeps BEFORE UPDATE ON mutuelle
BEGIN SELECT RAISE(ABORT, 'a mutuelle card seen again is a new row'); END;

-- A scanned document (SCOR) of an FSE. It leaves with the lot that holds the FSE, in a mail of its own.
CREATE TABLE attachment (
    id       INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document (id),
    kind     TEXT NOT NULL CHECK (kind IN ('ordonnance', 'feuille_de_soins', 'autre')),
    media    TEXT NOT NULL CHECK (media IN ('pdf', 'tiff')),
    sha256   BLOB NOT NULL CHECK (length(sha256) = 32),
    added_at TEXT NOT NULL,
    entry    INTEGER NOT NULL,
    bytes    BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND 250000),
    UNIQUE (document, sha256)
) STRICT;
CREATE INDEX attachment_document ON attachment (document, id);
CREATE TRIGGER attachment_keeps BEFORE UPDATE ON attachment
BEGIN SELECT RAISE(ABORT, 'a scanned document is never changed'); END;

-- The mail that carries the scanned documents of a lot. `phase` is on disk before the step it names touches the network.
CREATE TABLE scan_mail (
    id           INTEGER PRIMARY KEY,
    lot          INTEGER NOT NULL UNIQUE REFERENCES lot (id),
    state        TEXT NOT NULL CHECK (state IN ('a_envoyer', 'envoi', 'transmise', 'non_confirmee')),
    phase        TEXT CHECK (phase IN ('connect', 'auth', 'mail', 'rcpt', 'data', 'dot')),
    from_address TEXT NOT NULL,
    to_address   TEXT NOT NULL,
    message_id   TEXT NOT NULL UNIQUE,
    sent_at      TEXT,
    entry        INTEGER NOT NULL,
    message      BLOB NOT NULL
) STRICT;
CREATE INDEX scan_mail_open ON scan_mail (state, id) WHERE state <> 'transmise';
CREATE TRIGGER scan_mail_keeps BEFORE UPDATE OF lot, from_address, to_address, message_id, message ON scan_mail
BEGIN SELECT RAISE(ABORT, 'a mail leaves as it was made'); END;

-- What a cheque says, whatever becomes of the FSE it settles, and what it counted for on its slip.
ALTER TABLE cheque ADD COLUMN face INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER cheque_is_deposited_once;
-- The most that its receipts ever stood for: what went back to a patient since is still written on it.
UPDATE cheque SET face = coalesce((SELECT max(stood) FROM (
    SELECT sum(r.amount) OVER (ORDER BY r.id) AS stood FROM receipt r WHERE r.cheque = cheque.id)), 0);
CREATE TRIGGER cheque_is_deposited_once BEFORE UPDATE ON cheque
WHEN OLD.deposit IS NOT NULL OR NEW.billing IS NOT OLD.billing OR NEW.number IS NOT OLD.number
     OR NEW.bank IS NOT OLD.bank OR NEW.day IS NOT OLD.day
BEGIN SELECT RAISE(ABORT, 'a cheque is deposited once'); END;

CREATE TABLE inbox_4 (
    id          INTEGER PRIMARY KEY,
    mailbox     TEXT NOT NULL,
    uidl        TEXT,
    sha256      BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    received_at TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN
                ('arl', 'rejets', 'paiement', 'signalement', 'service', 'non_remise', 'inconnu')),
    status      TEXT NOT NULL CHECK (status IN ('applique', 'sans_suite', 'inconnu')),
    note        TEXT,
    content     TEXT CHECK (content IS NULL OR json_valid(content)),
    entry       INTEGER NOT NULL,
    raw         BLOB NOT NULL,
    UNIQUE (mailbox, uidl)
) STRICT;
INSERT INTO inbox_4 (id, mailbox, uidl, sha256, received_at, kind, status, note, content, entry, raw)
SELECT id, mailbox, uidl, sha256, received_at, kind, status, note, content, entry, raw FROM inbox;
DROP TABLE inbox;
ALTER TABLE inbox_4 RENAME TO inbox;
CREATE INDEX inbox_received ON inbox (received_at, id);
CREATE TRIGGER inbox_keeps BEFORE UPDATE OF sha256, raw, content ON inbox
WHEN NEW.sha256 IS NOT OLD.sha256 OR NEW.raw IS NOT OLD.raw
     OR (OLD.content IS NOT NULL AND NEW.content IS NOT OLD.content)
BEGIN SELECT RAISE(ABORT, 'a return is kept as it came'); END;

-- For screens over 500,000 FSE. One practitioner's documents, the newest first.
CREATE INDEX document_billing ON document (billing, id) WHERE number IS NOT NULL;

-- "Corrected by a live one", answered from the index alone.
DROP INDEX document_corrects;
CREATE INDEX document_corrects ON document (corrects, state, billing, number) WHERE corrects IS NOT NULL;

-- Messages that nobody could read, and files refused as a whole: looked at before each sealing.
CREATE INDEX inbox_unknown ON inbox (id) WHERE kind = 'inconnu';
CREATE INDEX inbox_notes ON inbox (id) WHERE kind IN ('signalement', 'service', 'non_remise', 'inconnu');
CREATE INDEX inbox_refused ON inbox (id)
    WHERE kind = 'arl' AND status = 'applique' AND json_extract(content, '$.refused') IS NOT NULL;
