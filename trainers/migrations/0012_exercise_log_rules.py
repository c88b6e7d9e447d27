from django.db import migrations

VERSION = """
-- A set's version grows with every change of what it came to.
CREATE FUNCTION trainers_set_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{version,changed_at}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{version,changed_at}'::text[]) THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trainers_set_version BEFORE UPDATE ON trainers_exerciseset
    FOR EACH ROW EXECUTE FUNCTION trainers_set_version();
"""

MEASURE = """
-- A set is measured as its exercise is, and an exercise that is in a log is measured as it was.
CREATE FUNCTION trainers_set_measure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM trainers_exerciseentry AS entry JOIN trainers_exercise AS exercise ON exercise.id = entry.exercise_id
        WHERE entry.id = NEW.entry_id AND exercise.measure = NEW.measure
    ) THEN
        RAISE EXCEPTION 'a set is measured as its exercise is' USING ERRCODE = '23514', CONSTRAINT = 'exercise_set_measure';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trainers_set_measure BEFORE INSERT OR UPDATE OF measure, entry_id ON trainers_exerciseset
    FOR EACH ROW EXECUTE FUNCTION trainers_set_measure();

CREATE FUNCTION trainers_exercise_measure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.measure <> OLD.measure AND EXISTS (SELECT FROM trainers_exerciseentry WHERE exercise_id = NEW.id) THEN
        RAISE EXCEPTION 'the exercise is in logs' USING ERRCODE = '23514', CONSTRAINT = 'exercise_measure_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trainers_exercise_measure BEFORE UPDATE OF measure ON trainers_exercise
    FOR EACH ROW EXECUTE FUNCTION trainers_exercise_measure();
"""


class Migration(migrations.Migration):
    dependencies = [("trainers", "0011_exercise_log")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (VERSION, MEASURE)]
