"""Recipes: a file that carries one fills the composer; what stood in it is set aside."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import BinaryIO, cast

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.access import readable_asset, readable_generation
from generations.clock import database_now
from generations.forms.composer import Surroundings, build_composer
from generations.forms.remembered import offered_media_models
from generations.forms.restoring import Restored, restore
from generations.forms.starting import Origin
from generations.library.drafts import CREATE, PROMPT, DraftTooLargeError, keep_draft
from generations.media.recipe.inscribing import find_recipe
from generations.media.recipe.words import Recipe, RecipeUnreadableError
from generations.models import Relation
from generations.views.composing import media_form, with_drafts
from generations.views.drafts import draft_fields

MOST_NAME_CHARACTERS = 60


@require_POST
def recipes(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer the composer as the recipe in a file fills it; 204 for a file that carries none.

    The file itself is not stored. What was typed before is kept as a draft. Words and 422 for a recipe that cannot be
    read, or while what was typed is too long to be set aside.
    """
    upload = request.FILES.get("file")
    if upload is None or upload.file is None:
        return HttpResponse(status=204)
    try:
        recipe = find_recipe(cast("BinaryIO", upload.file))
        if recipe is None:
            return HttpResponse(status=204)
        _set_aside(request)
        restored = _restored(request, recipe, file_name=_name(upload.name))
    except RecipeUnreadableError:
        return _refuse(request, _("The recipe in this file cannot be read: it is too long or damaged."))
    except DraftTooLargeError:
        return _refuse(request, _("What stands in the composer is too long to be set aside as a draft."))
    return _composer(request, restored)


def _restored(request: AuthenticatedHttpRequest, recipe: Recipe, *, file_name: str) -> Restored:
    """Return what of a recipe this person can use. Raises: Http404 while no model is offered at all."""
    person = request.user
    found = restore(
        recipe,
        file_name=file_name,
        person=person,
        models=offered_media_models(),
        find_asset=partial(readable_asset, person),
        find_generation=partial(readable_generation, person),
    )
    if found is None:
        raise Http404
    return found


def _composer(request: AuthenticatedHttpRequest, restored: Restored) -> HttpResponseBase:
    form = media_form(request.user, restored.model, initial={**restored.settings, "prompt": restored.prompt})
    origin = Origin(parent=restored.parent, relation=Relation.REMIX) if restored.parent else None
    beside = Surroundings(origin=origin, restored=restored, is_filled=True)
    shown = build_composer(form, models=offered_media_models(), assets=restored.assets, beside=beside)
    context = {"composer": with_drafts(request.user, shown), "replaces_prompt": True}
    return render(request, "generations/_composer_body.html", context)


def _set_aside(request: AuthenticatedHttpRequest) -> None:
    """Keep what was typed, if there was anything. Raises: DraftTooLargeError."""
    if request.POST.get(PROMPT, "").strip():
        keep_draft(request.user, CREATE, draft_fields(request), now=database_now())


def _refuse(request: AuthenticatedHttpRequest, sentence: str) -> HttpResponseBase:
    return render(request, "components/_notice.html", {"text": sentence, "tone": "attention", "id": ""}, status=422)


def _name(name: str | None) -> str:
    return "".join(sign for sign in PurePath(name or "").name if sign.isprintable())[:MOST_NAME_CHARACTERS]
