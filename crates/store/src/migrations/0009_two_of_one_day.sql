-- Two people of one birth date and rank under one insured person are two rows where both have a NIR of their own: twins whose card says
-- rank 1 of each, step-siblings. Until now the second was written over the first. The table is made anew: SQLite keeps a UNIQUE for ever.
CREATE TABLE patient_anew (
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
    seen_at     TEXT NOT NULL
) STRICT;
INSERT INTO patient_anew SELECT id, insured_nir, insured_key, own_nir, own_key, birth_date, birth_rank, quality,
                                family_name, given_name, seen_at FROM patient;
DROP TABLE patient;
ALTER TABLE patient_anew RENAME TO patient;
CREATE INDEX patient_name ON patient (family_name COLLATE NOCASE, given_name COLLATE NOCASE);
CREATE INDEX patient_own_nir ON patient (own_nir) WHERE own_nir IS NOT NULL;
-- As the caisses tell people apart, and by their own NIR where it is known.
CREATE UNIQUE INDEX patient_identity ON patient (insured_nir, birth_date, birth_rank, coalesce(own_nir, ''));
