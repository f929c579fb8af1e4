"""What stands over a thread: its name, and who may read it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.access import own_thread, readable_thread
from generations.forms.chat import TitleForm, VisibilityForm
from generations.models import Thread
from generations.relay import turns
from generations.views.thread_changes import changed, list_place
from generations.views.thread_pages import header_context, thread_page


@require_safe
def thread_header(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Show what stands over a thread; a page asks for it while a title is being made."""
    thread = readable_thread(request.user, thread_id)
    if not request.htmx:
        return redirect("thread_detail", thread_id=thread.public_id)
    return render(request, "chat/_thread_title_changed.html", header_context(request, thread))


@require_POST
def thread_title(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Give a thread a name."""
    thread = own_thread(request.user, thread_id)
    form = TitleForm(request.POST)
    if not form.is_valid():
        return _title_refused(request, thread, form)
    turns.rename(thread, title=form.cleaned_data["title"])
    return changed(request, thread)


@require_POST
def thread_visibility(request: AuthenticatedHttpRequest, thread_id: UUID) -> HttpResponseBase:
    """Show a thread to the team, or no longer."""
    thread = own_thread(request.user, thread_id)
    form = VisibilityForm(request.POST)
    if not form.is_valid():
        return render(request, "chat/thread_detail.html", thread_page(request, thread), status=422)
    turns.set_visibility(thread, visibility=form.cleaned_data["visibility"])
    return changed(request, thread)


def _title_refused(request: AuthenticatedHttpRequest, thread: Thread, form: TitleForm) -> HttpResponseBase:
    place = "list" if request.POST.get("place") == "list" else "header"
    if not request.htmx:
        context = {**thread_page(request, thread), "title_form": form}
        return render(request, "chat/thread_detail.html", context, status=422)
    context = {"thread": thread, "title_form": form, "place": place, **list_place(request)}
    response = render(request, "chat/_thread_rename.html", context, status=422)
    response.headers["HX-Retarget"] = f"#rename-{place}"
    response.headers["HX-Reswap"] = "outerHTML"
    return response
