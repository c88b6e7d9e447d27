from django.db import migrations

SQL = """
-- The studio whose role this session has taken; NULL as the login role. Read from the role itself, which only a
-- SET ROLE can change: there is no variable to forge. Works inside SECURITY DEFINER functions as well.
CREATE FUNCTION public.current_studio_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN current_setting('role') LIKE 'studio\\_%' THEN substr(current_setting('role'), 8)::uuid END
$$;

CREATE FUNCTION public.forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is not allowed: its rows only grow', TG_OP, TG_TABLE_NAME USING ERRCODE = '23001';
END $$;

-- Each row of a trail holds the hash of the one before; the lock makes the order of rows the order of commits.
CREATE FUNCTION public.audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_seq bigint;
    last_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, 1));
    EXECUTE format('SELECT seq, hash FROM %I.%I ORDER BY seq DESC LIMIT 1', TG_TABLE_SCHEMA, TG_TABLE_NAME)
        INTO last_seq, last_hash;
    NEW.seq := coalesce(last_seq, 0) + 1;
    NEW.previous_hash := coalesce(last_hash, ''::bytea);
    NEW.hash := sha256(NEW.previous_hash || convert_to((to_jsonb(NEW) - 'hash')::text, 'UTF8'));
    RETURN NEW;
END $$;
"""
UNDO = """
DROP FUNCTION public.audit_chain();
DROP FUNCTION public.forbid_change();
DROP FUNCTION public.current_studio_id();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
