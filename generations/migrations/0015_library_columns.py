"""What lists filter by and order by, the trash, favourites, tags, boards, and selections of a bulk action."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generations", "0014_api_calls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Board",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("key", models.CharField(editable=False, max_length=240)),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
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
            ],
            options={
                "verbose_name": "board",
                "verbose_name_plural": "boards",
            },
        ),
        migrations.CreateModel(
            name="BoardItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(verbose_name="position")),
                ("added_at", models.DateTimeField(verbose_name="added")),
            ],
            options={
                "verbose_name": "item of a board",
                "verbose_name_plural": "items of boards",
            },
        ),
        migrations.CreateModel(
            name="EntryTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "verbose_name": "tag of an item",
                "verbose_name_plural": "tags of items",
            },
        ),
        migrations.CreateModel(
            name="Favourite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(verbose_name="created")),
            ],
            options={
                "verbose_name": "favourite",
                "verbose_name_plural": "favourites",
            },
        ),
        migrations.CreateModel(
            name="Selection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("query", models.JSONField(blank=True, default=dict)),
                ("entry_ids", models.JSONField(blank=True, default=list)),
                ("upto_place", models.BigIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("verb", models.CharField(blank=True, max_length=20)),
                ("argument", models.JSONField(blank=True, default=dict)),
                ("cursor", models.BigIntegerField(blank=True, null=True)),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("skipped_count", models.PositiveIntegerField(default=0)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "selection",
                "verbose_name_plural": "selections",
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("key", models.CharField(editable=False, max_length=240, unique=True)),
                ("created_at", models.DateTimeField(verbose_name="created")),
            ],
            options={
                "verbose_name": "tag",
                "verbose_name_plural": "tags",
            },
        ),
        migrations.RemoveIndex(
            model_name="timelineentry",
            name="timeline_of_a_person",
        ),
        migrations.RemoveIndex(
            model_name="timelineentry",
            name="timeline_of_a_person_by_kind",
        ),
        migrations.RemoveIndex(
            model_name="timelineentry",
            name="timeline_of_the_team",
        ),
        migrations.RemoveIndex(
            model_name="timelineentry",
            name="timeline_of_the_team_by_kind",
        ),
        migrations.AddField(
            model_name="generation",
            name="trashed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="moved to the trash"),
        ),
        migrations.AddField(
            model_name="thread",
            name="trashed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="moved to the trash"),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="cost_amount",
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name="cost"),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="indexed_status",
            field=models.CharField(blank=True, editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="is_indexed",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="model",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="generations.catalogmodel",
                verbose_name="model",
            ),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="place",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="trashed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="moved to the trash"),
        ),
        migrations.AddField(
            model_name="board",
            name="cover",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="generations.timelineentry",
                verbose_name="cover",
            ),
        ),
        migrations.AddField(
            model_name="board",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="boards",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="boarditem",
            name="added_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="boarditem",
            name="board",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="generations.board"
            ),
        ),
        migrations.AddField(
            model_name="boarditem",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="board_items", to="generations.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="board",
            name="entries",
            field=models.ManyToManyField(
                related_name="boards", through="generations.BoardItem", to="generations.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="entrytag",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="entry_tags", to="generations.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="favourite",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="favourites", to="generations.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="favourite",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="favourites", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="selection",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="tag",
            name="entries",
            field=models.ManyToManyField(
                related_name="tags", through="generations.EntryTag", to="generations.timelineentry"
            ),
        ),
        migrations.AddField(
            model_name="entrytag",
            name="tag",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="entry_tags", to="generations.tag"
            ),
        ),
        migrations.AddIndex(
            model_name="boarditem",
            index=models.Index(fields=["board", "position", "id"], name="board_in_order"),
        ),
        migrations.AddConstraint(
            model_name="boarditem",
            constraint=models.UniqueConstraint(fields=("board", "entry"), name="one_place_on_a_board"),
        ),
        migrations.AddIndex(
            model_name="board",
            index=models.Index(fields=["visibility", "-changed_at"], name="boards_of_the_team"),
        ),
        migrations.AddConstraint(
            model_name="board",
            constraint=models.UniqueConstraint(fields=("owner", "key"), name="one_board_a_name"),
        ),
        migrations.AddIndex(
            model_name="favourite",
            index=models.Index(fields=["person", "-id"], name="favourites_of_a_person"),
        ),
        migrations.AddConstraint(
            model_name="favourite",
            constraint=models.UniqueConstraint(fields=("entry", "person"), name="one_favourite_a_person"),
        ),
        migrations.AddIndex(
            model_name="selection",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="selections_under_way"
            ),
        ),
        migrations.AddIndex(
            model_name="selection",
            index=models.Index(fields=["created_at"], name="selections_by_age"),
        ),
        migrations.AddIndex(
            model_name="entrytag",
            index=models.Index(fields=["tag", "-entry"], name="entries_of_a_tag"),
        ),
        migrations.AddConstraint(
            model_name="entrytag",
            constraint=models.UniqueConstraint(fields=("entry", "tag"), name="one_tag_an_entry"),
        ),
    ]
