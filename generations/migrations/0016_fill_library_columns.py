"""Give every entry its place, its model and its cost, in batches."""

import datetime
from itertools import islice

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Sum

AT_ONCE = 2_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
OVER = {"completed", "failed", "canceled"}


def fill(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Walk the entries in the order in which lists show them, so that equal moments keep their order."""
    entries = apps.get_model("generations", "TimelineEntry").objects
    messages = apps.get_model("generations", "Message").objects
    rows = entries.select_related("generation", "thread").order_by("sorted_at", "id").iterator(chunk_size=AT_ONCE)
    last = 0
    while batch := list(islice(rows, AT_ONCE)):
        threads = [entry.thread_id for entry in batch if entry.thread_id]
        costs = dict(
            messages.filter(thread__in=threads)
            .values("thread")
            .annotate(sum=Sum("charge_amount"))
            .values_list("thread", "sum")
        )
        for entry in batch:
            moment = (entry.sorted_at - EPOCH) // datetime.timedelta(microseconds=1)
            entry.place = last = max(moment, last + 1)
            item = entry.generation or entry.thread
            entry.model_id = item.model_id
            entry.cost_amount = _cost(entry) if entry.generation_id else costs.get(entry.thread_id)
        entries.bulk_update(batch, ["place", "model", "cost_amount"])


def _cost(entry: object) -> object:
    charge = entry.generation.charge_amount
    if charge is not None or entry.status in OVER:
        return charge
    return entry.generation.estimate_amount


class Migration(migrations.Migration):
    dependencies = [("generations", "0015_library_columns")]
    # Backwards the columns go anyway.
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
