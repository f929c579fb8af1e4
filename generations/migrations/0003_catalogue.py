"""The eight documented models, with what each takes and what public price lists say.

Prices are estimates in the installation's currency; those published in dollars are taken at 7.1 yuan.
Source: https://www.volcengine.com/docs/82379/1520757 and …/1544106 (Seedance),
https://ai.google.dev/gemini-api/docs/image-generation (Nano Banana),
https://developers.openai.com/api/reference/resources/images/methods/generate.md (gpt-image-2),
https://docs.claude.com/en/docs/build-with-claude/vision and https://platform.openai.com/docs/guides/images-vision
(pictures in chats; larger ones are scaled before they are sent).
"""

from decimal import Decimal
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MEGABYTE = 1024 * 1024
CLIP_RATIOS = "16:9,4:3,1:1,3:4,9:16,21:9,adaptive"
PICTURE_RATIOS = "1:1,16:9,9:16,4:3,3:4,3:2,2:3,5:4,4:5,21:9"
PICTURES = "image/png,image/jpeg,image/webp"
CHAT_PICTURES = f"{PICTURES},image/gif"


def choice(name: str, values: str, default: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "choice", "values": values, "default": default, **more}


def switch(name: str, default: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "boolean", "default": default, **more}


def whole(name: str, minimum: int, maximum: int, default: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "integer", "minimum": minimum, "maximum": maximum, "default": default, **more}


def clip_parameters(resolutions: str) -> list[dict[str, Any]]:
    return [
        choice("ratio", CLIP_RATIOS, "16:9"),
        choice("resolution", resolutions, "720p"),
        whole("duration", 4, 15, "5", values="-1"),
        switch("generate_audio", "true"),
        whole("seed", 0, 2**32 - 1, "", values="-1", is_advanced=True),
        switch("return_last_frame", "false", is_advanced=True),
        switch("watermark", "false", is_advanced=True),
    ]


def clip_inputs() -> list[dict[str, Any]]:
    picture = {
        "media": "image",
        "mimes": f"{PICTURES},image/bmp,image/tiff,image/gif",
        "max_bytes": 30 * MEGABYTE,
        "min_side": 300,
        "max_side": 6000,
        "min_ratio": Decimal("0.4"),
        "max_ratio": Decimal("2.5"),
    }
    lengths = {
        "min_seconds": Decimal(2),
        "max_seconds": Decimal(15),
        "max_total_seconds": Decimal(15),
        "group": "reference",
    }
    return [
        {"role": "first_frame", "group": "frames", "max_count": 1, **picture},
        {"role": "last_frame", "group": "frames", "max_count": 1, "needs": "first_frame", **picture},
        {"role": "reference_image", "group": "reference", "max_count": 9, **picture},
        {
            "role": "reference_video",
            "media": "video",
            "max_count": 3,
            "mimes": "video/mp4,video/quicktime",
            "max_bytes": 50 * MEGABYTE,
            "min_side": 300,
            "max_side": 6000,
            "min_ratio": Decimal("0.4"),
            "max_ratio": Decimal("2.5"),
            "min_pixels": 409_600,
            "max_pixels": 2_086_876,
            "min_frame_rate": Decimal(24),
            "max_frame_rate": Decimal(60),
            "by_address_only": True,
            **lengths,
        },
        {
            "role": "reference_audio",
            "media": "audio",
            "max_count": 3,
            "mimes": "audio/wav,audio/mpeg",
            "max_bytes": 15 * MEGABYTE,
            "needs": "reference_image,reference_video",
            **lengths,
        },
    ]


def edit_input(count: int, max_bytes: int) -> dict[str, Any]:
    return {
        "role": "edit_image",
        "media": "image",
        "group": "edit",
        "max_count": count,
        "mimes": PICTURES,
        "max_bytes": max_bytes,
    }


def banana(name: str, title: str, zh: str, note_en: str, note_zh: str, **more: Any) -> dict[str, Any]:
    extra = more.pop("extra_ratios", "")
    resolutions = more.pop("resolutions", "")
    parameters = [choice("aspect_ratio", PICTURE_RATIOS + extra, "1:1")]
    if resolutions:
        parameters.append(choice("resolution", resolutions, "1K"))
    return {
        "gateway_name": name,
        "protocol": "gemini_images",
        "kind": "image",
        "name_en": title,
        "name_zh": zh,
        "note_en": note_en,
        "note_zh": note_zh,
        "expected_seconds": 20,
        "parameters": parameters,
        "inputs": [edit_input(10, 10 * MEGABYTE)],
        **more,
    }


def chat_parameters(length: str, *, hottest: int, most_tokens: int) -> list[dict[str, Any]]:
    temperature = {"label_en": "Temperature", "label_zh": "温度", "minimum": 0, "maximum": hottest}
    longest = {"label_en": "Longest reply, in tokens", "label_zh": "最长回复（token）"}
    return [
        {"name": "temperature", "type": "number", **temperature},
        whole(length, 16, most_tokens, "", **longest),
    ]


def chat_inputs(*, max_bytes: int, max_side: int) -> list[dict[str, Any]]:
    limits = {"mimes": CHAT_PICTURES, "max_count": 20, "max_bytes": max_bytes, "max_side": max_side}
    return [{"role": "attachment", "media": "image", **limits}]


def models() -> list[dict[str, Any]]:
    """Return the rows in the order in which pages show them."""
    return [
        {
            "gateway_name": "doubao-seedance-2-0",
            "protocol": "seedance",
            "kind": "video",
            "name_en": "Seedance 2.0",
            "name_zh": "Seedance 2.0",
            "note_en": "Best picture and motion, up to 1080p, with sound",
            "note_zh": "画质与运动最佳,最高 1080p,带声音",
            "expected_seconds": 120,
            "price_rule": {
                "rule": "seedance_tokens",
                "per_million": {"480p": [46, 28], "720p": [46, 28], "1080p": [51, 31]},
            },
            "parameters": clip_parameters("480p,720p,1080p"),
            "inputs": clip_inputs(),
        },
        {
            "gateway_name": "doubao-seedance-2-0-fast",
            "protocol": "seedance",
            "kind": "video",
            "name_en": "Seedance 2.0 fast",
            "name_zh": "Seedance 2.0 快速版",
            "note_en": "Quicker and cheaper, up to 720p, with sound",
            "note_zh": "更快更省,最高 720p,带声音",
            "expected_seconds": 75,
            "price_rule": {"rule": "seedance_tokens", "per_million": {"480p": [37, 22], "720p": [37, 22]}},
            "parameters": clip_parameters("480p,720p"),
            "inputs": clip_inputs(),
        },
        banana(
            "nano-banana-fast",
            "Nano Banana fast",
            "Nano Banana 快速版",
            "Quick sketches and edits",
            "快速出图与改图",
            price_rule={
                "rule": "image_tokens",
                "output_tokens": {"1K": 1290},
                "output_per_million": "213",
            },
        ),
        banana(
            "nano-banana-pro",
            "Nano Banana Pro",
            "Nano Banana Pro",
            "Fine detail and lettering, up to 4K",
            "细节与文字出色,最高 4K",
            resolutions="1K,2K,4K",
            price_rule={
                "rule": "image_tokens",
                "output_tokens": {"1K": 1120, "2K": 1120, "4K": 2000},
                "output_per_million": "852",
            },
        ),
        banana(
            "nano-banana-2",
            "Nano Banana 2",
            "Nano Banana 2",
            "Fourteen ratios, banners included, up to 4K",
            "支持 14 种比例(含长条),最高 4K",
            resolutions="1K,2K,4K",
            extra_ratios=",4:1,1:4,8:1,1:8",
            price_rule={
                "rule": "image_tokens",
                "output_tokens": {"1K": 1120, "2K": 1120, "4K": 2000},
                "output_per_million": "426",
            },
        ),
        {
            "gateway_name": "gpt-image-2",
            "protocol": "openai_images",
            "kind": "image",
            "name_en": "GPT Image 2",
            "name_zh": "GPT Image 2",
            "note_en": "Follows long instructions; edits with a mask",
            "note_zh": "擅长遵循长指令,可用蒙版改图",
            "expected_seconds": 60,
            "prompt_max_characters": 32_000,
            "price_rule": {
                "rule": "sized_image_tokens",
                "output_tokens": {"low": 272, "medium": 1056, "high": 4160},
                "input_per_million": "35.5",
                "output_per_million": "213",
            },
            "parameters": [
                {"name": "size", "type": "size", "values": "auto,1024x1024,1536x1024,1024x1536", "default": "auto"},
                choice("quality", "auto,low,medium,high", "auto"),
                whole("n", 1, 10, "1", is_advanced=True, label_en="Images a request", label_zh="每次请求的图片数"),
                choice("output_format", "png,jpeg,webp", "png", is_advanced=True),
                whole("output_compression", 0, 100, "", condition="output_format=jpeg|webp", is_advanced=True),
                choice("background", "auto,opaque", "auto", is_advanced=True),
                choice("moderation", "auto,low", "auto", is_advanced=True),
            ],
            "inputs": [
                edit_input(16, 50 * MEGABYTE),
                {
                    "role": "mask",
                    "media": "image",
                    "group": "edit",
                    "max_count": 1,
                    "needs": "edit_image",
                    "mimes": "image/png",
                    "max_bytes": 4 * MEGABYTE,
                },
            ],
        },
        {
            "gateway_name": "gpt-5.1",
            "protocol": "openai_chat",
            "kind": "chat",
            "name_en": "GPT-5.1",
            "name_zh": "GPT-5.1",
            "note_en": "All-round writing, reasoning and code",
            "note_zh": "通用写作、推理与代码",
            "expected_seconds": 20,
            "prompt_max_characters": 100_000,
            "context_window_tokens": 400_000,
            "max_output_tokens": 128_000,
            "price_rule": {"rule": "chat_tokens", "input_per_million": "8.9", "output_per_million": "71"},
            "parameters": chat_parameters("max_completion_tokens", hottest=2, most_tokens=128_000),
            "inputs": chat_inputs(max_bytes=15 * MEGABYTE, max_side=2_048),
        },
        {
            "gateway_name": "claude-sonnet-4-6",
            "protocol": "anthropic_messages",
            "kind": "chat",
            "name_en": "Claude Sonnet 4.6",
            "name_zh": "Claude Sonnet 4.6",
            "note_en": "Careful prose, long documents and code",
            "note_zh": "文笔细致,擅长长文与代码",
            "expected_seconds": 20,
            "prompt_max_characters": 100_000,
            "context_window_tokens": 200_000,
            "max_output_tokens": 16_000,
            "price_rule": {"rule": "chat_tokens", "input_per_million": "21.3", "output_per_million": "106.5"},
            "parameters": chat_parameters("max_tokens", hottest=1, most_tokens=16_000),
            "inputs": chat_inputs(max_bytes=3_750_000, max_side=1_568),
        },
    ]


def seed(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Insert the models that are not there yet."""
    catalog_model = apps.get_model("generations", "CatalogModel")
    parameter = apps.get_model("generations", "ModelParameter")
    model_input = apps.get_model("generations", "ModelInput")
    for position, row in enumerate(models(), start=1):
        parameters, inputs = row.pop("parameters", []), row.pop("inputs", [])
        model, created = catalog_model.objects.get_or_create(
            gateway_name=row["gateway_name"], defaults={**row, "position": position * 10}
        )
        if not created:
            continue
        parameter.objects.bulk_create(
            parameter(model=model, position=10 * place, **fields) for place, fields in enumerate(parameters, start=1)
        )
        model_input.objects.bulk_create(
            model_input(model=model, position=10 * place, **fields) for place, fields in enumerate(inputs, start=1)
        )


class Migration(migrations.Migration):
    dependencies = [("generations", "0002_cache_table")]
    # Backwards nothing is removed: generations may point to these rows, and the tables go with 0001.
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
