"""The first administrator: one link, one administrator, whoever races for it."""

from __future__ import annotations

import logging
import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Role, SetupToken, User
from accounts.setup import administrator_exists, issue_setup_token, setup_path
from tests.accounts.conftest import card_of

FORM = {"username": "ada", "email": "", "password1": "a sentence is fine", "password2": "a sentence is fine"}


def test_the_link_makes_the_administrator_and_signs_them_in(client: Client) -> None:
    path = setup_path(issue_setup_token(timezone.now()))
    assert client.get(path).status_code == 200

    response = client.post(path, FORM)

    user = User.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert user.effective_role is Role.ADMINISTRATOR
    assert client.session["_auth_user_id"] == str(user.pk)
    assert administrator_exists()
    kinds = list(AuditEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["user_created", "sign_in"]


def test_a_used_an_older_and_an_invented_link_get_the_same_answer() -> None:
    older = setup_path(issue_setup_token(timezone.now()))
    newer = setup_path(issue_setup_token(timezone.now()))
    answer_to_older = Client().get(older)
    Client().post(newer, FORM)

    answers = [answer_to_older, Client().get(newer), Client().post(newer, FORM), Client().get("/accounts/setup/x/")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({card_of(answer) for answer in answers}) == 1
    assert User.objects.count() == 1


def test_the_link_ends_when_an_administrator_comes_another_way(client: Client) -> None:
    path = setup_path(issue_setup_token(timezone.now()))
    User.objects.create_superuser("root", "", "a sentence is fine")

    assert client.post(path, FORM).status_code == 404
    assert User.objects.count() == 1


def test_only_a_digest_of_the_token_is_kept() -> None:
    token = issue_setup_token(timezone.now())

    assert SetupToken.objects.get().digest != token


def test_the_token_never_reaches_the_access_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    token = issue_setup_token(timezone.now())

    with caplog.at_level(logging.DEBUG):
        client.get(setup_path(token))

    assert "/accounts/setup/…" in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password2": "something else"}, "password2"),
        ({"password1": "short", "password2": "short"}, "password1"),
        ({"password1": "ada-ada-ada", "password2": "ada-ada-ada", "username": "ada-ada-ada"}, "password1"),
        ({"username": "ada@example.com"}, "username"),
        ({"username": ""}, "username"),
        ({"email": "not an address"}, "email"),
    ],
)
def test_a_refused_form_leaves_the_link_alive(client: Client, changes: dict[str, str], field: str) -> None:
    path = setup_path(issue_setup_token(timezone.now()))

    response = client.post(path, {**FORM, **changes})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert client.post(path, FORM).status_code == 302


def test_a_deactivated_administrator_is_none() -> None:
    User.objects.create_superuser("root", "", "a sentence is fine", is_active=False)

    assert not administrator_exists()


@pytest.mark.django_db(transaction=True)
def test_people_who_post_the_link_at_once_make_one_administrator() -> None:
    path = setup_path(issue_setup_token(timezone.now()))
    start = threading.Barrier(8)
    statuses: list[int] = []

    def post(number: int) -> None:
        try:
            start.wait(10)
            statuses.append(Client().post(path, {**FORM, "username": f"ada-{number}"}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(statuses) == [302] + [404] * 7
    assert User.objects.count() == 1
