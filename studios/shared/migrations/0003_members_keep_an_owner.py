from django.db import migrations, models
from django.db.models.functions import Lower

import studios.shared.models

# Deferred, so that an owner may hand over in one transaction; the lock lets two owners who leave at once see each other.
LAST_OWNER = """
CREATE FUNCTION public.keep_an_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM 1 FROM public.studios_shared_studio WHERE id = OLD.studio_id FOR NO KEY UPDATE;
    IF FOUND AND NOT EXISTS (
        SELECT 1 FROM public.studios_shared_member WHERE studio_id = OLD.studio_id AND role = 'owner'
    ) THEN
        RAISE EXCEPTION 'studio % would be left without an owner', OLD.studio_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'member_last_owner';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER member_last_owner AFTER DELETE OR UPDATE ON public.studios_shared_member
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.role = 'owner') EXECUTE FUNCTION public.keep_an_owner();
"""
UNDO_LAST_OWNER = """
DROP TRIGGER member_last_owner ON public.studios_shared_member;
DROP FUNCTION public.keep_an_owner();
"""
# A studio changes its own name and colour; its address, plan and state are the platform's.
OWN_NAME = "GRANT UPDATE (name, hue) ON public.studios_shared_studio TO fitflow_studio;"
UNDO_OWN_NAME = "REVOKE UPDATE (name, hue) ON public.studios_shared_studio FROM fitflow_studio;"


class Migration(migrations.Migration):
    dependencies = [("studios_shared", "0002_row_security")]
    operations = [
        migrations.RenameField("invitation", "digest", "nonce"),
        migrations.AlterField(
            "invitation",
            "nonce",
            models.CharField(default=studios.shared.models.new_nonce, editable=False, max_length=64),
        ),
        migrations.AlterField(
            "invitation", "expires_at", models.DateTimeField(default=studios.shared.models.two_weeks_on)
        ),
        migrations.AlterField("invitation", "accepted_at", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField("invitation", "revoked_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddConstraint(
            "invitation",
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_lower_case"),
        ),
        migrations.RunSQL(LAST_OWNER, UNDO_LAST_OWNER),
        migrations.RunSQL(OWN_NAME, UNDO_OWN_NAME),
    ]
