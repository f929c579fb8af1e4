"""Questions about what a person may do, and the guard for pages of administrators."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.http.response import HttpResponseBase

from accounts.http import AuthenticatedHttpRequest
from accounts.models import Role, User

P = ParamSpec("P")
View = Callable[Concatenate[AuthenticatedHttpRequest, P], HttpResponseBase]


def is_administrator(user: User | AnonymousUser) -> bool:
    """Say whether a person looks after the installation."""
    return isinstance(user, User) and user.is_active and user.effective_role == Role.ADMINISTRATOR


def is_lead(user: User | AnonymousUser) -> bool:
    """Say whether a person may see the whole team's work and spending; administrators may, too."""
    return isinstance(user, User) and user.is_active and user.effective_role in {Role.LEAD, Role.ADMINISTRATOR}


def administrator_required(view: View[P]) -> View[P]:
    """Guard a view: for everybody but administrators the page does not exist."""

    @wraps(view)
    def guarded(request: AuthenticatedHttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_administrator(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def lead_required(view: View[P]) -> View[P]:
    """Guard a view: for members the page does not exist."""

    @wraps(view)
    def guarded(request: AuthenticatedHttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_lead(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
