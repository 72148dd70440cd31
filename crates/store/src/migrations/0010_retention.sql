-- Schema 10: what is erased once its time is over, or on a person's demand (issue "Data that survives, and stays private", 5).

-- A document whose content is erased: what it said, its bytes, its signatures, its papers and its patient are gone; number,
-- days, amounts, lot, caisse and states stay. `rule` says why; the journal tells it in the same transaction.
CREATE TABLE erasure (
    document INTEGER PRIMARY KEY REFERENCES document (id),
    rule     TEXT NOT NULL CHECK (rule IN ('retention', 'demande')),
    at       TEXT NOT NULL,
    entry    INTEGER NOT NULL
) STRICT;
CREATE TRIGGER erasure_keeps BEFORE UPDATE ON erasure
BEGIN SELECT RAISE(ABORT, 'what is erased stays erased'); END;

-- The rows of patients who are erased: the journal names them for ever, so that none is ever given to somebody else.
CREATE TABLE forgotten (
    patient INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    entry   INTEGER NOT NULL
) STRICT;

-- Whom an erased document names: nobody. No search finds this row.
INSERT INTO patient (id, insured_nir, insured_key, birth_date, birth_rank, quality, family_name, given_name, seen_at)
VALUES (0, '0000000000000', 0, '0000-00-00', 0, 0, 'PATIENT', 'EFFACÉ', '1970-01-01T00:00:00.000000Z');

-- The bytes of a lot still never change, but for the records of a document that is erased: same length, same frame, same
-- head of the journal. What left with them (encrypted for the caisse) is emptied.
DROP TRIGGER IF EXISTS lot_keeps_its_bytes;
CREATE TRIGGER lot_keeps_its_bytes BEFORE UPDATE OF billing, number, identifier, bytes, head_seq, head_hash ON lot
WHEN NEW.billing IS NOT OLD.billing OR NEW.number IS NOT OLD.number OR NEW.identifier IS NOT OLD.identifier
     OR NEW.head_seq IS NOT OLD.head_seq OR NEW.head_hash IS NOT OLD.head_hash
     OR (NEW.bytes IS NOT OLD.bytes
         AND (length(NEW.bytes) <> length(OLD.bytes)
              OR NOT EXISTS (SELECT 1 FROM membership m JOIN erasure e ON e.document = m.document WHERE m.lot = OLD.id)))
BEGIN SELECT RAISE(ABORT, 'the bytes of a lot are made once'); END;

DROP TRIGGER IF EXISTS outbox_keeps;
CREATE TRIGGER outbox_keeps BEFORE UPDATE OF lot, sender, identifier, file, message, message_id ON outbox
WHEN NEW.lot IS NOT OLD.lot OR NEW.sender IS NOT OLD.sender OR NEW.identifier IS NOT OLD.identifier
     OR NEW.message_id IS NOT OLD.message_id
     OR ((NEW.file IS NOT OLD.file OR NEW.message IS NOT OLD.message)
         AND (length(NEW.file) > 0 OR length(NEW.message) > 0
              OR NOT EXISTS (SELECT 1 FROM membership m JOIN erasure e ON e.document = m.document WHERE m.lot = OLD.lot)))
BEGIN SELECT RAISE(ABORT, 'a file leaves as it was signed'); END;

DROP TRIGGER IF EXISTS scan_mail_keeps;
CREATE TRIGGER scan_mail_keeps BEFORE UPDATE OF lot, from_address, to_address, message_id, message ON scan_mail
WHEN NEW.lot IS NOT OLD.lot OR NEW.from_address IS NOT OLD.from_address OR NEW.to_address IS NOT OLD.to_address
     OR NEW.message_id IS NOT OLD.message_id
     OR (NEW.message IS NOT OLD.message
         AND (length(NEW.message) > 0
              OR NOT EXISTS (SELECT 1 FROM membership m JOIN erasure e ON e.document = m.document WHERE m.lot = OLD.lot)))
BEGIN SELECT RAISE(ABORT, 'a mail leaves as it was made'); END;

-- What the journal is asked for by itself: what was refused, one patient, one replacement session. In 500,000 FSE's worth of entries
-- each is rare.
CREATE INDEX journal_refused ON journal (seq) WHERE action = 'refus';
CREATE INDEX journal_patient ON journal (patient) WHERE patient IS NOT NULL;
CREATE INDEX journal_session ON journal (json_extract(payload, '$.session'))
WHERE json_extract(payload, '$.session') IS NOT NULL;

-- A patient is erased once nothing names them: each erasure looks, by itself and for the references, through both.
CREATE INDEX paper_patient ON paper (patient);
CREATE INDEX accident_patient ON accident (patient);
