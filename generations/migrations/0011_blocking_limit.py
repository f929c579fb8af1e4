"""How many submits may block for minutes at once, as administrators set it."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generations", "0010_drop_retry_of"),
    ]

    operations = [
        migrations.AddField(
            model_name="installation",
            name="blocking_submits_in_flight",
            field=models.PositiveIntegerField(
                default=10,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="submits in flight that block for minutes, all people",
            ),
        ),
    ]
