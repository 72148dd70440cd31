-- Schema 2: a return that was not understood, or not believed, may be so later. Its content is then written, once.

DROP TRIGGER inbox_keeps;
CREATE TRIGGER inbox_keeps BEFORE UPDATE OF sha256, raw, content ON inbox
WHEN NEW.sha256 IS NOT OLD.sha256 OR NEW.raw IS NOT OLD.raw
     OR (OLD.content IS NOT NULL AND NEW.content IS NOT OLD.content)
BEGIN SELECT RAISE(ABORT, 'a return is kept as it came'); END;
