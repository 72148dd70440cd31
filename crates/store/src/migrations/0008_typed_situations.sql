-- Schema 8: what the holder of a card typed of a billing situation, where the card keeps its own in a format that is not public
-- (issue "Every card", 1).

-- `person` is the national number of the holder (`rpps/…`), or their card (`carte/…`) where it bears none: a renewed card finds
-- it again. `content` is the situation, as JSON. Typed again, it takes the place of what was typed before.
CREATE TABLE typed_situation (
    person    TEXT NOT NULL,
    situation INTEGER NOT NULL CHECK (situation BETWEEN 1 AND 16),
    typed_at  TEXT NOT NULL,
    content   TEXT NOT NULL CHECK (json_valid(content)),
    entry     INTEGER NOT NULL,
    PRIMARY KEY (person, situation)
) STRICT, WITHOUT ROWID;
