-- The rows of a practice of many years, made by SQL alone: `size.fse` FSE in lots of fifty, over ten years.
-- For benchmarks only: signatures, bytes and mails are filler, shorter than real ones; they stand at the ends of their rows
-- or in tables of their own, on pages that no list reads. The journal is left empty: no screen reads it.
-- One FSE in twenty is another practitioner's; half are under tiers payant; one in fifty was rejected, and all but one in
-- twenty of those corrected; one in a hundred is owed by the patient; one lot in five hundred was refused and made again.

CREATE TEMP TABLE own AS
WITH RECURSIVE count (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < (SELECT fse FROM size))
SELECT i,
       CASE WHEN (i - 1) / 100 % 20 = 9 THEN '991010331' ELSE '991010117' END AS billing,
       CASE WHEN (i - 1) / 100 % 20 = 9 THEN (i - 1) / 2000 * 100 + (i - 1) % 100 + 1
            ELSE i - ((i - 1) / 100 + 10) / 20 * 100 END AS number,
       date('2026-01-14', '-' || (((SELECT fse FROM size) - i) * 3650 / (SELECT fse FROM size)) || ' days') AS day,
       i % 2 = 0 AS tiers,
       i % 50 = 14 AS rejected,
       (i - 1) / 50 + 1 AS lot,
       (SELECT fse FROM size) - i AS from_end
FROM count;

INSERT INTO patient (id, insured_nir, insured_key, birth_date, birth_rank, quality, family_name, given_name, seen_at)
SELECT i, printf('2840578%06d', i), 0, '1984-05-02', 1, 0, 'INVENTEE' || i, 'CLAIRE', '2026-01-14T08:00:00.000000Z'
FROM own WHERE i <= (SELECT fse / 40 FROM size);

INSERT INTO document (id, kind, state, billing, number, mode, regime, caisse, patient, drawn_up, act_date, total,
                      third_party_amo, third_party_amc, corrects, entry, created_at, signed_at)
SELECT i, 'fse', 'signee', billing, number, 3, '01', '751', 1 + i * 7 % (SELECT fse / 40 FROM size), day, day, 3000, tiers, 0,
       CASE WHEN i % 50 = 15 AND i % 1000 <> 15 THEN i - 1 END, 1, day || 'T08:00:00.000000Z', day || 'T08:01:00.000000Z'
FROM own;
INSERT INTO counter (billing, kind, last) SELECT billing, 'fse', max(number) FROM own GROUP BY billing;
INSERT INTO body (document, content, bytes) SELECT i, '{"filler":"' || hex(zeroblob(300)) || '"}', zeroblob(600) FROM own;
INSERT INTO signature (document, signer, at, cms) SELECT i, 'cps', day, zeroblob(300) FROM own;
INSERT INTO signature (document, signer, at, cms) SELECT i, 'vitale', day, zeroblob(300) FROM own;

-- The last hundred FSE are in no lot yet. A refused lot has its own number and identifier.
INSERT INTO lot (id, billing, number, identifier, mode, regime, caisse, state, head_seq, head_hash, entry, sealed_at,
                 signed_at, cms, bytes)
SELECT lot, billing, 1 + lot % 999, printf('%06d', lot), 3, '01', '751', 'signe', 0, zeroblob(32), 1,
       day || 'T18:00:00.000000Z', day || 'T18:00:00.000000Z', zeroblob(2000), zeroblob(4000)
FROM own WHERE i % 50 = 1 AND from_end >= 100;
INSERT INTO lot (id, billing, number, identifier, mode, regime, caisse, state, head_seq, head_hash, entry, sealed_at,
                 signed_at, cms, bytes)
SELECT 1000000 + id, billing, number, printf('R%05d', id), mode, regime, caisse, state, head_seq, head_hash, entry,
       sealed_at, signed_at, cms, bytes
FROM lot WHERE id % 500 = 7;
INSERT INTO membership (id, lot, document, position, state)
SELECT 10000000 + i, 1000000 + lot, i, i % 50, 'refusee' FROM own WHERE lot % 500 = 7;
INSERT INTO membership (id, lot, document, position, state)
SELECT i, lot, i, i % 50,
       CASE WHEN from_end < 150 THEN 'en_fichier' WHEN from_end < 200 THEN 'non_confirmee'
            WHEN from_end < 1000 THEN 'transmise' ELSE 'recue' END
FROM own WHERE from_end >= 100;
INSERT INTO outbox (lot, sender, identifier, regime, caisse, from_address, to_address, message_id, sent_at, entry, file,
                    message)
SELECT id, billing, identifier, '01', '751', 'dr.test@cabinet.test', '01751@751.01.rss.test', identifier || '@cabinet.test',
       sealed_at, 1, zeroblob(3000), zeroblob(6000)
FROM lot;

INSERT INTO money (document, payer, due, paid, state, settlement)
SELECT i, 'patient', due, CASE state WHEN 'attendu' THEN 0 WHEN 'partiel' THEN 400 ELSE due END, state,
       CASE state WHEN 'attendu' THEN 'plus_tard' ELSE 'especes' END
FROM (SELECT i, CASE tiers WHEN 1 THEN 900 ELSE 3000 END AS due,
             CASE WHEN i % 100 = 1 THEN 'attendu' WHEN i % 1000 = 2 THEN 'partiel' ELSE 'encaisse' END AS state
      FROM own);
INSERT INTO money (document, payer, due, paid, state)
SELECT i, 'amo', tiers * 2100, CASE state WHEN 'encaisse' THEN 2100 ELSE 0 END, state
FROM (SELECT i, tiers, CASE WHEN NOT tiers THEN 'sans_objet' WHEN rejected THEN 'rejete' WHEN from_end < 2000 THEN 'attendu'
                            ELSE 'encaisse' END AS state
      FROM own);
INSERT INTO money (document, payer, due, paid, state) SELECT i, 'amc', 0, 0, 'sans_objet' FROM own;

INSERT INTO deposit (id, billing, number, day, amount, entry)
SELECT i, '991010117', i, '2026-01-14', 3000, 1 FROM own WHERE i <= 200;
INSERT INTO cheque (id, billing, number, bank, day, deposit, entry, face)
SELECT i, billing, i, 'BANQUE', day, CASE WHEN from_end >= 400 THEN 1 + i % 200 END, 1,
       CASE tiers WHEN 1 THEN 900 ELSE 3000 END
FROM own WHERE i % 4 = 3;
INSERT INTO receipt (id, document, billing, mode, amount, at, day, cheque, entry)
SELECT i, i, billing, CASE i % 4 WHEN 0 THEN 'carte' WHEN 1 THEN 'virement' WHEN 2 THEN 'especes' ELSE 'cheque' END,
       CASE tiers WHEN 1 THEN 900 ELSE 3000 END, day || 'T08:02:00.000000Z', day, CASE WHEN i % 4 = 3 THEN i END, 1
FROM own WHERE i % 100 <> 1 AND i % 1000 <> 2;

-- What came back. `size.arl` is an acknowledgement of file LOT000, `size.refusal` the same refused.
INSERT INTO inbox (id, mailbox, sha256, received_at, kind, status, content, entry, raw)
SELECT id, 'dr.test@cabinet.test', randomblob(32), sealed_at, 'arl', 'applique',
       replace(CASE WHEN id > 1000000 THEN (SELECT refusal FROM size) ELSE (SELECT arl FROM size) END, 'LOT000', identifier),
       1, zeroblob(3500)
FROM lot;
INSERT INTO inbox (id, mailbox, sha256, received_at, kind, status, entry, raw)
SELECT 2000000 + i, 'dr.test@cabinet.test', randomblob(32), day || 'T18:00:00.000000Z', 'inconnu', 'inconnu', 1,
       zeroblob(3500)
FROM own WHERE i % 20000 = 3;
INSERT INTO payment (id, inbox, billing, regime, caisse, reference, paid_on)
SELECT (i + 99) / 100, lot, billing, '01', '751', 'SIM' || i, day FROM own WHERE i % 100 = 1 AND from_end >= 2000;
INSERT INTO payment_line (payment, position, fse, payer, amount, document)
SELECT (i + 99) / 100, i % 100, billing || '-' || printf('%09d', number), 'amo', 2100, CASE WHEN i % 1000 <> 500 THEN i END
FROM own WHERE tiers AND NOT rejected AND (i + 99) / 100 IN (SELECT id FROM payment);
INSERT INTO reject (inbox, document, lot, code, label, rejected_on)
SELECT lot, i, lot, 'I1002', 'DROITS NON OUVERTS A LA DATE DES SOINS', day FROM own WHERE rejected AND from_end >= 1000;

-- An index wanted in the next migration, for the messages that the window shows beside the payments.
CREATE INDEX IF NOT EXISTS inbox_notes ON inbox (id) WHERE kind IN ('signalement', 'service', 'non_remise', 'inconnu');
DROP TABLE own;
