-- The patients of `practice/rows.sql` bear one given name and one birth date: whoever looks for people needs many. Invented ones:
-- one in fifty bears the commonest name, births are spread over ninety years, and a NIR begins as the birth date says.

UPDATE patient
SET birth_date = date('2020-12-31', '-' || (id * 7919 % 33000) || ' days'),
    given_name = json_extract('["ALICE","ANDRÉ","ANNE","BRUNO","CHLOÉ","CLAIRE","DAVID","EMMA","FARID","HÉLÈNE","HUGO","INÈS",
                                "JEAN","JULES","LÉA","LOUIS","MARIE","NADIA","PAUL","SOPHIE","THOMAS","YVES","ZOÉ"]',
                              '$[' || (id * 13 % 23) || ']'),
    family_name = CASE id % 50
        WHEN 7 THEN 'MARTIN'
        ELSE substr('BECADOFUGIHALEMINOPURASETOVIZA', 1 + 2 * (id % 15), 2)
             || substr('BECADOFUGIHALEMINOPURASETOVIZA', 1 + 2 * (id / 15 % 15), 2)
             || substr('BECADOFUGIHALEMINOPURASETOVIZA', 1 + 2 * (id / 225 % 15), 2)
             || CASE id % 4 WHEN 0 THEN 'RD' WHEN 1 THEN 'LLE' WHEN 2 THEN 'NT' ELSE '-ROY' END
    END
WHERE id > 0;
UPDATE patient
SET insured_nir = (1 + id % 2) || substr(birth_date, 3, 2) || substr(birth_date, 6, 2)
                  || printf('%02d', 1 + id * 31 % 95) || printf('%06d', id)
WHERE id > 0;
UPDATE patient SET insured_key = 97 - CAST(insured_nir AS INTEGER) % 97 WHERE id > 0;
