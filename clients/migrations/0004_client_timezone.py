from django.db import migrations, models

import fitflow.core.clock


class Migration(migrations.Migration):
    dependencies = [("clients", "0003_care_kept_and_team_reading")]
    operations = [
        migrations.AddField(
            model_name="client",
            name="timezone",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=64,
                validators=[fitflow.core.clock.validate_zone],
                verbose_name="time zone",
            ),
        ),
    ]
