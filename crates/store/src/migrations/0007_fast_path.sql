-- Schema 7: what a window proposes (issue "The desk", 2): sets of acts by context, and accidents at work that go on.

-- The sets of acts of one billing number, all at once and in their order, as JSON: the first that fits is proposed.
CREATE TABLE act_sets (
    billing TEXT PRIMARY KEY,
    sets    TEXT NOT NULL CHECK (json_valid(sets)),
    entry   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An accident at work of a patient, by its number or by its day, and the caisse that answers for it where it is not the one of
-- the Vitale. It is proposed until it is consolidated.
CREATE TABLE accident (
    id              INTEGER PRIMARY KEY,
    patient         INTEGER NOT NULL REFERENCES patient (id),
    number          TEXT,
    happened_on     TEXT,
    organisme       TEXT CHECK (organisme IS NULL OR json_valid(organisme)),
    told_at         TEXT NOT NULL,
    consolidated_on TEXT,
    entry           INTEGER NOT NULL,
    CHECK (number IS NOT NULL OR happened_on IS NOT NULL)
) STRICT;
CREATE INDEX accident_open ON accident (patient, id) WHERE consolidated_on IS NULL;
CREATE TRIGGER accident_keeps BEFORE UPDATE OF patient, number, happened_on, organisme, told_at ON accident
BEGIN SELECT RAISE(ABORT, 'an accident is consolidated, never changed'); END;

-- What is owed is summed from the index alone.
DROP INDEX money_open;
CREATE INDEX money_open ON money (state, payer, document, due, paid) WHERE state NOT IN ('sans_objet', 'encaisse');

-- A list sorted by day or by amount comes out of an index.
CREATE INDEX document_day ON document (billing, act_date, id) WHERE number IS NOT NULL;
CREATE INDEX document_total ON document (billing, total, id) WHERE number IS NOT NULL;
