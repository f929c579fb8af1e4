"""Every list is read by place along these indexes: the live ones leave the trash out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generations", "0016_fill_library_columns")]
    operations = [
        migrations.AlterField(
            model_name="timelineentry",
            name="place",
            field=models.BigIntegerField(editable=False, unique=True),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True)),
                fields=["owner", "-place"],
                name="timeline_of_a_person",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True)),
                fields=["owner", "kind", "-place"],
                name="timeline_of_a_person_by_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True)),
                fields=["visibility", "-place"],
                name="timeline_of_the_team",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True)),
                fields=["visibility", "kind", "-place"],
                name="timeline_of_the_team_by_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)), fields=["owner", "-place"], name="trash_of_a_person"
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)), fields=["trashed_at"], name="trash_by_age"
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(condition=models.Q(("is_indexed", False)), fields=["id"], name="timeline_to_index"),
        ),
    ]
