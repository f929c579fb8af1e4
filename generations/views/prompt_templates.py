"""Templates: the list, one to be changed or filled in, and what can be done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.access import readable_generation
from generations.clock import database_now
from generations.forms.template_filling import fill
from generations.library import prompt_templates as verbs
from generations.library import template_syntax
from generations.library.drafts import CREATE, keep_draft
from generations.library.prompt_templates import TemplateChangedError, TemplateRefusedError, TemplateWords
from generations.models import PromptTemplate, Visibility

A_PAGE = 60
SEARCH_MAX_CHARACTERS = 200


@require_http_methods(["GET", "HEAD", "POST"])
def template_list(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show the templates that the person may use, or make one."""
    if request.method != "POST":
        return render(request, "prompts/templates.html", template_list_context(request))
    words = _words(request.POST)
    try:
        made = verbs.create(words, owner=request.user, now=database_now())
    except TemplateRefusedError as error:
        return _form(request, words, error=error, status=422)
    messages.success(request, _("Template saved."))
    return redirect("prompt_template", public_id=made.public_id)


def template_list_context(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    """Return one page of templates, as far as the words in the address fit them."""
    words = " ".join(request.GET.get("t", "").split())
    is_too_long = len(words) > SEARCH_MAX_CHARACTERS
    page = request.GET.get("page", "")
    start = int(page) * A_PAGE if page.isdecimal() and len(page) < 5 else 0
    asked = words[:SEARCH_MAX_CHARACTERS]
    found = list(verbs.templates_of(request.user, words=asked)[start : start + A_PAGE + 1])
    return {
        "deleted": _deleted(request),
        "rows": [shown(one) for one in found[:A_PAGE]],
        "asked": asked,
        "is_too_long": is_too_long,
        "next_page": start // A_PAGE + 1 if len(found) > A_PAGE else None,
    }


def shown(template: PromptTemplate) -> dict[str, Any]:
    """Return a template with its text in parts, so that variables can be told from words."""
    return {"template": template, "parts": template_syntax.read(template.text).parts}


@require_safe
def template_making(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show the form of a new template: empty, or with the prompt of a generation that the person may see."""
    text = request.GET.get("text", "")
    if "prompt_of" in request.GET:
        try:
            text = readable_generation(request.user, UUID(request.GET["prompt_of"])).prompt
        except ValueError:
            raise Http404 from None
    return _form(request, TemplateWords(text=template_syntax.escape(text)))


@require_http_methods(["GET", "HEAD", "POST"])
def prompt_template(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Show a template to be filled in, or change it; a form that shows an older one is told what it is now."""
    template = readable_template(request, public_id)
    if request.method != "POST":
        if request.GET.get("edit") == "1" and template.owner_id == request.user.pk:
            return _form(request, _words_of(template), template=template)
        return render(request, "prompts/template.html", _detail(request, template))
    if template.owner_id != request.user.pk:
        raise Http404
    words = _words(request.POST)
    version = request.POST.get("version", "")
    number = int(version) if version.isdecimal() and len(version) < 9 else 0
    try:
        verbs.edit(template, words, version=number, now=database_now())
    except TemplateRefusedError as error:
        return _form(request, words, template=template, version=number, error=error, status=422)
    except TemplateChangedError as error:
        current = error.current
        return _form(request, words, template=current, version=current.version, conflict=current, status=409)
    messages.success(request, _("Template saved."))
    return redirect("prompt_template", public_id=public_id)


@require_POST
def template_preview(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Answer the prompt that comes of the values in the form. Nothing is stored."""
    filling = fill(readable_template(request, public_id), request.POST.dict())
    is_order = request.POST.get("is_order") == "1"
    return render(
        request, "prompts/_template_preview.html", {"filling": filling, "is_swap": True, "is_shown": is_order}
    )


@require_POST
def template_order(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Open the composer with the prompt that comes of the values; it may be too long for an address."""
    template = readable_template(request, public_id)
    filling = fill(template, request.POST.dict())
    if not filling.is_complete:
        context = {**_detail(request, template), "filling": filling, "is_refused": True}
        return render(request, "prompts/template.html", context, status=422)
    fields = {"prompt": [filling.prompt], **({"kind": [template.kind]} if template.kind else {})}
    draft = keep_draft(request.user, CREATE, fields, now=database_now())
    return redirect(f"{reverse('create')}?draft={draft.public_id}")


@require_POST
def template_deletion(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Delete an own template; the list then offers to bring it back."""
    template = own_template(request, public_id)
    verbs.delete(template, now=database_now())
    return redirect(f"{_list_url()}?deleted={template.public_id}")


@require_POST
def template_restoration(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Bring an own template back that was deleted."""
    template = own_template(request, public_id, is_deleted=True)
    try:
        verbs.restore(template)
    except TemplateRefusedError as error:
        messages.error(request, str(error.message))
        return redirect(f"{_list_url()}?deleted={template.public_id}")
    messages.success(request, _("“%(name)s” is back.") % {"name": template.name})
    return redirect("prompt_template", public_id=public_id)


@require_safe
def template_picker(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer the dialog in which the composer chooses a template, or one of them to be filled in."""
    return render(request, "prompts/_template_picker.html", template_list_context(request))


@require_safe
def template_filling(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Answer the form of a template for the composer's dialog."""
    filling = fill(readable_template(request, public_id), {})
    return render(request, "prompts/_template_filling.html", {"filling": filling})


def readable_template(request: AuthenticatedHttpRequest, public_id: UUID) -> PromptTemplate:
    """Return a template that the person may use. Raises: Http404."""
    found = PromptTemplate.objects.visible_to(request.user.pk).select_related("owner")
    template = found.filter(public_id=public_id).first()
    if template is None:
        raise Http404
    return template


def own_template(request: AuthenticatedHttpRequest, public_id: UUID, *, is_deleted: bool = False) -> PromptTemplate:
    """Return a template that the person may change. Raises: Http404."""
    own = PromptTemplate.objects.filter(owner=request.user, public_id=public_id)
    template = own.first() if is_deleted else own.filter(trashed_at=None).first()
    if template is None:
        raise Http404
    return template


def _deleted(request: AuthenticatedHttpRequest) -> PromptTemplate | None:
    """Return the template that has just been deleted, for the notice that undoes it."""
    try:
        return own_template(request, UUID(request.GET.get("deleted", "")), is_deleted=True)
    except (ValueError, Http404):
        return None


def _list_url() -> str:
    return reverse("prompt_templates")


def _detail(request: AuthenticatedHttpRequest, template: PromptTemplate) -> dict[str, Any]:
    return {
        "template": template,
        "filling": fill(template, request.GET.dict()),
        "is_own": template.owner_id == request.user.pk,
    }


def _words_of(template: PromptTemplate) -> TemplateWords:
    return TemplateWords(template.name, template.text, template.kind, template.visibility)


def _words(given: QueryDict) -> TemplateWords:
    return TemplateWords(
        name=given.get("name", ""),
        text=given.get("text", ""),
        kind=given.get("kind", ""),
        visibility=given.get("visibility", Visibility.PRIVATE.value),
    )


def _form(request: AuthenticatedHttpRequest, words: TemplateWords, *, status: int = 200, **more: Any) -> HttpResponse:
    template = more.get("template")
    context = {
        "words": words,
        "template": None,
        "version": template.version if template else 0,
        "error": None,
        "conflict": None,
        "kinds": [("", _("Video and image")), ("video", _("Video")), ("image", _("Image"))],
        "visibilities": Visibility.choices,
        **more,
    }
    return render(request, "prompts/template_form.html", context, status=status)
