"""What people do in a thread: begin one, say something, ask again, stop a reply, name it, share it.

A form carries a submission id that was made when it was rendered. The same id a second time shows what the
first one made, and makes nothing. Only rows are written here; who produces the reply is decided by the relay.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from generations.models import CatalogModel, Message, MessageStatus, Preset, Purpose, Thread, TitleSource
from generations.relay import claims
from generations.relay.attached import Attached, attach, title_of
from generations.relay.titles import first_words

Row = TypeVar("Row")

TITLE_MAX_CHARACTERS = 200


class ReplyUnderWayError(Exception):
    """The thread's last reply has not ended yet."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person sends, checked."""

    text: str
    model: CatalogModel
    submission_id: UUID
    attachments: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new thread is given beside its first message."""

    system_prompt: str = ""
    preset: Preset | None = None
    parameters: Mapping[str, float | int] = field(default_factory=dict)
    purpose: Purpose = Purpose.CHAT


@dataclass(frozen=True, slots=True)
class Turn:
    """A person's message and the reply to it. `is_new` is false when the submission id was used before."""

    question: Message
    reply: Message
    is_new: bool


def start_thread(
    question: Question,
    *,
    owner: User,
    visibility: str,
    now: datetime.datetime,
    beginning: Beginning = Beginning(),
) -> tuple[Thread, bool]:
    """Begin a thread with its first turn and return it, and whether it is new.

    Idempotent: yes, per person and submission id.
    """

    def find() -> Thread | None:
        return Thread.objects.filter(owner=owner, submission_id=question.submission_id).first()

    def make() -> Thread:
        thread = Thread.objects.create(
            owner=owner,
            title=first_words(question.text) or title_of(question.attachments),
            model=question.model,
            visibility=visibility,
            system_prompt=beginning.system_prompt,
            preset=beginning.preset,
            parameters=dict(beginning.parameters),
            purpose=beginning.purpose,
            # Nobody reads the name of what stands in no list, so no model need be asked for one.
            title_source=TitleSource.PERSON if beginning.purpose else TitleSource.WORDS,
            submission_id=question.submission_id,
            created_at=now,
            changed_at=now,
        )
        put_turn(thread, question, parent=None, now=now)
        return thread

    return once(find, make)


def add_turn(thread: Thread, question: Question, *, now: datetime.datetime) -> Turn:
    """Put a message behind the last one, with a reply that waits for a producer.

    Raises: ReplyUnderWayError while the last reply has not ended.
    Idempotent: yes, per thread and submission id.
    """

    def find() -> Message | None:
        return thread.messages.filter(submission_id=question.submission_id).first()

    def make() -> Message:
        present = hold(thread)
        return put_turn(present, question, parent=present.leaf, now=now)

    asked, is_new = once(find, make, holding=thread)
    reply = asked.children.select_related("model").order_by("-id").first()
    if reply is None:  # the sibling of a reply was asked for with this id, not a question
        return Turn(question=asked.parent or asked, reply=asked, is_new=False)
    return Turn(question=asked, reply=reply, is_new=is_new)


def ask_again(
    reply: Message, *, model: CatalogModel, submission_id: UUID, now: datetime.datetime
) -> tuple[Message, bool]:
    """Make another reply to the same question, beside this one, and return it and whether it is new.

    Raises: ReplyUnderWayError while the thread's last reply has not ended.
    Idempotent: yes, per thread and submission id.
    """

    def find() -> Message | None:
        return reply.thread.messages.filter(submission_id=submission_id).first()

    def make() -> Message:
        thread = hold(reply.thread)
        remember_place(reply, thread)
        return wait_for_reply(thread, to=reply.parent, model=model, now=now, submission_id=submission_id)

    return once(find, make, holding=reply.thread)


def request_stop(reply: Message, *, now: datetime.datetime) -> None:
    """Ask the producer to end the reply; one that nobody has begun ends at once.

    Idempotent: yes.
    """
    Message.objects.filter(pk=reply.pk, status__in=claims.UNFINISHED, stop_requested_at=None).update(
        stop_requested_at=now
    )
    claims.stop_unbegun(reply.pk, now=now)


def rename(thread: Thread, *, title: str) -> None:
    """Give the thread a name of its person's own. Idempotent: yes."""
    _change(thread, title=title[:TITLE_MAX_CHARACTERS], title_source=TitleSource.PERSON)


def set_visibility(thread: Thread, *, visibility: str) -> None:
    """Show the thread to the team, or no longer. Idempotent: yes."""
    _change(thread, visibility=visibility)


def _change(thread: Thread, **values: str) -> None:
    with transaction.atomic():
        Thread.objects.filter(pk=thread.pk).update(**values)
        for name, value in values.items():
            setattr(thread, name, value)
        claims.announce([Thread.objects.select_related("leaf").get(pk=thread.pk)])


def remember_place(message: Message, thread: Thread) -> None:
    """Note on a message, before another version takes its place, where the thread was being read below it."""
    Message.objects.filter(pk=message.pk).update(remembered_leaf=thread.leaf_id)


def once(find: Callable[[], Row | None], make: Callable[[], Row], *, holding: Thread | None = None) -> tuple[Row, bool]:
    """Return what a submission id has made already, or else what is made of it now, and whether it is new."""
    found = find()
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            # Holding the thread, or on SQLite anyway, we exclude all others: this look is the one that counts.
            if holding is not None:
                Thread.objects.select_for_update().get(pk=holding.pk)
            found = find()
            return (found, False) if found is not None else (make(), True)
    except IntegrityError:
        # Another request with the same submission id was first; anything else is a fault and goes on up.
        found = find()
        if found is None:
            raise
        return found, False


def hold(thread: Thread) -> Thread:
    """Return a held thread as it stands now. Raises: ReplyUnderWayError."""
    present = Thread.objects.select_related("leaf").get(pk=thread.pk)
    if present.leaf is not None and present.leaf.is_unfinished:
        raise ReplyUnderWayError
    return present


def put_turn(thread: Thread, question: Question, *, parent: Message | None, now: datetime.datetime) -> Message:
    """Write a person's message and the reply that waits behind it; to be called while the thread is held."""
    asked = Message.objects.create(
        thread=thread,
        parent=parent,
        role=Message.Role.USER,
        status=MessageStatus.COMPLETED,
        text=question.text,
        submission_id=question.submission_id,
        created_at=now,
        finished_at=now,
    )
    attach(asked, question.attachments)
    wait_for_reply(thread, to=asked, model=question.model, now=now)
    return asked


def wait_for_reply(
    thread: Thread,
    *,
    to: Message | None,
    model: CatalogModel,
    now: datetime.datetime,
    submission_id: UUID | None = None,
) -> Message:
    """Write the empty reply that a producer will claim; the thread moves up and ends in it."""
    reply = Message.objects.create(
        thread=thread,
        parent=to,
        role=Message.Role.ASSISTANT,
        status=MessageStatus.PENDING,
        model=model,
        submission_id=submission_id,
        created_at=now,
    )
    thread.leaf = reply
    thread.model = model
    thread.changed_at = now
    thread.save(update_fields=["leaf", "model", "changed_at"])
    claims.announce([thread])
    return reply
