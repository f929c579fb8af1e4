"""Staff's pages: who may enter, the link that is shown once, and the traces of every change."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.test import Client

from accounts.invitations import invitation_path
from accounts.models import AuditEvent, AuditKind, Invitation, User

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def admin_browser(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def form_of(user: User, **changes: object) -> dict[str, object]:
    """Return what the form of a person posts when nothing but the given fields is changed."""
    flags = {name: "on" for name in ("is_active", "is_staff", "is_superuser") if getattr(user, name)}
    values = {"username": user.username, "email": user.email, "name": user.name, "role": user.role, "theme": ""}
    merged = {**values, **flags, **changes}
    return {name: value for name, value in merged.items() if value is not None}


@pytest.mark.parametrize("name", ["user", "invitation", "auditevent"])
def test_lists_and_searches_answer(admin_browser: Client, admin: User, name: str) -> None:
    assert admin_browser.get(f"/admin/accounts/{name}/").status_code == 200
    assert admin_browser.get(f"/admin/accounts/{name}/?q=admin").status_code == 200


@pytest.mark.parametrize("path", ["/admin/mfa/authenticator/", "/admin/usersessions/usersession/"])
def test_lists_of_the_packages_answer(admin_browser: Client, path: str) -> None:
    assert admin_browser.get(path).status_code == 200


def test_the_admin_has_no_sign_in_of_its_own(client: Client) -> None:
    response = client.get("/admin/login/?next=/admin/accounts/user/")

    assert response.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", PEOPLE, "/admin/accounts/invitation/add/"])
def test_the_admin_does_not_exist_for_charlie(client: Client, charlie: User, path: str) -> None:
    client.force_login(charlie)

    assert client.get(path, follow=True).status_code == 404


def test_staff_who_are_no_superusers_are_no_administrators(client: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    client.force_login(bob)

    assert client.get("/admin/", follow=True).status_code == 404


def test_an_invitation_link_is_shown_once_and_works(admin_browser: Client) -> None:
    response = admin_browser.post("/admin/accounts/invitation/add/", {"email": "Lin@example.com", "role": "lead"})

    link = response.context["link"]
    invitation = Invitation.objects.get()
    assert response.status_code == 200
    assert link in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert Client().get(link.removeprefix("http://testserver")).status_code == 200
    token = link.split("/")[-2]
    for path in ("/admin/accounts/invitation/", f"/admin/accounts/invitation/{invitation.pk}/change/"):
        assert token not in admin_browser.get(path).content.decode()
    assert AuditEvent.objects.latest("id").kind == AuditKind.INVITATION_CREATED
    assert token not in str(AuditEvent.objects.values())


def test_a_link_uses_the_public_address(admin_browser: Client, settings: object) -> None:
    settings.PUBLIC_URL = "https://studio.example.com"  # type: ignore[attr-defined]

    response = admin_browser.post("/admin/accounts/invitation/add/", {"role": "member"})

    assert response.context["link"].startswith("https://studio.example.com/accounts/invitation/")


def test_a_deleted_invitation_opens_nothing(admin_browser: Client) -> None:
    link = admin_browser.post("/admin/accounts/invitation/add/", {"role": "member"}).context["link"]

    admin_browser.post(f"/admin/accounts/invitation/{Invitation.objects.get().pk}/delete/", {"post": "yes"})

    assert Client().get(invitation_path(link.split("/")[-2])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"role": "lead"}, {"role": ["member", "lead"]}),
        ({"is_staff": "on", "is_superuser": "on"}, {"is_staff": [False, True], "is_superuser": [False, True]}),
        ({"name": "Alice"}, None),
    ],
)
def test_a_change_of_rights_leaves_what_was_and_what_is(
    admin_browser: Client, admin: User, alice: User, changes: dict[str, str], expected: dict[str, object] | None
) -> None:
    response = admin_browser.post(f"{PEOPLE}{alice.pk}/change/", form_of(alice, **changes))
    assert response.status_code == 302

    event = AuditEvent.objects.filter(kind=AuditKind.ROLE_CHANGED).first()
    if expected is None:
        assert event is None
    else:
        assert event is not None
        assert (event.actor, event.subject, event.details) == (admin, alice, {"changed": expected})


def test_a_change_of_groups_is_a_change_of_rights(admin_browser: Client, alice: User) -> None:
    group = Group.objects.create(name="Video")

    admin_browser.post(f"{PEOPLE}{alice.pk}/change/", form_of(alice, groups=[group.pk]))

    assert AuditEvent.objects.latest("id").details == {"changed": {"groups": [[], ["Video"]]}}


def test_a_deactivated_person_is_out_at_once(admin_browser: Client, admin: User, alice: User) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": "alice", "password": "studio-alice-password"})
    assert browser.get("/accounts/").status_code == 200

    admin_browser.post(f"{PEOPLE}{alice.pk}/change/", form_of(alice, is_active=None))

    assert browser.get("/accounts/").status_code == 302
    assert not UserSession.objects.filter(user=alice).exists()
    event = AuditEvent.objects.get(kind=AuditKind.USER_DEACTIVATED)
    assert (event.actor, event.subject, event.details) == (admin, alice, {"sessions_ended": 1})


def test_the_action_deactivates_others_and_never_oneself(admin_browser: Client, admin: User, alice: User) -> None:
    admin_browser.post(PEOPLE, {"action": "deactivate", "_selected_action": [admin.pk, alice.pk]})

    admin.refresh_from_db()
    alice.refresh_from_db()
    assert (admin.is_active, alice.is_active) == (True, False)


def test_signing_somebody_out_everywhere_leaves_a_trace(admin_browser: Client, alice: User) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": "alice", "password": "studio-alice-password"})

    admin_browser.post(PEOPLE, {"action": "sign_out_everywhere", "_selected_action": [alice.pk]})

    assert browser.get("/accounts/").status_code == 302
    assert AuditEvent.objects.get(kind=AuditKind.SESSION_ENDED).details == {"sessions": 1}


def test_an_address_that_staff_change_is_the_one_that_counts(admin_browser: Client, alice: User) -> None:
    Client().post("/accounts/login/", {"login": "alice@example.com", "password": "studio-alice-password"})

    admin_browser.post(f"{PEOPLE}{alice.pk}/change/", form_of(alice, email="New@Example.com"))

    old = Client().post("/accounts/login/", {"login": "alice@example.com", "password": "studio-alice-password"})
    new = Client().post("/accounts/login/", {"login": "new@example.com", "password": "studio-alice-password"})
    assert (old.status_code, new.status_code) == (200, 302)


def test_staff_make_people_and_set_passwords_with_a_trace(admin_browser: Client) -> None:
    passwords = {"usable_password": "true", "password1": "a sentence is fine", "password2": "a sentence is fine"}

    admin_browser.post(f"{PEOPLE}add/", {"username": "linyue", "role": "member", **passwords})
    user = User.objects.get(username="linyue")
    admin_browser.post(f"{PEOPLE}{user.pk}/password/", {**passwords, "set-password": ""})

    kinds = list(AuditEvent.objects.filter(subject=user).order_by("id").values_list("kind", flat=True))
    assert kinds == ["user_created", "password_changed"]


def test_the_audit_log_is_read_only(admin_browser: Client, alice: User) -> None:
    event = AuditEvent.objects.create(kind=AuditKind.SIGN_IN, subject=alice)
    path = f"/admin/accounts/auditevent/{event.pk}"

    assert admin_browser.get(f"{path}/change/").status_code == 200
    assert admin_browser.post(f"{path}/change/", {"kind": "x"}).status_code == 403
    assert admin_browser.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert admin_browser.get("/admin/accounts/auditevent/add/").status_code == 403


def test_staff_remove_a_lost_second_step_and_never_see_its_secret(admin_browser: Client, alice: User) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(alice, secret)
    path = f"/admin/mfa/authenticator/{Authenticator.objects.get().pk}"
    assert secret not in admin_browser.get(f"{path}/change/").content.decode()

    admin_browser.post(f"{path}/delete/", {"post": "yes"})

    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.latest("id").kind == AuditKind.AUTHENTICATOR_REMOVED


def test_the_list_of_people_asks_as_much_for_fifteen_as_for_five(
    admin_browser: Client, django_assert_max_num_queries: object
) -> None:
    for number in range(15):
        User.objects.create_user(f"person-{number}")

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        admin_browser.get(PEOPLE)
