"""Messages as a tree that people prune and go back in, and growing replies that are added to, not rewritten."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generations", "0012_engine_lateness"),
    ]

    operations = [
        migrations.CreateModel(
            name="MessagePiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("end", models.PositiveIntegerField()),
                ("text_start", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("reasoning_start", models.PositiveIntegerField()),
                ("reasoning", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "piece of a reply",
                "verbose_name_plural": "pieces of replies",
                "ordering": ("message", "end"),
            },
        ),
        migrations.AddField(
            model_name="message",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="continuation_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="continued_from",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="moved_children",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="message",
            name="remembered_leaf",
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
            name="removed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="deleted"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("parent__isnull", True)), fields=["thread", "id"], name="messages_at_a_root"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["thread", "input_tokens", "output_tokens", "charge_amount"], name="messages_totals_of_a_thread"
            ),
        ),
        migrations.AddField(
            model_name="messagepiece",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="generations.message"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagepiece",
            constraint=models.UniqueConstraint(fields=("message", "end"), name="one_piece_a_place"),
        ),
    ]
