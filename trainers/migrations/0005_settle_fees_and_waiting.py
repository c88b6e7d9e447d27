from django.db import migrations, models

# Until now a no-show cost what a late cancel did.
NO_SHOWS = "UPDATE trainers_service SET no_show_fee_percent = late_fee_percent WHERE no_show_fee_percent = 0"


class Migration(migrations.Migration):
    dependencies = [("trainers", "0004_holds_and_places")]
    operations = [
        migrations.AddField(
            model_name="booking",
            name="was_waiting",
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(NO_SHOWS, migrations.RunSQL.noop),
    ]
