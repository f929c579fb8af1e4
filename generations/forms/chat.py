"""What a person may say in a thread: the text, the model that answers, who may read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from generations.forms.attachments import NamesField, attachment_error
from generations.forms.inputs import UploadsField
from generations.forms.prompts import LONE_SURROGATE, NUL, PromptField, prompt_error
from generations.models import (
    Asset,
    CatalogModel,
    Installation,
    Kind,
    Purpose,
    StudioPreferences,
    TextFile,
    Thread,
    Visibility,
)

TITLE_MAX_CHARACTERS = 200
# The model's own limit is checked once the model is known; this one only bounds the work.
TEXT_MAX_CHARACTERS = 2_000_000


Find = Callable[[Sequence[str]], Sequence["Asset | TextFile"]]

# What stands for "the thread's own words, as they are" among the presets.
OWN_PROMPT = "own"


class MessageForm(forms.Form):
    """One message, with the submission id that was made when the form was rendered.

    `find` looks up what the person may give along; `given` is what it found. `uploads` come from browsers without a
    script.
    """

    text = PromptField(max_characters=TEXT_MAX_CHARACTERS, label=_("Message"))
    model = forms.ModelChoiceField(
        queryset=CatalogModel.objects.none(),
        to_field_name="gateway_name",
        label=_("Model"),
        error_messages={
            "invalid_choice": _("This model is not offered any more. Choose another one."),
            "required": _("Choose a model."),
        },
    )
    submission_id = forms.UUIDField(
        error_messages={
            "invalid": _("This form has expired. Reload the page; your text is kept."),
            "required": _("This form has expired. Reload the page; your text is kept."),
        }
    )
    attachments = NamesField(required=False)
    uploads = UploadsField(required=False)
    preset = forms.CharField(required=False, max_length=40)

    def __init__(self, *arguments: Any, find: Find | None = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._find = find
        self.given: tuple[Asset | TextFile, ...] = ()
        models = self.fields["model"]
        assert isinstance(models, forms.ModelChoiceField)  # noqa: S101 - tells the type checker what stands above
        models.queryset = offered_chat_models()

    def clean(self) -> dict[str, Any]:
        """Check text and files against the limits of the chosen model."""
        values = super().clean() or self.cleaned_data
        text, model = values.get("text"), values.get("model")
        names = values.get("attachments") or []
        self.given = tuple(self._find(names)) if self._find and names else ()
        if len(self.given) < len(names):
            self.add_error("attachments", _("A file is not there any more. The others are kept."))
        elif model and (error := attachment_error(self.given, model)):
            self.add_error("attachments", error)
        if text == "" and not self.given and not values.get("uploads"):
            self.add_error("text", _("Write something first."))
        elif text and model and (error := prompt_error(text, max_characters=model.prompt_max_characters)):
            self.add_error("text", error)
        return values


class ThreadForm(MessageForm):
    """The first message of a thread, and who may read the thread."""

    visibility = forms.ChoiceField(choices=Visibility.choices, label=_("Who may read it"))


class TitleForm(forms.Form):
    """A thread's name. Half a pair of surrogates or a NUL is refused like in any text."""

    title = forms.CharField(
        max_length=TITLE_MAX_CHARACTERS,
        label=_("Name"),
        error_messages={
            "required": _("A thread needs a name."),
            "max_length": _("A name has at most %(limit_value)d characters."),
        },
        validators=[],
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        # Django's own check of NUL would come first, in words that name no way out.
        self.fields["title"].validators = [
            check for check in self.fields["title"].validators if "Null" not in type(check).__name__
        ]

    def clean_title(self) -> str:
        """Return the name on one line."""
        title: str = self.cleaned_data["title"]
        if NUL in title or LONE_SURROGATE.search(title):
            raise ValidationError(_("The name holds characters that are not text. Delete them and try again."))
        return " ".join(title.split())


class VisibilityForm(forms.Form):
    """Who may read a thread."""

    visibility = forms.ChoiceField(choices=Visibility.choices)


def offered_chat_models() -> Any:
    """Return the models that answer in chat, in the administrator's order."""
    return CatalogModel.objects.offered().of_kind(Kind.CHAT).with_form()


def opening_model(
    person: User, *, thread: Thread | None = None, offered: Sequence[CatalogModel] | None = None
) -> CatalogModel | None:
    """Return the model that a composer begins with: the thread's, else the person's last one, else the first."""
    offered = list(offered_chat_models()) if offered is None else offered
    if thread is not None:
        wanted: int | None = thread.model_id
    else:
        own = Thread.objects.filter(owner=person, purpose=Purpose.CHAT)
        wanted = own.order_by("-changed_at").values_list("model_id", flat=True).first()
    return next((model for model in offered if model.pk == wanted), offered[0] if offered else None)


def thread_visibility(person: User) -> str:
    """Return who may read this person's new threads unless they say otherwise."""
    own = StudioPreferences.objects.filter(person=person).values_list("thread_visibility", flat=True).first()
    return own or Installation.current().thread_visibility


def fresh_initial(model: CatalogModel | None, **more: Any) -> dict[str, Any]:
    """Return what a newly rendered form holds: a submission id of its own, and the model."""
    submission_id: UUID = uuid4()
    return {"submission_id": submission_id, "model": model.gateway_name if model else "", **more}
