"""One message as its partial shows it: what it says, how it ended, and what can be done with it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import User
from generations.forms.chat import MessageForm
from generations.models import CatalogModel, Message, MessageAttachment, MessageStatus, Thread
from generations.notify.messages import failure_sentence
from generations.relay.continuing import may_go_on
from generations.relay.markdown import render as render_markdown
from generations.relay.tree import ALONE, Versions, versions_of

_ENDED_BADLY = frozenset({MessageStatus.FAILED, MessageStatus.INTERRUPTED, MessageStatus.STOPPED})


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message. `may_write` says whether its reader owns the thread; with a `form` it is being edited."""

    message: Message
    thread: Thread
    may_write: bool
    now: datetime.datetime
    versions: Versions = ALONE
    form: MessageForm | None = None

    @property
    def is_reply(self) -> bool:
        """Whether a model said it."""
        return self.message.role == Message.Role.ASSISTANT

    @property
    def is_last(self) -> bool:
        """Whether the thread ends in it."""
        return self.thread.leaf_id == self.message.pk

    @property
    def model(self) -> CatalogModel:
        """The model that said it."""
        return self.message.model or self.thread.model

    @property
    def attachments(self) -> Sequence[MessageAttachment]:
        """The pictures and text files given with it."""
        return list(self.message.attachments.all()) if not self.is_reply else []

    @property
    def is_context_start(self) -> bool:
        """Whether the last reply was asked from here on, because the model's window did not hold more."""
        leaf = self.thread.leaf
        return leaf is not None and leaf.context_start_id == self.message.pk

    @property
    def html(self) -> SafeString:
        """The text as safe HTML."""
        return mark_safe(render_markdown(self.message.text))  # noqa: S308 - sanitized by the renderer

    @property
    def began_at(self) -> datetime.datetime:
        """Since when the reply is under way."""
        return self.message.started_at or self.message.created_at

    @property
    def elapsed_seconds(self) -> float:
        """How long the reply has been under way."""
        return max(0.0, (self.now - self.began_at).total_seconds())

    @property
    def thought_seconds(self) -> int | None:
        """How long the model thought, where it says so."""
        milliseconds = self.message.reasoning_ms
        return None if milliseconds is None else max(1, round(milliseconds / 1000))

    @property
    def problem(self) -> str | Promise:
        """One sentence about how the reply ended, if it did not end well."""
        status = self.message.status
        if status == MessageStatus.FAILED:
            return failure_sentence(self.message.failure_reason)
        if status == MessageStatus.INTERRUPTED:
            return _("The studio was interrupted here. What had arrived is kept; nothing was asked again.")
        if status == MessageStatus.STOPPED:
            return _("Stopped.")
        if self.message.finish_reason == "length":
            return _("The reply ends here because it reached its longest length.")
        return ""

    @property
    def is_problem_grave(self) -> bool:
        """Whether the sentence is about a fault."""
        return self.message.status in {MessageStatus.FAILED, MessageStatus.INTERRUPTED}

    @property
    def may_go_on(self) -> bool:
        """Whether the reply can be asked to go on from where it was cut."""
        return self.may_write and self.is_last and may_go_on(self.message)

    @property
    def may_ask_again(self) -> bool:
        """Whether another reply is the step that helps."""
        return self.may_write and self.is_last and self.is_reply and self.message.status in _ENDED_BADLY

    @property
    def new_submission_id(self) -> UUID:
        """An id for a form in this message, made now."""
        return uuid4()

    @property
    def tokens(self) -> int | None:
        """Tokens in and out together."""
        if self.message.input_tokens is None or self.message.output_tokens is None:
            return None
        return self.message.input_tokens + self.message.output_tokens

    def _url(self, name: str, message_id: UUID | None = None) -> str:
        return reverse(name, args=[self.thread.public_id, message_id or self.message.public_id])

    @property
    def url(self) -> str:
        """Where this partial comes from."""
        return self._url("message_detail")

    @property
    def stream_url(self) -> str:
        """Where the reply can be watched while it is written."""
        return self._url("message_stream")

    @property
    def stop_url(self) -> str:
        """Where the wish to end the reply goes."""
        return self._url("message_stop")

    @property
    def replies_url(self) -> str:
        """Where another reply to the same question is asked for."""
        return self._url("message_replies")

    @property
    def continuation_url(self) -> str:
        """Where the reply is asked to go on."""
        return self._url("message_continuation")

    @property
    def edit_url(self) -> str:
        """Where the message is said differently."""
        return self._url("message_versions")

    @property
    def menu_url(self) -> str:
        """Where the rest of what can be done with it comes from."""
        return self._url("message_menu")

    @property
    def branches_url(self) -> str:
        """Where a thread is begun that goes on from here."""
        return self._url("message_branches")

    @property
    def previous_url(self) -> str:
        """Where the version before this one is asked for, if there is one."""
        return self._url("message_showing", self.versions.previous) if self.versions.previous else ""

    @property
    def following_url(self) -> str:
        """Where the version after this one is asked for, if there is one."""
        return self._url("message_showing", self.versions.following) if self.versions.following else ""


def shown_messages(
    messages: Sequence[Message], *, thread: Thread, person: User, now: datetime.datetime
) -> list[ShownMessage]:
    """Return messages of one thread as this person sees them."""
    versions = versions_of(messages)
    return [
        ShownMessage(
            message=message,
            thread=thread,
            may_write=thread.owner_id == person.pk,
            now=now,
            versions=versions[message.pk],
        )
        for message in messages
    ]


def shown_message(message: Message, *, thread: Thread, person: User, now: datetime.datetime) -> ShownMessage:
    """Return one message as this person sees it."""
    return shown_messages([message], thread=thread, person=person, now=now)[0]
