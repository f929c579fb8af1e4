"""How often each prompt was used, and where each entry of the timeline is counted.

Upkeep counts what is there already; until it has, the list of prompts is as long as it has come.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generations", "0025_api_call_webhook"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="PromptUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10, verbose_name="kind")),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "Only me"), ("team", "Team")], max_length=10, verbose_name="visibility"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=32)),
                ("place", models.BigIntegerField(editable=False)),
                ("use_count", models.PositiveIntegerField(default=0, verbose_name="uses")),
                ("done_count", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("failed_count", models.PositiveIntegerField(default=0, verbose_name="failed")),
                ("starred_count", models.PositiveIntegerField(default=0, verbose_name="starred")),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="generations.catalogmodel",
                        verbose_name="model",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a prompt",
                "verbose_name_plural": "uses of prompts",
                "indexes": [
                    models.Index(fields=["place"], name="prompts_by_place"),
                    models.Index(fields=["owner", "-place"], name="prompts_of_a_person"),
                    models.Index(fields=["visibility", "-place"], name="prompts_of_the_team"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("digest", "owner", "model", "visibility"), name="one_count_of_a_prompt"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="prompt_use",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="entries",
                to="generations.promptuse",
            ),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="prompt_outcome",
            field=models.CharField(blank=True, editable=False, max_length=8),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="is_prompt_starred",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("prompt_use__isnull", False)),
                fields=["prompt_use", "prompt_outcome", "-is_prompt_starred", "-place"],
                name="timeline_of_a_prompt",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("generation__isnull", False), ("prompt_outcome", "")),
                fields=["id"],
                name="timeline_to_fold",
            ),
        ),
    ]
