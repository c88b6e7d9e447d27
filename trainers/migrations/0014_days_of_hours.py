import datetime

from django.db import migrations, models
from django.db.models import Q

# Days of another age mean the same as none: from the beginning on, or without an end.
NEARER = """
DELETE FROM trainers_availabilityhours WHERE valid_from > '2199-12-31' OR valid_until < '2000-01-01';
UPDATE trainers_availabilityhours SET valid_from = NULL WHERE valid_from < '2000-01-01';
UPDATE trainers_availabilityhours SET valid_until = NULL WHERE valid_until > '2199-12-31';
SET CONSTRAINTS ALL IMMEDIATE;
"""
ONCE = """
-- Of the same ones, the one with the most words stays.
DELETE FROM trainers_availabilityexception AS again USING trainers_availabilityexception AS first
WHERE (length(first.reason), first.id) > (length(again.reason), again.id) AND first.trainer_id = again.trainer_id AND first.kind = again.kind
  AND first.location_id IS NOT DISTINCT FROM again.location_id
  AND first.starts_on = again.starts_on AND first.ends_on = again.ends_on
  AND first.starts_minute IS NOT DISTINCT FROM again.starts_minute
  AND first.ends_minute IS NOT DISTINCT FROM again.ends_minute;
SET CONSTRAINTS ALL IMMEDIATE;
"""
NEAR = (datetime.date(2000, 1, 1), datetime.date(2199, 12, 31))


class Migration(migrations.Migration):
    dependencies = [("trainers", "0013_who_asked_and_what_was_seen")]
    operations = [
        migrations.RunSQL(NEARER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="availabilityhours",
            constraint=models.CheckConstraint(
                condition=(Q(valid_from=None) | Q(valid_from__range=NEAR))
                & (Q(valid_until=None) | Q(valid_until__range=NEAR)),
                name="hours_valid_near_now",
            ),
        ),
        migrations.RunSQL(ONCE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="availabilityexception",
            constraint=models.UniqueConstraint(
                fields=(
                    "trainer",
                    "kind",
                    "location",
                    "starts_on",
                    "ends_on",
                    "starts_minute",
                    "ends_minute",
                ),
                name="exception_once",
                nulls_distinct=False,
            ),
        ),
    ]
