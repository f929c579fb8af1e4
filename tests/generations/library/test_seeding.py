"""Seeded histories: plausible in both languages, in every state, with files that exist, and the same for one seed."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from generations.models import Asset, Generation, Message, Revision, Status, Thread, TimelineEntry

pytestmark = pytest.mark.django_db


def seed(*arguments: str) -> str:
    said = StringIO()
    call_command("seedhistory", *arguments, stdout=said)
    return said.getvalue()


def test_it_fills_a_history_that_pages_can_show(client: Client, alice: User) -> None:
    said = seed("ALICE", "--generations", "1500", "--threads", "40", "--seed", "7")

    assert "1500 more generations and 40 more threads" in said
    assert set(Generation.objects.values_list("status", flat=True)) == set(Status.values)
    assert TimelineEntry.objects.of_person(alice.pk).count() == 1540
    assert Generation.objects.filter(prompt__contains="灯塔").exists()
    assert Generation.objects.filter(prompt__contains="lighthouse").exists()
    assert Thread.objects.filter(leaf__isnull=True).count() == 0
    assert Message.objects.filter(role="assistant", model__isnull=True).count() == 0
    for asset in Asset.objects.all():
        assert default_storage.exists(asset.path)
        assert default_storage.exists(asset.small_path)
    assert {asset.media for asset in Asset.objects.all()} == {"image", "video"}
    client.force_login(alice)
    for path in ("/", "/library/", "/library/?kind=chat", "/chat/"):
        assert client.get(path).status_code == 200


def test_the_same_seed_tells_the_same_story(alice: User, bob: User) -> None:
    seed("alice", "--generations", "50", "--threads", "5", "--seed", "3")
    seed("bob", "--generations", "50", "--threads", "5", "--seed", "3")

    def story(person: User) -> list[tuple[str, str]]:
        return list(Generation.objects.filter(owner=person).order_by("id").values_list("prompt", "status"))

    assert story(alice) == story(bob)


def test_open_tabs_learn_of_it(alice: User) -> None:
    before = Revision.objects.number_of(alice.pk)

    seed("alice", "--generations", "10", "--threads", "0")

    assert Revision.objects.number_of(alice.pk) > before


def test_seeded_rows_want_nothing_of_the_engine(alice: User) -> None:
    seed("alice", "--generations", "400", "--threads", "0")

    assert not Generation.objects.filter(due_at__isnull=False).exists()


@pytest.mark.parametrize("arguments", [("nobody",), ("alice", "--generations", "-1")])
def test_what_cannot_be_is_one_sentence(alice: User, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        seed(*arguments)


def test_threads_can_be_made_as_long_as_is_asked(alice: User) -> None:
    seed("alice", "--generations", "0", "--threads", "2", "--messages", "50")

    assert [thread.messages.count() for thread in Thread.objects.all()] == [50, 50]
