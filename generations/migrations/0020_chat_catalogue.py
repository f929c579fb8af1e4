"""What the seeded chat models take: a temperature, a longest reply, and pictures with their limits.

Limits are those of the protocols' makers; larger pictures are scaled before they are sent.
Source: https://docs.claude.com/en/docs/build-with-claude/vision and https://platform.openai.com/docs/guides/images-vision
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MIMES = "image/png,image/jpeg,image/webp,image/gif"


def rows() -> dict[str, dict[str, Any]]:
    """Return the rows to add by gateway name."""
    return {
        "gpt-5.1": {
            "length": "max_completion_tokens",
            "hottest": 2,
            "most_tokens": 128_000,
            "picture": {"max_bytes": 15 * 1024 * 1024, "max_side": 2_048},
        },
        "claude-sonnet-4-6": {
            "length": "max_tokens",
            "hottest": 1,
            "most_tokens": 16_000,
            "picture": {"max_bytes": 3_750_000, "max_side": 1_568},
        },
    }


def seed(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor | None) -> None:
    """Insert the parameters and inputs that are not there yet."""
    catalog_model = apps.get_model("generations", "CatalogModel")
    parameter = apps.get_model("generations", "ModelParameter")
    model_input = apps.get_model("generations", "ModelInput")
    for name, row in rows().items():
        model = catalog_model.objects.filter(gateway_name=name, kind="chat").first()
        if model is None:
            continue
        parameter.objects.get_or_create(
            model=model,
            name="temperature",
            defaults={
                "type": "number", "label_en": "Temperature", "label_zh": "温度", "minimum": 0, "maximum": row["hottest"],
                "position": 10,
            },
        )  # fmt: skip
        parameter.objects.get_or_create(
            model=model,
            name=row["length"],
            defaults={
                "type": "integer", "label_en": "Longest reply, in tokens", "label_zh": "最长回复（token）", "minimum": 16,
                "maximum": row["most_tokens"], "position": 20,
            },
        )  # fmt: skip
        model_input.objects.get_or_create(
            model=model,
            role="attachment",
            defaults={"media": "image", "mimes": MIMES, "max_count": 20, "position": 10, **row["picture"]},
        )


class Migration(migrations.Migration):
    dependencies = [("generations", "0019_threads_and_writing")]
    # Backwards nothing is removed: an administrator may have changed the rows meanwhile.
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
