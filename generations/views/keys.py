"""API keys: made and shown once, named, limited, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import keys
from accounts.http import AuthenticatedHttpRequest
from accounts.links import absolute_address
from accounts.models import ApiKey
from accounts.recent import recent_sign_in_required
from generations.clock import database_now
from generations.forms.keys import KeyNameForm, NewKeyForm, WebhookForm, settings_form_of
from generations.library.key_figures import KeyFigures, figures_of
from generations.models import CatalogModel
from generations.views.snippets import PLACEHOLDER, snippets_for

DELIVERIES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key of the table, with what it has done and whether it still works."""

    key: ApiKey
    figures: KeyFigures
    state: str
    model_names: tuple[str, ...]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@recent_sign_in_required
def key_list(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show the person's keys and how to use them; a POST makes one and shows it this one time."""
    form = NewKeyForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "keys/keys.html", _page(request, form=form))
    if not form.is_valid():
        return render(request, "keys/keys.html", _page(request, form=form), status=422)
    try:
        key, secret = keys.issue(
            request.user,
            name=form.cleaned_data["name"],
            now=database_now(),
            submission_id=form.cleaned_data["submission_id"],
            request=request,
            **form.values(),
        )
    except keys.KeyMadeBeforeError:
        messages.warning(request, _("This key was made a moment ago, and its secret cannot be shown again."))
        return HttpResponseRedirect(reverse("keys"))
    return render(request, "keys/keys.html", _page(request, form=NewKeyForm(), fresh=key, secret=secret))


def _page(request: AuthenticatedHttpRequest, *, form: NewKeyForm, **fresh: Any) -> dict[str, Any]:
    address = absolute_address(request, path="/").rstrip("/")
    return {
        "form": form,
        "rows": _rows_of(request),
        "snippets": snippets_for(address=address, secret=fresh.get("secret", PLACEHOLDER)),
        "address": address,
        **fresh,
    }


def _rows_of(request: AuthenticatedHttpRequest) -> list[KeyRow]:
    now = database_now()
    own = list(ApiKey.objects.filter(person=request.user).select_related("person"))
    figures = figures_of(own)
    names = {model.gateway_name: model.name for model in CatalogModel.objects.all()}
    return [
        KeyRow(
            key=key,
            figures=figures.get(key.pk, KeyFigures()),
            state=keys.refusal_reason(key, now=now) or "",
            model_names=tuple(names.get(name, name) for name in key.allowed_models),
        )
        for key in own
    ]


@never_cache
@require_safe
def key_detail(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Show one key: its settings, its webhook, and what was delivered."""
    key = own_key(request, public_id)
    return render(request, "keys/key_detail.html", _detail(key))


@require_POST
def key_name(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Give a key another name."""
    key = own_key(request, public_id)
    form = KeyNameForm(request.POST)
    if not form.is_valid():
        return render(request, "keys/key_detail.html", _detail(key, name_form=form), status=422)
    keys.change(key, actor=request.user, request=request, name=form.cleaned_data["name"])
    return _saved(request, key)


@require_POST
@recent_sign_in_required
def key_settings(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change what a key may do."""
    key = own_key(request, public_id)
    form = settings_form_of(key, request.POST)
    if not form.is_valid():
        return render(request, "keys/key_detail.html", _detail(key, settings_form=form), status=422)
    keys.change(key, actor=request.user, request=request, **form.values())
    return _saved(request, key)


@require_POST
@recent_sign_in_required
def key_webhook(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change where results are announced, or make the secret that signs them a new one."""
    key = own_key(request, public_id)
    if "renew" in request.POST:
        keys.change(key, actor=request.user, request=request, webhook_secret_number=key.webhook_secret_number + 1)
        return _saved(request, key)
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return render(request, "keys/key_detail.html", _detail(key, webhook_form=form), status=422)
    keys.change(key, actor=request.user, request=request, webhook_url=form.cleaned_data["webhook_url"])
    return _saved(request, key)


@require_POST
def key_revocation(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """End a key at once."""
    key = own_key(request, public_id)
    if keys.revoke(key, actor=request.user, now=database_now(), request=request):
        messages.success(request, _("“%(name)s” was revoked. Nothing answers to it any more.") % {"name": key.name})
    return HttpResponseRedirect(reverse("keys"))


def own_key(request: AuthenticatedHttpRequest, public_id: UUID) -> ApiKey:
    """Return a key of this person's. Raises: Http404 when there is none, or it is another person's."""
    key = ApiKey.objects.select_related("person").filter(person=request.user, public_id=public_id).first()
    if key is None:
        raise Http404
    return key


def _detail(key: ApiKey, **forms: Any) -> dict[str, Any]:
    return {
        "key": key,
        "state": keys.refusal_reason(key, now=database_now()) or "",
        "figures": figures_of([key]).get(key.pk, KeyFigures()),
        "name_form": KeyNameForm(initial={"name": key.name}),
        "settings_form": settings_form_of(key),
        "webhook_form": WebhookForm(initial={"webhook_url": key.webhook_url}),
        "webhook_secret": keys.webhook_secret(key),
        "deliveries": key.webhook_deliveries.select_related("generation").order_by("-id")[:DELIVERIES_SHOWN],
        **forms,
    }


def _saved(request: AuthenticatedHttpRequest, key: ApiKey) -> HttpResponseRedirect:
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("key_detail", args=[key.public_id]))
