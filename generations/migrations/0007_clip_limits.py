"""The limits of reference clips that had no column before, where an administrator has not changed the row.

Source: https://www.volcengine.com/docs/82379/1520757
"""

from decimal import Decimal

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def fill(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give Seedance's reference clips their pixels and frame rates, and put the count of one request under *more*."""
    clips = apps.get_model("generations", "ModelInput").objects.filter(
        model__protocol="seedance", role="reference_video", max_pixels__isnull=True
    )
    clips.update(min_pixels=409_600, max_pixels=2_086_876, min_frame_rate=Decimal(24), max_frame_rate=Decimal(60))
    apps.get_model("generations", "ModelParameter").objects.filter(
        model__gateway_name="gpt-image-2", name="n", label_en=""
    ).update(is_advanced=True, label_en="Images a request", label_zh="每次请求的图片数")


class Migration(migrations.Migration):
    dependencies = [("generations", "0006_batches_and_drafts")]
    # Backwards the columns go anyway, and the count may stay under *more*.
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
