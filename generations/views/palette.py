"""The palette: every page, model, recent thread and action by a few letters of its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import is_administrator
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from generations.models import CatalogModel, Kind, Purpose, Thread
from generations.search.tokens import normalize

MOST_WORDS_CHARACTERS = 200
MOST_MODELS = 6
MOST_THREADS = 6
# So many of a person's latest threads are looked through.
THREADS_SEARCHED = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """One line: an address, or the selector of a control of the page that is pressed. `also` are more names."""

    label: str
    icon: str
    href: str = ""
    press: str = ""
    detail: str = ""
    also: str = ""

    def rank(self, words: str) -> int | None:
        """Return how well it fits, 0 best, or None when it does not."""
        label = normalize(self.label)
        if label.startswith(words):
            return 0
        if f" {words}" in f" {label}":
            return 1
        return 2 if words in label or words in normalize(f"{self.also} {self.detail}") else None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    key: str
    name: str
    choices: Sequence[Choice]


@require_safe
def palette(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer the dialog, or the list alone while somebody types."""
    asked = request.GET.get("q", "")[:MOST_WORDS_CHARACTERS].strip()
    context = {"groups": _groups(request.user, asked), "asked": asked}
    is_list = request.htmx.target == "palette-list"
    return render(request, "components/_palette_list.html" if is_list else "components/_palette.html", context)


def _groups(person: User, asked: str) -> list[Group]:
    words = " ".join(normalize(asked).split())
    groups = [
        Group("pages", _("Pages"), _fitting(_pages(person), words)),
        Group("threads", _("Recent threads"), _fitting(_threads(person, words), words)[:MOST_THREADS]),
        Group("models", _("Models"), _fitting(_models(), words)[:MOST_MODELS] if words else []),
        Group("actions", _("Actions"), _fitting(_actions(), words)),
    ]
    found = [group for group in groups if group.choices]
    search = Choice(
        label=_("Search the library for “%(words)s”") % {"words": asked},
        icon="search",
        href=f"{reverse('library')}?{urlencode({'q': asked})}",
    )
    return [*found, Group("search", _("Search"), [search])] if words else found


def _fitting(choices: Iterable[Choice], words: str) -> list[Choice]:
    if not words:
        return list(choices)
    ranked = [(rank, choice) for choice in choices if (rank := choice.rank(words)) is not None]
    return [choice for _rank, choice in sorted(ranked, key=lambda one: one[0])]


def _pages(person: User) -> list[Choice]:
    places = [
        ("create", _("Create"), "create"),
        ("chat", _("Chat"), "chat"),
        ("library", _("Library"), "library"),
        ("prompts", _("Prompts"), "prompts"),
        ("prompt_templates", _("Templates"), "prompts"),
        ("usage", _("Usage"), "usage"),
        ("keys", _("API keys"), "keys"),
        ("account_index", _("Account"), "sliders"),
    ]
    if is_administrator(person):
        places.append(("admin:index", _("Administration"), "tools"))
    found = []
    for name, label, icon in places:
        try:
            # By its English name, too, whatever the page's language.
            found.append(Choice(label=label, icon=icon, href=reverse(name), also=name.replace("_", " ")))
        except NoReverseMatch:
            # Not every installation has every page.
            continue
    return found


def _models() -> list[Choice]:
    icons = {Kind.VIDEO: "video", Kind.IMAGE: "image", Kind.CHAT: "chat"}
    found = []
    for model in CatalogModel.objects.offered():
        page = reverse("chat" if model.kind == Kind.CHAT else "create")
        href = f"{page}?{urlencode({'model': model.gateway_name})}"
        also = f"{model.gateway_name} {model.name_en} {model.name_zh}"
        icon = icons.get(Kind(model.kind), "wand")
        found.append(Choice(label=model.name, icon=icon, href=href, detail=model.note, also=also))
    return found


def _threads(person: User, words: str) -> list[Choice]:
    rows = Thread.objects.filter(owner=person, trashed_at__isnull=True, purpose=Purpose.CHAT).exclude(title="")
    count = THREADS_SEARCHED if words else MOST_THREADS
    return [
        Choice(label=title, icon="chat", href=reverse("thread_detail", args=[public_id]))
        for title, public_id in rows.order_by("-changed_at").values_list("title", "public_id")[:count]
    ]


def _actions() -> list[Choice]:
    return [
        Choice(_("Make a video"), "video", href=f"{reverse('create')}?kind=video", also="new video"),
        Choice(_("Make an image"), "image", href=f"{reverse('create')}?kind=image", also="new image"),
        Choice(_("New chat"), "chat", href=reverse("chat"), also="new chat thread"),
        Choice(_("Light theme"), "sun", press='[name="theme"][value="light"]', also="light theme"),
        Choice(_("Dark theme"), "moon", press='[name="theme"][value="dark"]', also="dark theme"),
        Choice(_("Theme of the system"), "theme", press='[name="theme"][value=""]', also="system theme"),
        Choice("English", "command", press='[name="language"][value="en"]', also="language 语言"),
        Choice("简体中文", "command", press='[name="language"][value="zh-hans"]', also="language chinese 语言"),
        Choice(_("Show all keys"), "command", press='[data-dialog="shortcuts"]', also="keyboard shortcuts help"),
        Choice(_("Sign out"), "exit", press="[data-sign-out]", also="sign out log out"),
    ]
