"""Prompts that were saved as templates."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEPT = models.Q(("trashed_at__isnull", True))


class Migration(migrations.Migration):
    dependencies = [
        ("generations", "0027_prompts_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="PromptTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("key", models.CharField(editable=False, max_length=240)),
                ("text", models.TextField(verbose_name="text")),
                ("kind", models.CharField(blank=True, max_length=10, verbose_name="kind")),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "Only me"), ("team", "Team")],
                        default="private",
                        max_length=10,
                        verbose_name="visibility",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
                ("trashed_at", models.DateTimeField(blank=True, null=True, verbose_name="deleted")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prompt_templates",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "prompt template",
                "verbose_name_plural": "prompt templates",
                "constraints": [
                    models.UniqueConstraint(condition=KEPT, fields=("owner", "key"), name="one_template_a_name")
                ],
                "indexes": [
                    models.Index(condition=KEPT, fields=["owner", "-changed_at", "-id"], name="templates_of_a_person"),
                    models.Index(
                        condition=KEPT, fields=["visibility", "-changed_at", "-id"], name="templates_of_the_team"
                    ),
                ],
            },
        ),
    ]
