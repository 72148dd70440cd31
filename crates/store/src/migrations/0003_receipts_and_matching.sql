-- Schema 3: cheques and their deposit slips, days that are closed, and receipts that say which cheque they came with.
-- Rules: product, "Recettes": a closed day changes only by a counter-entry, which stands on a day that is open.

-- A cheque in hand, or deposited. One cheque may settle several FSE: its amount is the sum of its receipts.
CREATE TABLE cheque (
    id      INTEGER PRIMARY KEY,
    billing TEXT NOT NULL,
    number  TEXT,
    bank    TEXT,
    day     TEXT NOT NULL,
    deposit INTEGER REFERENCES deposit (id),
    entry   INTEGER NOT NULL
) STRICT;
CREATE INDEX cheque_in_hand ON cheque (billing, id) WHERE deposit IS NULL;
CREATE INDEX cheque_deposit ON cheque (deposit) WHERE deposit IS NOT NULL;
CREATE TRIGGER cheque_is_deposited_once BEFORE UPDATE ON cheque
WHEN OLD.deposit IS NOT NULL OR NEW.billing IS NOT OLD.billing OR NEW.number IS NOT OLD.number
     OR NEW.bank IS NOT OLD.bank OR NEW.day IS NOT OLD.day
BEGIN SELECT RAISE(ABORT, 'a cheque is deposited once'); END;

-- A deposit slip (remise de chèques), numbered for each billing number.
CREATE TABLE deposit (
    id      INTEGER PRIMARY KEY,
    billing TEXT NOT NULL,
    number  INTEGER NOT NULL CHECK (number > 0),
    day     TEXT NOT NULL,
    amount  INTEGER NOT NULL CHECK (amount > 0),
    entry   INTEGER NOT NULL,
    UNIQUE (billing, number)
) STRICT;
CREATE TRIGGER deposit_keeps BEFORE UPDATE ON deposit
BEGIN SELECT RAISE(ABORT, 'a deposit slip is never changed'); END;

-- A day of receipts that is closed, with what it held.
CREATE TABLE closed_day (
    billing   TEXT NOT NULL,
    day       TEXT NOT NULL,
    closed_at TEXT NOT NULL,
    amount    INTEGER NOT NULL,
    entry     INTEGER NOT NULL,
    PRIMARY KEY (billing, day)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER closed_day_keeps BEFORE UPDATE ON closed_day
BEGIN SELECT RAISE(ABORT, 'a closed day stays closed'); END;
CREATE TRIGGER closed_day_stays BEFORE DELETE ON closed_day
BEGIN SELECT RAISE(ABORT, 'a closed day stays closed'); END;

ALTER TABLE receipt ADD COLUMN cheque INTEGER REFERENCES cheque (id);
CREATE INDEX receipt_cheque ON receipt (cheque) WHERE cheque IS NOT NULL;
CREATE TRIGGER receipt_on_an_open_day BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM closed_day WHERE billing = NEW.billing AND day = NEW.day)
BEGIN SELECT RAISE(ABORT, 'the day is closed'); END;

-- Cheques that stand as receipts alone until now get their row: nothing is known of them but the day.
INSERT INTO cheque (id, billing, day, entry)
SELECT id, billing, day, entry FROM receipt WHERE mode = 'cheque' AND reverses IS NULL;
DROP TRIGGER receipt_keeps;
UPDATE receipt SET cheque = id WHERE mode = 'cheque' AND reverses IS NULL;
UPDATE receipt SET cheque = reverses WHERE mode = 'cheque' AND reverses IS NOT NULL;
CREATE TRIGGER receipt_keeps BEFORE UPDATE ON receipt
BEGIN SELECT RAISE(ABORT, 'a receipt is undone by a counter-entry'); END;

-- Lines of payments that a person looks for.
CREATE INDEX payment_day ON payment (billing, paid_on, id);
