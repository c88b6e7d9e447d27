from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

# The role every studio's own role is a member of; public tables are granted to it, once for all studios. A role belongs to
# the whole server, so it may be there already, made for another database.
ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fitflow_studio') THEN
        CREATE ROLE fitflow_studio NOLOGIN NOINHERIT;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT USAGE ON SCHEMA public TO fitflow_studio;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    # Extensions first, and in a shared app: inside a studio they would land in that studio's schema.
    operations = [BtreeGistExtension(), TrigramExtension(), migrations.RunSQL(ROLE, migrations.RunSQL.noop)]
