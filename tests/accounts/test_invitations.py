"""Joining by invitation: once, in time, with the address that was meant."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.models import AuditEvent, Invitation, User
from tests.accounts.conftest import card_of

PASSWORDS = {"password1": "a sentence is fine", "password2": "a sentence is fine"}


def make_invitation(by: User, *, age: timedelta = timedelta(), **more: str) -> tuple[Invitation, str]:
    invitation = Invitation(**more)
    token = invitations.prepare(invitation, invited_by=by, now=timezone.now() - age)
    invitation.save()
    return invitation, invitations.invitation_path(token)


def test_the_link_makes_a_person_with_the_role_that_was_meant_and_signs_them_in(client: Client, admin: User) -> None:
    invitation, path = make_invitation(admin, role="lead")
    assert client.get(path).status_code == 200

    response = client.post(path, {"username": "linyue", "email": "", **PASSWORDS})

    user = User.objects.get(username="linyue")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.role, user.is_staff, user.is_superuser) == ("lead", False, False)
    assert user.check_password("a sentence is fine")
    invitation.refresh_from_db()
    assert invitation.used_by == user
    kinds = list(AuditEvent.objects.filter(subject=user).order_by("id").values_list("kind", flat=True))
    assert kinds == ["user_created", "invitation_used", "sign_in"]


def test_only_a_digest_of_the_token_is_kept(admin: User) -> None:
    invitation, path = make_invitation(admin)

    token = path.split("/")[-2]
    assert token not in str(Invitation.objects.values())
    assert len(invitation.digest) == 64


def test_the_address_of_the_invitation_is_fixed(client: Client, admin: User) -> None:
    _invitation, path = make_invitation(admin, email="lin@example.com")
    assert 'value="lin@example.com"' in client.get(path).content.decode()

    client.post(path, {"username": "linyue", "email": "mallory@example.com", **PASSWORDS})

    assert User.objects.get(username="linyue").email == "lin@example.com"


def test_used_expired_and_invented_links_get_the_same_answer(admin: User) -> None:
    _used, used_path = make_invitation(admin)
    Client().post(used_path, {"username": "linyue", **PASSWORDS})
    _expired, expired_path = make_invitation(admin, age=invitations.LIFETIME)

    answers = [Client().get(path) for path in (used_path, expired_path, "/accounts/invitation/invented/")]
    answers += [Client().post(path, {"username": "two", **PASSWORDS}) for path in (used_path, expired_path)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({card_of(answer) for answer in answers}) == 1
    assert not User.objects.filter(username="two").exists()


def test_an_invitation_holds_for_seven_days_less_a_moment(client: Client, admin: User) -> None:
    _invitation, path = make_invitation(admin, age=invitations.LIFETIME - timedelta(minutes=1))

    assert client.get(path).status_code == 200


def test_a_refused_form_uses_nothing_up(client: Client, admin: User) -> None:
    invitation, path = make_invitation(admin)

    taken = client.post(path, {"username": "ADMIN", **PASSWORDS})
    weak = client.post(path, {"username": "linyue", "password1": "short", "password2": "short"})

    assert (taken.status_code, weak.status_code) == (422, 422)
    assert "username" in taken.context["form"].errors
    assert "password1" in weak.context["form"].errors
    invitation.refresh_from_db()
    assert invitation.used_at is None


def test_a_name_taken_between_check_and_save_uses_nothing_up(admin: User) -> None:
    invitation, _path = make_invitation(admin)
    now = timezone.now()
    invitations.claim(invitation, used_by=admin, now=now)

    with pytest.raises(invitations.InvitationGone):
        invitations.claim(invitation, used_by=admin, now=now)


@pytest.mark.django_db(transaction=True)
def test_twenty_people_who_post_the_same_link_at_once_make_one_person(admin: User) -> None:
    _invitation, path = make_invitation(admin)
    start = threading.Barrier(20)
    statuses: list[int] = []

    def post(number: int) -> None:
        try:
            start.wait(10)
            # One address each, because a limit of attempts from one address is not what this is about.
            response = Client(REMOTE_ADDR=f"10.0.0.{number}").post(path, {"username": f"p-{number}", **PASSWORDS})
            statuses.append(response.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(statuses) == [302] + [404] * 19
    assert User.objects.filter(username__startswith="p-").count() == 1
