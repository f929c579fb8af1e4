import uuid
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from generations.migrations._together import Together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_api_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name="CatalogModel",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "gateway_name",
                            models.CharField(
                                help_text="Exactly as the gateway spells it.",
                                max_length=120,
                                unique=True,
                                verbose_name="gateway name",
                            ),
                        ),
                        (
                            "protocol",
                            models.CharField(
                                help_text="seedance, gemini_images, openai_images, openai_chat or anthropic_messages.",
                                max_length=40,
                                verbose_name="protocol",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(help_text="video, image or chat.", max_length=10, verbose_name="kind"),
                        ),
                        ("name_en", models.CharField(max_length=80, verbose_name="English name")),
                        ("name_zh", models.CharField(blank=True, max_length=80, verbose_name="Chinese name")),
                        (
                            "note_en",
                            models.CharField(blank=True, max_length=160, verbose_name="what it is good at, in English"),
                        ),
                        (
                            "note_zh",
                            models.CharField(blank=True, max_length=160, verbose_name="what it is good at, in Chinese"),
                        ),
                        ("is_enabled", models.BooleanField(default=True, verbose_name="enabled")),
                        ("position", models.PositiveIntegerField(default=100, verbose_name="order")),
                        (
                            "prompt_max_characters",
                            models.PositiveIntegerField(default=20000, verbose_name="longest prompt, in characters"),
                        ),
                        (
                            "accepts_data_uris",
                            models.BooleanField(
                                default=True,
                                help_text="Off: this gateway takes pictures for this model by address only.",
                                verbose_name="inputs as data",
                            ),
                        ),
                        (
                            "expected_seconds",
                            models.PositiveIntegerField(
                                default=60,
                                help_text="Shown until there are runs of our own to tell from.",
                                verbose_name="usual time, in seconds",
                            ),
                        ),
                        (
                            "context_window_tokens",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="context window, in tokens"
                            ),
                        ),
                        (
                            "max_output_tokens",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="longest reply, in tokens"),
                        ),
                        ("price_rule", models.JSONField(blank=True, default=dict, verbose_name="price rule")),
                    ],
                    options={
                        "verbose_name": "model",
                        "verbose_name_plural": "models",
                        "ordering": ("position", "id"),
                    },
                ),
                migrations.CreateModel(
                    name="EngineShift",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("host", models.CharField(max_length=120, unique=True, verbose_name="host")),
                        ("token", models.UUIDField(verbose_name="token")),
                        ("pid", models.PositiveIntegerField(verbose_name="process")),
                        ("started_at", models.DateTimeField(verbose_name="started")),
                        ("renewed_at", models.DateTimeField(verbose_name="renewed")),
                        ("expires_at", models.DateTimeField(verbose_name="expires")),
                        (
                            "stop_requested_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="asked to stop"),
                        ),
                        ("in_flight", models.PositiveIntegerField(default=0, verbose_name="in flight")),
                        (
                            "lateness_median_ms",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="lateness, median (ms)"),
                        ),
                        (
                            "lateness_p99_ms",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="lateness, 99 of 100 (ms)"),
                        ),
                        ("key_digest", models.CharField(blank=True, editable=False, max_length=64)),
                        ("storage", models.CharField(blank=True, editable=False, max_length=120)),
                    ],
                    options={
                        "verbose_name": "engine",
                        "verbose_name_plural": "engines",
                    },
                ),
                migrations.CreateModel(
                    name="GatewayState",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("endpoint_url", models.CharField(max_length=200, unique=True, verbose_name="address")),
                        ("paused_reason", models.CharField(blank=True, max_length=20, verbose_name="paused because")),
                        ("paused_at", models.DateTimeField(blank=True, null=True, verbose_name="paused")),
                        ("paused_detail", models.TextField(blank=True, verbose_name="the gateway's own words")),
                        ("probe_at", models.DateTimeField(blank=True, null=True, verbose_name="next probe")),
                        ("hold_until", models.DateTimeField(blank=True, null=True, verbose_name="asked to wait until")),
                    ],
                    options={
                        "verbose_name": "gateway",
                        "verbose_name_plural": "gateways",
                    },
                ),
                migrations.CreateModel(
                    name="Tag",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("key", models.CharField(editable=False, max_length=240, unique=True)),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "entries",
                            models.ManyToManyField(
                                related_name="tags", through="generations.EntryTag", to="generations.timelineentry"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tag",
                        "verbose_name_plural": "tags",
                    },
                ),
                migrations.CreateModel(
                    name="ApiCall",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        ("protocol", models.CharField(max_length=40, verbose_name="protocol")),
                        ("is_joined", models.BooleanField(default=False, verbose_name="joined an earlier one")),
                        ("digest", models.CharField(blank=True, max_length=64)),
                        ("webhook_url", models.CharField(blank=True, max_length=500, verbose_name="webhook")),
                        ("is_stream", models.BooleanField(default=False, verbose_name="streamed")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("open", "Under way"),
                                    ("completed", "Done"),
                                    ("stopped", "Hung up"),
                                    ("interrupted", "Interrupted"),
                                    ("failed", "Failed"),
                                ],
                                default="open",
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        ("open_until", models.DateTimeField(blank=True, null=True)),
                        ("started_at", models.DateTimeField(verbose_name="started")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                        (
                            "first_byte_ms",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="first byte after, in ms"),
                        ),
                        (
                            "http_status",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="answered"),
                        ),
                        ("finish_reason", models.CharField(blank=True, max_length=40, verbose_name="finish reason")),
                        ("failure_reason", models.CharField(blank=True, max_length=30, verbose_name="failure")),
                        ("failure_detail", models.TextField(blank=True, verbose_name="the gateway's own words")),
                        (
                            "input_tokens",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="input tokens"),
                        ),
                        (
                            "output_tokens",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="output tokens"),
                        ),
                        ("is_usage_estimated", models.BooleanField(default=False)),
                        (
                            "charge_amount",
                            models.DecimalField(
                                blank=True, decimal_places=6, max_digits=14, null=True, verbose_name="charge"
                            ),
                        ),
                        ("currency", models.CharField(default="CNY", max_length=3, verbose_name="currency")),
                        ("client_address", models.CharField(blank=True, max_length=60, verbose_name="address")),
                        ("client_name", models.CharField(blank=True, max_length=200, verbose_name="program")),
                        ("request_id", models.CharField(blank=True, max_length=64, verbose_name="request")),
                        (
                            "key",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="calls",
                                to="accounts.apikey",
                                verbose_name="API key",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="api_calls",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "model",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="generations.catalogmodel",
                                verbose_name="model",
                            ),
                        ),
                        (
                            "generation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="api_calls",
                                to="generations.generation",
                                verbose_name="generation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "API call",
                        "verbose_name_plural": "API calls",
                        "indexes": [
                            models.Index(fields=["person", "-id"], name="api_calls_of_a_person"),
                            models.Index(fields=["key", "-id"], name="api_calls_of_a_key"),
                            models.Index(
                                condition=models.Q(("status", "open")),
                                fields=["person", "open_until"],
                                name="api_calls_under_way",
                            ),
                            models.Index(
                                condition=models.Q(("digest", ""), _negated=True),
                                fields=["key", "digest"],
                                name="api_calls_by_digest",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["open", "completed", "stopped", "interrupted", "failed"])
                                ),
                                name="api_call_status_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiCallContent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("excerpt", models.CharField(blank=True, max_length=200)),
                        ("turns", models.JSONField(default=list)),
                        ("reply", models.TextField(blank=True)),
                        ("reasoning", models.TextField(blank=True)),
                        ("tool_calls", models.JSONField(blank=True, default=list)),
                        (
                            "call",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="content",
                                to="generations.apicall",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "content of an API call",
                        "verbose_name_plural": "contents of API calls",
                    },
                ),
                migrations.CreateModel(
                    name="ApiMinute",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("subject", models.CharField(max_length=40)),
                        ("minute", models.PositiveBigIntegerField()),
                        ("count", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "API minute",
                        "verbose_name_plural": "API minutes",
                        "indexes": [models.Index(fields=["minute"], name="api_minutes_by_age")],
                        "constraints": [
                            models.UniqueConstraint(fields=("subject", "minute"), name="one_count_a_minute")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Asset",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        (
                            "origin",
                            models.CharField(
                                choices=[
                                    ("upload", "Upload"),
                                    ("output", "Output"),
                                    ("taken", "Taken from a clip"),
                                    ("fitted", "Made to fit a model"),
                                ],
                                max_length=10,
                                verbose_name="origin",
                            ),
                        ),
                        ("media", models.CharField(max_length=10, verbose_name="media")),
                        ("mime", models.CharField(max_length=60, verbose_name="file type")),
                        ("path", models.CharField(max_length=200, verbose_name="path in storage")),
                        ("fitted_as", models.CharField(blank=True, editable=False, max_length=120)),
                        ("original_name", models.CharField(blank=True, max_length=200, verbose_name="file name")),
                        ("size_bytes", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                        ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                        ("width", models.PositiveIntegerField(blank=True, null=True, verbose_name="width in pixels")),
                        ("height", models.PositiveIntegerField(blank=True, null=True, verbose_name="height in pixels")),
                        (
                            "duration_ms",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="length in ms"),
                        ),
                        ("frame_rate", models.FloatField(blank=True, null=True, verbose_name="frames a second")),
                        ("has_sound", models.BooleanField(default=False, verbose_name="has sound")),
                        ("small_path", models.CharField(blank=True, max_length=200)),
                        ("large_path", models.CharField(blank=True, max_length=200)),
                        ("poster_path", models.CharField(blank=True, max_length=200)),
                        ("preview", models.CharField(blank=True, max_length=2000)),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assets",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "taken_from",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="taken",
                                to="generations.asset",
                                verbose_name="taken from",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "asset",
                        "verbose_name_plural": "assets",
                        "indexes": [
                            models.Index(fields=["owner", "-id"], name="assets_of_a_person"),
                            models.Index(fields=["sha256"], name="assets_by_digest"),
                            models.Index(
                                condition=models.Q(("taken_from__isnull", False)),
                                fields=["taken_from"],
                                name="assets_taken_from_one",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Batch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        ("submission_id", models.UUIDField(verbose_name="submission")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="batches",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "winner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="generations.generation",
                                verbose_name="winner",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "batch",
                        "verbose_name_plural": "batches",
                        "constraints": [
                            models.UniqueConstraint(fields=("owner", "submission_id"), name="one_batch_a_submission")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Board",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="boards",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "cover",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="generations.timelineentry",
                                verbose_name="cover",
                            ),
                        ),
                        (
                            "entries",
                            models.ManyToManyField(
                                related_name="boards", through="generations.BoardItem", to="generations.timelineentry"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "board",
                        "verbose_name_plural": "boards",
                        "indexes": [models.Index(fields=["visibility", "-changed_at"], name="boards_of_the_team")],
                        "constraints": [models.UniqueConstraint(fields=("owner", "key"), name="one_board_a_name")],
                    },
                ),
                migrations.CreateModel(
                    name="Draft",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        ("place", models.CharField(max_length=40, verbose_name="place")),
                        ("is_current", models.BooleanField(default=False, verbose_name="current")),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                        ("tab", models.CharField(blank=True, max_length=40)),
                        ("fields", models.JSONField(blank=True, default=dict, verbose_name="fields")),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="drafts",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "draft",
                        "verbose_name_plural": "drafts",
                        "indexes": [models.Index(fields=["owner", "place", "-changed_at"], name="drafts_of_a_place")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_current", True)),
                                fields=("owner", "place"),
                                name="one_current_draft",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GatewayAsset",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("endpoint_url", models.CharField(max_length=200, verbose_name="gateway")),
                        ("gateway_id", models.CharField(max_length=200, verbose_name="id at the gateway")),
                        ("is_active", models.BooleanField(default=False, verbose_name="usable")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "asset",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="gateway_assets",
                                to="generations.asset",
                                verbose_name="asset",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "gateway asset",
                        "verbose_name_plural": "gateway assets",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("asset", "endpoint_url"), name="one_gateway_asset_an_endpoint"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Generation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        ("kind", models.CharField(max_length=10, verbose_name="kind")),
                        ("prompt", models.TextField(blank=True, verbose_name="prompt")),
                        ("parameters", models.JSONField(blank=True, default=dict, verbose_name="parameters")),
                        (
                            "visibility",
                            models.CharField(
                                choices=[("private", "Only me"), ("team", "Team")],
                                default="team",
                                max_length=10,
                                verbose_name="visibility",
                            ),
                        ),
                        ("submission_id", models.UUIDField(verbose_name="submission")),
                        (
                            "relation",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("remix", "Remix"),
                                    ("edit", "Edit"),
                                    ("animate", "Animation"),
                                    ("continue", "Continuation"),
                                    ("variation", "Variation"),
                                    ("retry", "Retry"),
                                ],
                                max_length=12,
                                verbose_name="made as",
                            ),
                        ),
                        (
                            "batch_position",
                            models.PositiveSmallIntegerField(default=0, verbose_name="position in the batch"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("queued", "Queued"),
                                    ("submitting", "Submitting"),
                                    ("in_progress", "Running"),
                                    ("storing", "Saving"),
                                    ("completed", "Done"),
                                    ("failed", "Failed"),
                                    ("canceled", "Canceled"),
                                    ("uncertain", "Uncertain"),
                                ],
                                default="queued",
                                editable=False,
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                        ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="submitted")),
                        ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                        (
                            "cancel_requested_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="cancel asked"),
                        ),
                        ("trashed_at", models.DateTimeField(blank=True, null=True, verbose_name="moved to the trash")),
                        ("is_late_success", models.BooleanField(default=False, verbose_name="arrived late")),
                        ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                        ("lease_token", models.UUIDField(blank=True, editable=False, null=True)),
                        ("attempt_id", models.UUIDField(blank=True, editable=False, null=True, verbose_name="attempt")),
                        ("storing_host", models.CharField(blank=True, max_length=120, verbose_name="host that stores")),
                        (
                            "requeue_count",
                            models.PositiveSmallIntegerField(default=0, verbose_name="times put back in line"),
                        ),
                        ("poll_count", models.PositiveIntegerField(default=0, verbose_name="polls")),
                        (
                            "poll_error_count",
                            models.PositiveSmallIntegerField(default=0, verbose_name="failed polls in a row"),
                        ),
                        (
                            "not_found_count",
                            models.PositiveSmallIntegerField(default=0, verbose_name="not found in a row"),
                        ),
                        ("outer_code", models.CharField(blank=True, max_length=60, verbose_name="outer error code")),
                        (
                            "outer_code_count",
                            models.PositiveSmallIntegerField(default=0, verbose_name="outer errors in a row"),
                        ),
                        (
                            "store_error_count",
                            models.PositiveSmallIntegerField(default=0, verbose_name="failed copies"),
                        ),
                        ("endpoint_url", models.CharField(blank=True, max_length=200, verbose_name="gateway")),
                        (
                            "endpoint_key_reference",
                            models.CharField(blank=True, max_length=80, verbose_name="key used"),
                        ),
                        ("failure_reason", models.CharField(blank=True, max_length=30, verbose_name="failure")),
                        ("failure_detail", models.TextField(blank=True, verbose_name="the gateway's own words")),
                        ("raw_reply", models.TextField(blank=True, verbose_name="last reply")),
                        (
                            "unknown_word",
                            models.CharField(blank=True, max_length=60, verbose_name="unknown status word"),
                        ),
                        ("resolved", models.JSONField(blank=True, default=dict, verbose_name="what the model used")),
                        ("usage", models.JSONField(blank=True, default=dict, verbose_name="usage")),
                        (
                            "estimate_amount",
                            models.DecimalField(
                                blank=True, decimal_places=4, max_digits=14, null=True, verbose_name="estimate"
                            ),
                        ),
                        (
                            "charge_amount",
                            models.DecimalField(
                                blank=True, decimal_places=4, max_digits=14, null=True, verbose_name="charge"
                            ),
                        ),
                        ("currency", models.CharField(default="CNY", max_length=3, verbose_name="currency")),
                        (
                            "batch",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="generations",
                                to="generations.batch",
                                verbose_name="batch",
                            ),
                        ),
                        (
                            "model",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="generations",
                                to="generations.catalogmodel",
                                verbose_name="model",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="generations",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="children",
                                to="generations.generation",
                                verbose_name="made from",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "generation",
                        "verbose_name_plural": "generations",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="generations_due"
                            ),
                            models.Index(fields=["owner", "-id"], name="generations_of_a_person"),
                            models.Index(fields=["status", "-id"], name="generations_by_status"),
                            models.Index(fields=["model", "status", "-id"], name="generations_by_model"),
                            models.Index(
                                condition=models.Q(("batch__isnull", False)),
                                fields=["batch"],
                                name="generations_of_a_batch",
                            ),
                            models.Index(
                                condition=models.Q(("parent__isnull", False)),
                                fields=["parent"],
                                name="generations_made_from_one",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("owner", "submission_id"), name="one_generation_a_submission"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        [
                                            "queued",
                                            "submitting",
                                            "in_progress",
                                            "storing",
                                            "completed",
                                            "failed",
                                            "canceled",
                                            "uncertain",
                                        ],
                                    )
                                ),
                                name="generation_status_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GatewayTask",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("attempt_id", models.UUIDField(unique=True, verbose_name="attempt")),
                        ("task_id", models.CharField(blank=True, max_length=200, verbose_name="task id")),
                        ("endpoint_url", models.CharField(max_length=200, verbose_name="gateway")),
                        ("claimed_at", models.DateTimeField(verbose_name="claimed")),
                        ("lease_ends_at", models.DateTimeField(verbose_name="lease ends")),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered")),
                        ("outcome", models.CharField(blank=True, max_length=20, verbose_name="outcome")),
                        (
                            "generation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="gateway_tasks",
                                to="generations.generation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "gateway task",
                        "verbose_name_plural": "gateway tasks",
                        "ordering": ("id",),
                    },
                ),
                migrations.CreateModel(
                    name="ApiReplay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("value", models.CharField(max_length=64)),
                        ("path", models.CharField(max_length=60)),
                        ("body", models.CharField(max_length=64)),
                        ("created_at", models.DateTimeField()),
                        ("running_until", models.DateTimeField(blank=True, null=True)),
                        ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("content_type", models.CharField(blank=True, max_length=100)),
                        ("answer", models.BinaryField(blank=True, null=True)),
                        (
                            "key",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="replays",
                                to="accounts.apikey",
                            ),
                        ),
                        (
                            "generation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="generations.generation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "repeatable API call",
                        "verbose_name_plural": "repeatable API calls",
                        "indexes": [models.Index(fields=["created_at"], name="api_replays_by_age")],
                        "constraints": [models.UniqueConstraint(fields=("key", "value"), name="one_replay_a_value")],
                    },
                ),
                migrations.CreateModel(
                    name="GenerationEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("from_status", models.CharField(blank=True, max_length=12, verbose_name="from")),
                        ("to_status", models.CharField(max_length=12, verbose_name="to")),
                        ("reason", models.CharField(blank=True, max_length=40, verbose_name="reason")),
                        ("detail", models.TextField(blank=True, verbose_name="detail")),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "generation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="generations.generation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "event",
                        "verbose_name_plural": "events",
                        "ordering": ("id",),
                    },
                ),
                migrations.CreateModel(
                    name="GenerationInput",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("role", models.CharField(max_length=30, verbose_name="role")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                        (
                            "asset",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="used_as",
                                to="generations.asset",
                                verbose_name="asset",
                            ),
                        ),
                        (
                            "generation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="inputs",
                                to="generations.generation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "input",
                        "verbose_name_plural": "inputs",
                        "ordering": ("position", "id"),
                    },
                ),
                migrations.CreateModel(
                    name="GenerationOutput",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                        ("role", models.CharField(max_length=20, verbose_name="role")),
                        ("source_url", models.TextField(blank=True)),
                        ("source_seen_at", models.DateTimeField(blank=True, null=True, verbose_name="address seen")),
                        ("pending_path", models.CharField(blank=True, max_length=300)),
                        (
                            "asset",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="made_by",
                                to="generations.asset",
                                verbose_name="asset",
                            ),
                        ),
                        (
                            "generation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="outputs",
                                to="generations.generation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "output",
                        "verbose_name_plural": "outputs",
                        "ordering": ("position", "id"),
                        "constraints": [
                            models.UniqueConstraint(fields=("generation", "position"), name="one_output_a_position")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InputAddress",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("role", models.CharField(max_length=30, verbose_name="role")),
                        ("url", models.TextField(verbose_name="address")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                        (
                            "generation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="input_addresses",
                                to="generations.generation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "input by address",
                        "verbose_name_plural": "inputs by address",
                        "ordering": ("position", "id"),
                    },
                ),
                migrations.CreateModel(
                    name="Installation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "media_visibility",
                            models.CharField(
                                choices=[("private", "Only me"), ("team", "Team")],
                                default="team",
                                max_length=10,
                                verbose_name="visibility of new media",
                            ),
                        ),
                        (
                            "thread_visibility",
                            models.CharField(
                                choices=[("private", "Only me"), ("team", "Team")],
                                default="private",
                                max_length=10,
                                verbose_name="visibility of new threads",
                            ),
                        ),
                        (
                            "submits_in_flight",
                            models.PositiveIntegerField(
                                default=16,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="submits in flight, all people",
                            ),
                        ),
                        (
                            "submits_in_flight_per_person",
                            models.PositiveIntegerField(
                                default=8,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="submits in flight, one person",
                            ),
                        ),
                        (
                            "blocking_submits_in_flight",
                            models.PositiveIntegerField(
                                default=10,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="submits in flight that block for minutes, all people",
                            ),
                        ),
                        (
                            "polls_per_second",
                            models.PositiveIntegerField(
                                default=50,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="polls a second",
                            ),
                        ),
                        (
                            "api_requests_per_minute_per_key",
                            models.PositiveIntegerField(
                                default=6000,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="API requests a minute, one key",
                            ),
                        ),
                        (
                            "api_requests_per_minute_per_person",
                            models.PositiveIntegerField(
                                default=30000,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="API requests a minute, one person",
                            ),
                        ),
                        (
                            "api_calls_at_once_per_key",
                            models.PositiveIntegerField(
                                default=100,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="API calls at once, one key",
                            ),
                        ),
                        (
                            "api_calls_at_once_per_person",
                            models.PositiveIntegerField(
                                default=200,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="API calls at once, one person",
                            ),
                        ),
                        (
                            "webhook_private_hosts",
                            models.CharField(
                                blank=True,
                                help_text="Names or addresses, with a port if it is not 80 or 443, separated by commas. Webhooks may be sent to these although they lie inside a private network.",
                                max_length=500,
                                verbose_name="private webhook hosts",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "installation",
                        "verbose_name_plural": "installation",
                        "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_installation")],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("user", "You"), ("assistant", "Assistant")],
                                max_length=10,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("pending", "Waiting"),
                                    ("streaming", "Replying"),
                                    ("completed", "Done"),
                                    ("stopped", "Stopped"),
                                    ("interrupted", "Interrupted"),
                                    ("failed", "Failed"),
                                ],
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        ("text", models.TextField(blank=True, verbose_name="text")),
                        ("reasoning", models.TextField(blank=True, verbose_name="reasoning")),
                        ("submission_id", models.UUIDField(blank=True, null=True, verbose_name="submission")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                        ("reasoning_ms", models.PositiveIntegerField(blank=True, null=True)),
                        ("stop_requested_at", models.DateTimeField(blank=True, null=True)),
                        ("producer_token", models.UUIDField(blank=True, null=True)),
                        ("producer_until", models.DateTimeField(blank=True, null=True)),
                        ("finish_reason", models.CharField(blank=True, max_length=40, verbose_name="finish reason")),
                        ("failure_reason", models.CharField(blank=True, max_length=30, verbose_name="failure")),
                        ("failure_detail", models.TextField(blank=True, verbose_name="the gateway's own words")),
                        (
                            "input_tokens",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="input tokens"),
                        ),
                        (
                            "output_tokens",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="output tokens"),
                        ),
                        ("is_usage_estimated", models.BooleanField(default=False)),
                        (
                            "charge_amount",
                            models.DecimalField(
                                blank=True, decimal_places=6, max_digits=14, null=True, verbose_name="charge"
                            ),
                        ),
                        ("currency", models.CharField(default="CNY", max_length=3, verbose_name="currency")),
                        ("parameters", models.JSONField(blank=True, default=dict, verbose_name="parameters")),
                        ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="deleted")),
                        ("moved_children", models.JSONField(blank=True, default=list)),
                        ("asked_at", models.DateTimeField(blank=True, null=True)),
                        ("continued_from", models.PositiveIntegerField(blank=True, null=True)),
                        ("continuation_id", models.UUIDField(blank=True, null=True)),
                        (
                            "context_start",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="generations.message",
                            ),
                        ),
                        (
                            "model",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="generations.catalogmodel",
                                verbose_name="model",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="children",
                                to="generations.message",
                            ),
                        ),
                        (
                            "remembered_leaf",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="generations.message",
                            ),
                        ),
                        (
                            "thread",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="messages",
                                to="generations.thread",
                                verbose_name="thread",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "message",
                        "verbose_name_plural": "messages",
                        "ordering": ("id",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status__in", ("pending", "streaming"))),
                                fields=["status", "created_at"],
                                name="messages_unfinished",
                            ),
                            models.Index(fields=["thread", "id"], name="messages_of_a_thread"),
                            models.Index(
                                condition=models.Q(("parent__isnull", True)),
                                fields=["thread", "id"],
                                name="messages_at_a_root",
                            ),
                            models.Index(
                                fields=["thread", "input_tokens", "output_tokens", "charge_amount"],
                                name="messages_totals_of_a_thread",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        ["pending", "streaming", "completed", "stopped", "interrupted", "failed"],
                                    )
                                ),
                                name="message_status_known",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("submission_id__isnull", False)),
                                fields=("thread", "submission_id"),
                                name="one_message_a_submission",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MessagePiece",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("end", models.PositiveIntegerField()),
                        ("text_start", models.PositiveIntegerField()),
                        ("text", models.TextField(blank=True)),
                        ("reasoning_start", models.PositiveIntegerField()),
                        ("reasoning", models.TextField(blank=True)),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="pieces",
                                to="generations.message",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "piece of a reply",
                        "verbose_name_plural": "pieces of replies",
                        "ordering": ("message", "end"),
                        "constraints": [models.UniqueConstraint(fields=("message", "end"), name="one_piece_a_place")],
                    },
                ),
                migrations.CreateModel(
                    name="ModelInput",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                help_text="first_frame, last_frame, reference_image, reference_video, reference_audio, edit_image or mask.",
                                max_length=30,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "media",
                            models.CharField(
                                default="image", help_text="image, video or audio.", max_length=10, verbose_name="media"
                            ),
                        ),
                        ("group", models.CharField(blank=True, max_length=20, verbose_name="group")),
                        ("max_count", models.PositiveIntegerField(default=1, verbose_name="how many at most")),
                        (
                            "needs",
                            models.CharField(
                                blank=True,
                                help_text="Roles of which at least one must be given too.",
                                max_length=120,
                                verbose_name="needs one of",
                            ),
                        ),
                        (
                            "mimes",
                            models.CharField(
                                default="image/png,image/jpeg,image/webp", max_length=200, verbose_name="file types"
                            ),
                        ),
                        (
                            "max_bytes",
                            models.PositiveBigIntegerField(default=31457280, verbose_name="largest file, in bytes"),
                        ),
                        ("min_side", models.PositiveIntegerField(default=1, verbose_name="shortest side, in pixels")),
                        (
                            "max_side",
                            models.PositiveIntegerField(default=16000, verbose_name="longest side, in pixels"),
                        ),
                        (
                            "min_ratio",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("0"),
                                max_digits=6,
                                verbose_name="smallest width ÷ height",
                            ),
                        ),
                        (
                            "max_ratio",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("100"),
                                max_digits=6,
                                verbose_name="largest width ÷ height",
                            ),
                        ),
                        (
                            "min_pixels",
                            models.PositiveBigIntegerField(
                                blank=True, null=True, verbose_name="fewest pixels, width × height"
                            ),
                        ),
                        (
                            "max_pixels",
                            models.PositiveBigIntegerField(
                                blank=True, null=True, verbose_name="most pixels, width × height"
                            ),
                        ),
                        (
                            "min_frame_rate",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="fewest frames a second",
                            ),
                        ),
                        (
                            "max_frame_rate",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="most frames a second",
                            ),
                        ),
                        (
                            "min_seconds",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="shortest, in seconds",
                            ),
                        ),
                        (
                            "max_seconds",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="longest, in seconds",
                            ),
                        ),
                        (
                            "max_total_seconds",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="longest together, in seconds",
                            ),
                        ),
                        (
                            "by_address_only",
                            models.BooleanField(
                                default=False,
                                help_text="The protocol takes this file only from an address.",
                                verbose_name="by address only",
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=100, verbose_name="order")),
                        (
                            "model",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="inputs",
                                to="generations.catalogmodel",
                                verbose_name="model",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "input",
                        "verbose_name_plural": "inputs",
                        "ordering": ("position", "id"),
                        "constraints": [models.UniqueConstraint(fields=("model", "role"), name="one_input_a_role")],
                    },
                ),
                migrations.CreateModel(
                    name="ModelParameter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="name at the gateway")),
                        (
                            "type",
                            models.CharField(
                                choices=[
                                    ("choice", "one of a list"),
                                    ("integer", "whole number"),
                                    ("number", "number"),
                                    ("boolean", "yes or no"),
                                    ("size", "width × height in pixels"),
                                ],
                                default="choice",
                                max_length=10,
                                verbose_name="type",
                            ),
                        ),
                        ("label_en", models.CharField(blank=True, max_length=60, verbose_name="English label")),
                        ("label_zh", models.CharField(blank=True, max_length=60, verbose_name="Chinese label")),
                        (
                            "values",
                            models.CharField(
                                blank=True,
                                help_text="Separated by commas.",
                                max_length=500,
                                verbose_name="allowed values",
                            ),
                        ),
                        (
                            "minimum",
                            models.DecimalField(
                                blank=True, decimal_places=3, max_digits=16, null=True, verbose_name="minimum"
                            ),
                        ),
                        (
                            "maximum",
                            models.DecimalField(
                                blank=True, decimal_places=3, max_digits=16, null=True, verbose_name="maximum"
                            ),
                        ),
                        (
                            "default",
                            models.CharField(
                                blank=True, help_text="Empty: not sent.", max_length=60, verbose_name="default"
                            ),
                        ),
                        (
                            "condition",
                            models.CharField(
                                blank=True,
                                help_text="For instance output_format=jpeg|webp.",
                                max_length=120,
                                verbose_name="only while",
                            ),
                        ),
                        ("is_advanced", models.BooleanField(default=False, verbose_name="under “more settings”")),
                        ("position", models.PositiveIntegerField(default=100, verbose_name="order")),
                        (
                            "model",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="parameters",
                                to="generations.catalogmodel",
                                verbose_name="model",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "parameter",
                        "verbose_name_plural": "parameters",
                        "ordering": ("position", "id"),
                        "constraints": [models.UniqueConstraint(fields=("model", "name"), name="one_parameter_a_name")],
                    },
                ),
                migrations.CreateModel(
                    name="Preset",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        "indexes": [models.Index(fields=["visibility", "name"], name="presets_of_the_team")],
                        "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="one_preset_a_name")],
                    },
                ),
                migrations.CreateModel(
                    name="PromptTemplate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        "indexes": [
                            models.Index(
                                condition=models.Q(("trashed_at__isnull", True)),
                                fields=["owner", "-changed_at", "-id"],
                                name="templates_of_a_person",
                            ),
                            models.Index(
                                condition=models.Q(("trashed_at__isnull", True)),
                                fields=["visibility", "-changed_at", "-id"],
                                name="templates_of_the_team",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("trashed_at__isnull", True)),
                                fields=("owner", "key"),
                                name="one_template_a_name",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PromptUse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=10, verbose_name="kind")),
                        (
                            "visibility",
                            models.CharField(
                                choices=[("private", "Only me"), ("team", "Team")],
                                max_length=10,
                                verbose_name="visibility",
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
                migrations.CreateModel(
                    name="Revision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveBigIntegerField(default=0)),
                        (
                            "person",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="history_revision",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "revision",
                        "verbose_name_plural": "revisions",
                        "constraints": [
                            models.UniqueConstraint(
                                models.Value(1),
                                condition=models.Q(("person__isnull", True)),
                                name="one_revision_of_the_team",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Selection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "selection",
                        "verbose_name_plural": "selections",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("due_at__isnull", False)),
                                fields=["due_at"],
                                name="selections_under_way",
                            ),
                            models.Index(fields=["created_at"], name="selections_by_age"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StudioPreferences",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "media_visibility",
                            models.CharField(
                                blank=True, choices=[("private", "Only me"), ("team", "Team")], max_length=10
                            ),
                        ),
                        (
                            "thread_visibility",
                            models.CharField(
                                blank=True, choices=[("private", "Only me"), ("team", "Team")], max_length=10
                            ),
                        ),
                        ("wants_notifications", models.BooleanField(default=False)),
                        ("last_parameters", models.JSONField(blank=True, default=dict)),
                        (
                            "person",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="studio_preferences",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "preferences",
                        "verbose_name_plural": "preferences",
                    },
                ),
                migrations.CreateModel(
                    name="EntryTag",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "tag",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entry_tags",
                                to="generations.tag",
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entry_tags",
                                to="generations.timelineentry",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tag of an item",
                        "verbose_name_plural": "tags of items",
                        "indexes": [models.Index(fields=["tag", "-entry"], name="entries_of_a_tag")],
                        "constraints": [models.UniqueConstraint(fields=("entry", "tag"), name="one_tag_an_entry")],
                    },
                ),
                migrations.CreateModel(
                    name="TextFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="file name")),
                        ("text", models.TextField(verbose_name="text")),
                        ("size_bytes", models.PositiveIntegerField(verbose_name="size in bytes")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "text file",
                        "verbose_name_plural": "text files",
                        "indexes": [models.Index(fields=["created_at"], name="text_files_by_age")],
                    },
                ),
                migrations.CreateModel(
                    name="MessageAttachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        (
                            "asset",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attached_to",
                                to="generations.asset",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attachments",
                                to="generations.message",
                            ),
                        ),
                        (
                            "text_file",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attached_to",
                                to="generations.textfile",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "attachment",
                        "verbose_name_plural": "attachments",
                        "ordering": ("position", "id"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("asset__isnull", False), ("text_file__isnull", True)),
                                    models.Q(("asset__isnull", True), ("text_file__isnull", False)),
                                    _connector="OR",
                                ),
                                name="attachment_is_one_thing",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Thread",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                        (
                            "title_source",
                            models.CharField(
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
                        ("title_tokens", models.PositiveIntegerField(default=0)),
                        (
                            "title_charge_amount",
                            models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True),
                        ),
                        ("system_prompt", models.TextField(blank=True, verbose_name="system prompt")),
                        ("parameters", models.JSONField(blank=True, default=dict, verbose_name="parameters")),
                        (
                            "visibility",
                            models.CharField(
                                choices=[("private", "Only me"), ("team", "Team")],
                                default="private",
                                max_length=10,
                                verbose_name="visibility",
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                blank=True,
                                choices=[("", "chat"), ("improvement", "improving a prompt")],
                                default="",
                                max_length=12,
                                verbose_name="purpose",
                            ),
                        ),
                        ("submission_id", models.UUIDField(verbose_name="submission")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                        ("pinned_at", models.DateTimeField(blank=True, null=True, verbose_name="pinned")),
                        ("archived_at", models.DateTimeField(blank=True, null=True, verbose_name="archived")),
                        ("trashed_at", models.DateTimeField(blank=True, null=True, verbose_name="moved to the trash")),
                        (
                            "leaf",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="generations.message",
                            ),
                        ),
                        (
                            "model",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="threads",
                                to="generations.catalogmodel",
                                verbose_name="model",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="threads",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "preset",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="threads",
                                to="generations.preset",
                                verbose_name="preset",
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="copies",
                                to="generations.thread",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "thread",
                        "verbose_name_plural": "threads",
                        "indexes": [
                            models.Index(fields=["owner", "-changed_at", "-id"], name="threads_of_a_person"),
                            models.Index(
                                condition=models.Q(("pinned_at__isnull", False)),
                                fields=["owner", "-pinned_at"],
                                name="threads_pinned_by_a_person",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("archived_at__isnull", True),
                                    ("pinned_at__isnull", True),
                                    ("trashed_at__isnull", True),
                                ),
                                fields=["owner", "-changed_at", "-id"],
                                name="threads_in_a_persons_list",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("owner", "submission_id"), name="one_thread_a_submission")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QueuedMessage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        ("submission_id", models.UUIDField(verbose_name="submission")),
                        ("text", models.TextField(blank=True, verbose_name="text")),
                        ("attachments", models.JSONField(blank=True, default=list)),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("held_at", models.DateTimeField(blank=True, null=True, verbose_name="held")),
                        (
                            "model",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="generations.catalogmodel",
                                verbose_name="model",
                            ),
                        ),
                        (
                            "thread",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="queued_messages",
                                to="generations.thread",
                                verbose_name="thread",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "queued message",
                        "verbose_name_plural": "queued messages",
                        "ordering": ("id",),
                        "constraints": [
                            models.UniqueConstraint(fields=("thread", "submission_id"), name="one_queued_a_submission")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TimelineEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=10, verbose_name="kind")),
                        (
                            "visibility",
                            models.CharField(
                                choices=[("private", "Only me"), ("team", "Team")],
                                max_length=10,
                                verbose_name="visibility",
                            ),
                        ),
                        ("status", models.CharField(max_length=12, verbose_name="status")),
                        ("sorted_at", models.DateTimeField(verbose_name="sorted")),
                        ("place", models.BigIntegerField(editable=False, unique=True)),
                        ("trashed_at", models.DateTimeField(blank=True, null=True, verbose_name="moved to the trash")),
                        (
                            "cost_amount",
                            models.DecimalField(
                                blank=True, decimal_places=4, max_digits=14, null=True, verbose_name="cost"
                            ),
                        ),
                        ("is_indexed", models.BooleanField(default=False, editable=False)),
                        ("indexed_status", models.CharField(blank=True, editable=False, max_length=12)),
                        ("prompt_outcome", models.CharField(blank=True, editable=False, max_length=8)),
                        ("is_prompt_starred", models.BooleanField(default=False, editable=False)),
                        ("revision", models.PositiveBigIntegerField(default=0)),
                        ("team_revision", models.PositiveBigIntegerField(default=0)),
                        (
                            "generation",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="timeline_entry",
                                to="generations.generation",
                            ),
                        ),
                        (
                            "model",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="generations.catalogmodel",
                                verbose_name="model",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "prompt_use",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="entries",
                                to="generations.promptuse",
                            ),
                        ),
                        (
                            "thread",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="timeline_entry",
                                to="generations.thread",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "timeline entry",
                        "verbose_name_plural": "timeline entries",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("trashed_at__isnull", True)),
                                fields=["owner", "-place"],
                                name="timeline_of_a_person",
                            ),
                            models.Index(
                                condition=models.Q(("trashed_at__isnull", True)),
                                fields=["owner", "kind", "-place"],
                                name="timeline_of_a_person_by_kind",
                            ),
                            models.Index(
                                condition=models.Q(("trashed_at__isnull", True)),
                                fields=["visibility", "-place"],
                                name="timeline_of_the_team",
                            ),
                            models.Index(
                                condition=models.Q(("trashed_at__isnull", True)),
                                fields=["visibility", "kind", "-place"],
                                name="timeline_of_the_team_by_kind",
                            ),
                            models.Index(
                                condition=models.Q(("trashed_at__isnull", False)),
                                fields=["owner", "-place"],
                                name="trash_of_a_person",
                            ),
                            models.Index(
                                condition=models.Q(("trashed_at__isnull", False)),
                                fields=["trashed_at"],
                                name="trash_by_age",
                            ),
                            models.Index(
                                condition=models.Q(("is_indexed", False)), fields=["id"], name="timeline_to_index"
                            ),
                            models.Index(
                                condition=models.Q(("prompt_use__isnull", False)),
                                fields=["prompt_use", "prompt_outcome", "-is_prompt_starred", "-place"],
                                name="timeline_of_a_prompt",
                            ),
                            models.Index(
                                condition=models.Q(("generation__isnull", False), ("prompt_outcome", "")),
                                fields=["id"],
                                name="timeline_to_fold",
                            ),
                            models.Index(fields=["owner", "revision"], name="timeline_changed_for_a_person"),
                            models.Index(fields=["team_revision"], name="timeline_changed_for_the_team"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("generation__isnull", False), ("thread__isnull", True)),
                                    models.Q(("generation__isnull", True), ("thread__isnull", False)),
                                    _connector="OR",
                                ),
                                name="timeline_entry_is_one_thing",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="News",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("status", models.CharField(max_length=12, verbose_name="status")),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("is_announced", models.BooleanField(default=False)),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="history_news",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="news",
                                to="generations.timelineentry",
                                verbose_name="timeline entry",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "news",
                        "verbose_name_plural": "news",
                    },
                ),
                migrations.CreateModel(
                    name="Favourite",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="favourites",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="favourites",
                                to="generations.timelineentry",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "favourite",
                        "verbose_name_plural": "favourites",
                        "indexes": [models.Index(fields=["person", "-id"], name="favourites_of_a_person")],
                        "constraints": [
                            models.UniqueConstraint(fields=("entry", "person"), name="one_favourite_a_person")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BoardItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.BigIntegerField(verbose_name="position")),
                        ("added_at", models.DateTimeField(verbose_name="added")),
                        (
                            "added_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "board",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="items",
                                to="generations.board",
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="board_items",
                                to="generations.timelineentry",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "item of a board",
                        "verbose_name_plural": "items of boards",
                        "indexes": [models.Index(fields=["board", "position", "id"], name="board_in_order")],
                        "constraints": [
                            models.UniqueConstraint(fields=("board", "entry"), name="one_place_on_a_board")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookDelivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                        ),
                        ("announced_status", models.CharField(blank=True, max_length=12, verbose_name="announced")),
                        ("url", models.CharField(max_length=500, verbose_name="address")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("due", "To be delivered"),
                                    ("delivered", "Delivered"),
                                    ("failed", "Given up"),
                                ],
                                default="due",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                        ("lease_token", models.UUIDField(blank=True, editable=False, null=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                        ("attempts", models.JSONField(blank=True, default=list, verbose_name="attempts")),
                        (
                            "event",
                            models.OneToOneField(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="generations.generationevent",
                            ),
                        ),
                        (
                            "generation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="webhook_deliveries",
                                to="generations.generation",
                                verbose_name="generation",
                            ),
                        ),
                        (
                            "key",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="webhook_deliveries",
                                to="accounts.apikey",
                                verbose_name="API key",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "webhook delivery",
                        "verbose_name_plural": "webhook deliveries",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("due_at__isnull", False)),
                                fields=["due_at"],
                                name="webhook_deliveries_due",
                            ),
                            models.Index(fields=["key", "-id"], name="webhook_deliveries_of_a_key"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["due", "delivered", "failed"])),
                                name="delivery_state_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiUsage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("on", models.DateField(verbose_name="day")),
                        ("call_count", models.PositiveBigIntegerField(default=0, verbose_name="calls")),
                        ("input_tokens", models.PositiveBigIntegerField(default=0, verbose_name="input tokens")),
                        ("output_tokens", models.PositiveBigIntegerField(default=0, verbose_name="output tokens")),
                        (
                            "amount",
                            models.DecimalField(decimal_places=6, default=0, max_digits=16, verbose_name="charge"),
                        ),
                        (
                            "key",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="usage", to="accounts.apikey"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "API usage",
                        "verbose_name_plural": "API usage",
                        "constraints": [
                            models.UniqueConstraint(fields=("key", "on"), name="one_api_usage_a_key_and_day")
                        ],
                    },
                ),
            ],
        ),
    ]
