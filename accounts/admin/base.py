"""What the admin pages share: who acts, and tables that are read and not counted."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.models import User


def actor_of(request: HttpRequest) -> User:
    """Return the administrator behind a request; the admin lets nobody else get this far."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts to ten thousand and no further; older rows are found by filter and search."""

    limit = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows to page through."""
        return len(cast("QuerySet[Any]", self.object_list).values_list("pk")[: self.limit])


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that are looked at, not edited, in a table that may be long."""

    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody writes such a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits one either."""
        return False
