import django.db.models.deletion
import django.db.models.functions.text
import fitflow.core.fields.encrypted
import fitflow.core.ids
from django.db import migrations, models

KINDS = [("soap", "SOAP"), ("progress", "Progress"), ("intake", "Intake"), ("other", "Other")]

# Processes of the version before go on for a while beside these: they write `shared_with_client` and know no `visibility`. The
# column therefore stays, with a default, and a trigger keeps the two in step whichever is written. A later release drops
# column, trigger and function.
IN_STEP = """
ALTER TABLE trainers_note ALTER COLUMN shared_with_client SET DEFAULT false;
CREATE FUNCTION trainers_note_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.shared_with_client AND NEW.visibility = 'private' THEN
            NEW.visibility := 'client';
        END IF;
    ELSIF NEW.visibility = OLD.visibility AND NEW.shared_with_client <> OLD.shared_with_client THEN
        NEW.visibility := CASE WHEN NEW.shared_with_client THEN 'client' ELSE 'private' END;
    END IF;
    NEW.shared_with_client := NEW.visibility = 'client';
    RETURN NEW;
END $$;
CREATE TRIGGER trainers_note_in_step BEFORE INSERT OR UPDATE ON trainers_note
    FOR EACH ROW EXECUTE FUNCTION trainers_note_in_step();
"""

# Who shared a note with its client goes on sharing it with her, and with nobody else. A studio's notes are few: one statement.
BACKFILL = "UPDATE trainers_note SET visibility = 'client' WHERE shared_with_client AND visibility <> 'client'"

SIGNED = """
-- A signed note keeps its words, its structure and whom it is about; with whom it is shared may still change.
-- Its ciphertext may be sealed anew where it is of an older version or under an older key, and then nothing else changes.
CREATE OR REPLACE FUNCTION trainers_note_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NULL THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'body') = (to_jsonb(OLD) - 'body')
       AND substring(NEW.body from '^[^$]*[$][^$]*') IS DISTINCT FROM substring(OLD.body from '^[^$]*[$][^$]*')
       AND NEW.body LIKE 'v2$%' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR
       (to_jsonb(NEW) - '{visibility,shared_with_client,updated_at}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{visibility,shared_with_client,updated_at}'::text[]) THEN
        RAISE EXCEPTION 'a signed note does not change' USING ERRCODE = '23001', CONSTRAINT = 'note_signed';
    END IF;
    RETURN NEW;
END $$;
"""

ADDENDA = """
-- An addendum follows a signed note of the same client and author, one level deep, and is read by whoever reads that note.
-- The note's row is locked meanwhile, so that no change of its readers passes the addendum by.
CREATE FUNCTION trainers_note_addendum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    base record;
BEGIN
    SELECT client_id, author_id, signed_at, addendum_to_id, visibility INTO base
    FROM trainers_note WHERE id = NEW.addendum_to_id FOR SHARE;
    IF base.signed_at IS NULL OR base.addendum_to_id IS NOT NULL
       OR base.client_id <> NEW.client_id OR base.author_id <> NEW.author_id THEN
        RAISE EXCEPTION 'an addendum follows a signed note of the same client and author'
            USING ERRCODE = '23514', CONSTRAINT = 'note_addendum';
    END IF;
    NEW.visibility := base.visibility;
    RETURN NEW;
END $$;
CREATE TRIGGER trainers_note_addendum
    BEFORE INSERT OR UPDATE OF addendum_to_id, client_id, author_id, visibility ON trainers_note
    FOR EACH ROW WHEN (NEW.addendum_to_id IS NOT NULL) EXECUTE FUNCTION trainers_note_addendum();

CREATE FUNCTION trainers_note_addenda_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE trainers_note SET visibility = NEW.visibility WHERE addendum_to_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER trainers_note_addenda_follow AFTER UPDATE OF visibility, shared_with_client ON trainers_note
    FOR EACH ROW WHEN (NEW.addendum_to_id IS NULL AND NEW.visibility IS DISTINCT FROM OLD.visibility)
    EXECUTE FUNCTION trainers_note_addenda_follow();

ALTER TABLE trainers_notetemplate ADD CONSTRAINT note_template_sections
    CHECK (jsonb_typeof(sections) = 'array' AND jsonb_array_length(sections) BETWEEN 1 AND 12);
"""

# Until now every booking, cancelled since or not, made a trainer's right for good. It is for good where she added the client.
KEPT = """
UPDATE clients_care AS care SET kept = true WHERE EXISTS (
    SELECT FROM studios_auditevent AS event
    WHERE event.action = 'client.added' AND event.subject_type = 'client'
      AND event.subject_id = care.client_id AND event.actor_id = care.user_id
) OR NOT EXISTS (
    SELECT FROM trainers_booking AS booking
    JOIN trainers_session AS session ON session.id = booking.session_id
    JOIN trainers_trainerprofile AS trainer ON trainer.id = session.trainer_id
    WHERE booking.client_id = care.client_id AND trainer.user_id = care.user_id
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("trainers", "0005_settle_fees_and_waiting"),
        ("clients", "0003_care_kept_and_team_reading"),
        ("studios", "0003_holidays_of_locations"),
    ]
    operations = [
        migrations.CreateModel(
            name="NoteTemplate",
            fields=[
                ("id", models.UUIDField(default=fitflow.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=60)),
                ("kind", models.CharField(choices=KINDS, default="other", max_length=8)),
                ("sections", models.JSONField(default=list)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
                ("seed", models.CharField(blank=True, max_length=20, null=True, unique=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["position", "created_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("is_active", True)),
                        name="note_template_name_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__regex", "^(soap|progress|intake|other)$")),
                        name="note_template_kind",
                    ),
                ],
            },
        ),
        # The column keeps its name, which is part of what its ciphertext is bound to.
        migrations.AlterField("note", "body", fitflow.core.fields.encrypted.EncryptedTextField(db_column="body")),
        migrations.RenameField("note", "body", "words"),
        migrations.AddField(
            model_name="note",
            name="template",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="trainers.notetemplate",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="kind",
            field=models.CharField(
                choices=[("free", "Quick note"), *KINDS], db_default="free", default="free", max_length=8
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="title",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField("note", "structure", models.JSONField(blank=True, null=True)),
        migrations.AddField(
            model_name="note",
            name="visibility",
            field=models.CharField(
                choices=[
                    ("private", "Only me"),
                    ("trainers", "Trainers of this client and I"),
                    ("client", "The client and I"),
                ],
                db_default="private",
                default="private",
                max_length=8,
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("note", "shared_with_client")],
            database_operations=[migrations.RunSQL(IN_STEP, migrations.RunSQL.noop)],
        ),
        migrations.RunSQL(SIGNED, migrations.RunSQL.noop),
        migrations.RunSQL(ADDENDA, migrations.RunSQL.noop),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "note",
            models.CheckConstraint(
                condition=models.Q(("kind__regex", "^(free|soap|progress|intake|other)$")), name="note_kind"
            ),
        ),
        migrations.AddConstraint(
            "note",
            models.CheckConstraint(
                condition=models.Q(("visibility__regex", "^(private|trainers|client)$")), name="note_visibility"
            ),
        ),
        migrations.AddIndex("note", models.Index(fields=["client", "-id"], name="note_history")),
    ]
