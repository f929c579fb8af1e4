"""The pages for 403, 404 and 500: a stranger learns nothing, a person gets a way back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 with our own page."""
    return render(request, "403.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 with our own page, whether the thing is missing or somebody else's."""
    return render(request, "404.html", status=404)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with our own page, and with plain text when even that cannot be rendered."""
    try:
        return render(request, "500.html", status=500)
    # The failure may sit in the layout itself, or in the database that the layout asks.
    except Exception:  # noqa: BLE001
        return HttpResponse("Something went wrong.\n", status=500, content_type="text/plain; charset=utf-8")
