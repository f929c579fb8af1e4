"""What stands around messages: queued ones, text files, presets, and what a thread remembers of itself."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generations", "0018_search_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QueuedMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                ),
                ("submission_id", models.UUIDField(verbose_name="submission")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("attachments", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("held_at", models.DateTimeField(blank=True, null=True, verbose_name="held")),
            ],
            options={
                "verbose_name": "queued message",
                "verbose_name_plural": "queued messages",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="TextFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="file name")),
                ("text", models.TextField(verbose_name="text")),
                ("size_bytes", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("created_at", models.DateTimeField(verbose_name="created")),
            ],
            options={
                "verbose_name": "text file",
                "verbose_name_plural": "text files",
            },
        ),
        migrations.AddField(
            model_name="message",
            name="context_start",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="generations.message",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="parameters",
            field=models.JSONField(blank=True, default=dict, verbose_name="parameters"),
        ),
        migrations.AddField(
            model_name="thread",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="archived"),
        ),
        migrations.AddField(
            model_name="thread",
            name="parameters",
            field=models.JSONField(blank=True, default=dict, verbose_name="parameters"),
        ),
        migrations.AddField(
            model_name="thread",
            name="pinned_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="pinned"),
        ),
        migrations.AddField(
            model_name="thread",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="copies",
                to="generations.thread",
            ),
        ),
        migrations.AddField(
            model_name="thread",
            name="title_charge_amount",
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True),
        ),
        # Threads from before may have been named by hand, and nobody has written down which.
        migrations.AddField(
            model_name="thread",
            name="title_source",
            field=models.CharField(
                choices=[
                    ("words", "the first words"),
                    ("asked", "a model is asked"),
                    ("model", "a model"),
                    ("failed", "the first words, a model had none"),
                    ("person", "a person"),
                ],
                default="person",
                max_length=10,
                verbose_name="title from",
            ),
        ),
        migrations.AlterField(
            model_name="thread",
            name="title_source",
            field=models.CharField(
                choices=[
                    ("words", "the first words"),
                    ("asked", "a model is asked"),
                    ("model", "a model"),
                    ("failed", "the first words, a model had none"),
                    ("person", "a person"),
                ],
                default="words",
                max_length=10,
                verbose_name="title from",
            ),
        ),
        migrations.AddField(
            model_name="thread",
            name="title_tokens",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="messageattachment",
            name="asset",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attached_to",
                to="generations.asset",
            ),
        ),
        migrations.CreateModel(
            name="Preset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("system_prompt", models.TextField(verbose_name="system prompt")),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "Only me"), ("team", "Team")],
                        default="private",
                        max_length=10,
                        verbose_name="visibility",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presets",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "preset",
                "verbose_name_plural": "presets",
                "ordering": ("name", "id"),
            },
        ),
        migrations.AddField(
            model_name="thread",
            name="preset",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="threads",
                to="generations.preset",
                verbose_name="preset",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("pinned_at__isnull", False)),
                fields=["owner", "-pinned_at"],
                name="threads_pinned_by_a_person",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(
                    ("archived_at__isnull", True), ("pinned_at__isnull", True), ("trashed_at__isnull", True)
                ),
                fields=["owner", "-changed_at", "-id"],
                name="threads_in_a_persons_list",
            ),
        ),
        migrations.AddField(
            model_name="queuedmessage",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="generations.catalogmodel",
                verbose_name="model",
            ),
        ),
        migrations.AddField(
            model_name="queuedmessage",
            name="thread",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="queued_messages",
                to="generations.thread",
                verbose_name="thread",
            ),
        ),
        migrations.AddField(
            model_name="textfile",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="messageattachment",
            name="text_file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attached_to",
                to="generations.textfile",
            ),
        ),
        migrations.AddConstraint(
            model_name="messageattachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asset__isnull", False), ("text_file__isnull", True)),
                    models.Q(("asset__isnull", True), ("text_file__isnull", False)),
                    _connector="OR",
                ),
                name="attachment_is_one_thing",
            ),
        ),
        migrations.AddIndex(
            model_name="preset",
            index=models.Index(fields=["visibility", "name"], name="presets_of_the_team"),
        ),
        migrations.AddConstraint(
            model_name="preset",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="one_preset_a_name"),
        ),
        migrations.AddConstraint(
            model_name="queuedmessage",
            constraint=models.UniqueConstraint(fields=("thread", "submission_id"), name="one_queued_a_submission"),
        ),
        migrations.AddIndex(
            model_name="textfile",
            index=models.Index(fields=["created_at"], name="text_files_by_age"),
        ),
    ]
