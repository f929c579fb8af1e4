"""Lists that stay fast at a million rows: nothing here counts a whole table."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNT_AT_MOST = 10_000


class BoundedPaginator(Paginator[Any]):
    """Counts to ten thousand and no further: an exact count of a large table costs a walk over all of it."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, or the bound when there are more."""
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[:COUNT_AT_MOST].count()


class LargeTableAdmin(admin.ModelAdmin[Any]):
    """A list without full counts, and without buttons that make or destroy what people and the gateway made."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: Any) -> bool:
        """Rows are made by people and by the engine."""
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        """A paid result is not deleted from a list."""
        return False
