"""The guard of delicate steps: whoever signed in a while ago proves once more who they are."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http.response import HttpResponseBase

from accounts.http import AuthenticatedHttpRequest

P = ParamSpec("P")
View = Callable[Concatenate[AuthenticatedHttpRequest, P], HttpResponseBase]


def signed_in_lately(request: AuthenticatedHttpRequest) -> bool:
    """Tell whether the person proved who they are within the last 15 minutes, by signing in or since.

    allauth's own question counts only proofs after the sign-in; here the sign-in itself is one.
    """
    records = get_authentication_records(request, request.user)
    if any(time.time() - record.get("at", 0) < REAUTHENTICATION_TIMEOUT for record in records):
        return True
    # Somebody without a password or second factor of the studio's has nothing to prove it with here.
    return not get_adapter(request).get_reauthentication_methods(request.user)


def recent_sign_in_required(view: View[P]) -> View[P]:
    """Guard what a view changes: a POST waits until the person has confirmed, and then goes on by itself."""

    @wraps(view)
    def guarded(request: AuthenticatedHttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and not signed_in_lately(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded
