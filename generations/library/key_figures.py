"""What the calls of API keys came to, for lists of keys: two queries, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Coalesce

from accounts.models import ApiKey
from generations.models import ApiCall, ApiUsage


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Calls and spending of one key. Units: the installation's currency."""

    calls: int = 0
    amount: Decimal = Decimal(0)


def figures_of(keys: Iterable[ApiKey]) -> dict[int, KeyFigures]:
    """Return the figures of each key; an order that has not ended counts with its estimate."""
    ids = [key.pk for key in keys]
    usage = ApiUsage.objects.filter(key__in=ids).values_list("key").annotate(Sum("call_count"), Sum("amount"))
    # A call that joined an earlier one shares its generation, which is paid once.
    media = ApiCall.objects.filter(key__in=ids, generation__isnull=False, is_joined=False)
    media_amount = Sum(Coalesce("generation__charge_amount", "generation__estimate_amount"))
    media_amounts = dict(media.exclude(generation__status="failed").values_list("key").annotate(amount=media_amount))
    found = {pk: KeyFigures(calls=calls, amount=amount) for pk, calls, amount in usage}
    for pk, amount in media_amounts.items():
        before = found.get(pk, KeyFigures())
        found[pk] = KeyFigures(calls=before.calls, amount=before.amount + (amount or Decimal(0)))
    return found
