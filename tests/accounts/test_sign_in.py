"""Signing in: by name or address, the same answer for everybody, limits, second steps, and the traces of all that."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from accounts.models import AuditEvent, User
from tests.accounts.conftest import SignIn

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def kinds(user: User | None = None) -> list[str]:
    events = AuditEvent.objects.filter(subject=user) if user else AuditEvent.objects.all()
    return list(events.order_by("id").values_list("kind", flat=True))


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def confirm(client: Client) -> None:
    """Give the password once more, as before a delicate step."""
    client.post("/accounts/reauthenticate/", {"password": "studio-alice-password"})


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.com", "Alice@Example.com"])
def test_people_sign_in_by_name_or_address_in_any_case(
    sign_in: SignIn, client: Client, alice: User, login: str
) -> None:
    response = sign_in(login, "studio-alice-password")

    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(alice.pk)
    assert kinds(alice) == ["sign_in"]


def test_a_sign_in_event_says_where_from_and_how(sign_in: SignIn, alice: User) -> None:
    sign_in("alice", "studio-alice-password", HTTP_USER_AGENT="Firefox " + "x" * 400, REMOTE_ADDR="10.1.2.3")

    event = AuditEvent.objects.get()
    assert (event.actor, event.actor_name, event.ip_address) == (alice, "alice", "10.1.2.3")
    assert len(event.user_agent) == 200
    assert event.details == {"methods": ["password"]}


def test_sign_in_leads_only_to_pages_of_this_site(client: Client, alice: User) -> None:
    form = {"login": "alice", "password": "studio-alice-password"}

    assert client.post("/accounts/login/", {**form, "next": "/library/"}).headers["Location"] == "/library/"
    client.logout()
    assert client.post("/accounts/login/", {**form, "next": "https://evil.example/"}).headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(sign_in: SignIn, alice: User) -> None:
    known = sign_in("alice", "wrong")
    unknown = sign_in("nobody", "wrong")

    assert known.status_code == unknown.status_code == 200
    said = [response.context["form"].errors.as_text() for response in (known, unknown)]
    assert said[0] == said[1]
    assert "do not match" in said[0]


def test_a_failed_sign_in_is_recorded_without_what_a_stranger_typed(sign_in: SignIn, alice: User) -> None:
    sign_in("alice", "wrong")
    sign_in("my-secret-password", "wrong")

    events = list(AuditEvent.objects.order_by("id"))
    assert [(event.kind, event.subject, event.actor) for event in events] == [
        ("sign_in_failed", alice, None),
        ("sign_in_failed", None, None),
    ]
    assert not any("my-secret" in str(vars(event)) for event in events)


@pytest.mark.parametrize("login", ["alice", "nobody"])
def test_after_five_failures_even_the_right_password_waits(sign_in: SignIn, alice: User, login: str) -> None:
    for _ in range(5):
        sign_in(login, "wrong")

    response = sign_in(login, "studio-alice-password")

    assert response.status_code == 200
    assert "Too many attempts" in response.context["form"].errors.as_text()


def test_a_deactivated_person_is_not_signed_in(sign_in: SignIn, client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    response = sign_in("alice", "studio-alice-password")

    assert response.headers["Location"] == "/accounts/inactive/"
    assert client.get("/accounts/inactive/").status_code == 200
    assert "_auth_user_id" not in client.session


def test_signing_out_needs_a_form_and_leaves_a_trace(alice_client: Client, alice: User) -> None:
    assert alice_client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in alice_client.session

    response = alice_client.post("/accounts/logout/")

    assert response.headers["Location"] == "/accounts/login/"
    assert kinds(alice)[-1] == "sign_out"


def test_nobody_signs_up_without_an_invitation(client: Client) -> None:
    form = {"username": "mallory", "password1": "long enough for us", "password2": "long enough for us"}

    assert "needs an invitation" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", form)

    assert not User.objects.exists()


def test_asking_for_a_reset_gets_the_same_answer_for_known_and_unknown_addresses(client: Client, alice: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": "ALICE@example.com"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})

    assert known.status_code == unknown.status_code == 302
    assert known.headers["Location"] == unknown.headers["Location"]
    assert [message.to for message in mail.outbox] == [["alice@example.com"], ["nobody@example.com"]]
    assert kinds() == ["password_reset_requested"]


def test_the_link_from_the_mail_sets_a_password_once(client: Client, alice: User, settings: object) -> None:
    settings.PUBLIC_URL = "https://studio.example.com"  # type: ignore[attr-defined]
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    link = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("https://studio.example.com/"))
    path = link.removeprefix("https://studio.example.com")

    form_path = client.get(path).headers["Location"]
    passwords = {"password1": "quite another sentence", "password2": "quite another sentence"}
    assert client.get(form_path).status_code == 200
    assert client.post(form_path, passwords).headers["Location"] == "/accounts/password/reset/key/done/"

    alice.refresh_from_db()
    assert alice.check_password("quite another sentence")
    assert kinds(alice) == ["password_reset_requested", "password_reset_done"]
    assert "does not work any more" in Client().get(path).content.decode()


def test_changing_the_password_ends_all_other_sessions(sign_in: SignIn, client: Client, alice: User) -> None:
    other = Client()
    other.force_login(alice)
    sign_in("alice", "studio-alice-password")

    client.post(
        "/accounts/password/change/",
        {
            "oldpassword": "studio-alice-password",
            "password1": "quite another sentence",
            "password2": "quite another sentence",
        },
    )

    assert client.get("/accounts/").status_code == 200
    assert other.get("/accounts/").status_code == 302
    assert kinds(alice)[-1] == "password_changed"


def test_a_second_step_is_asked_for_and_recorded(sign_in: SignIn, client: Client, alice: User) -> None:
    TOTP.activate(alice, SECRET)

    response = sign_in("alice", "studio-alice-password")
    assert response.headers["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    assert client.get("/accounts/2fa/authenticate/").status_code == 200

    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})

    assert client.session["_auth_user_id"] == str(alice.pk)
    assert kinds(alice) == ["sign_in_failed", "sign_in"]
    assert AuditEvent.objects.get(kind="sign_in").details == {"methods": ["password", "mfa:totp"]}


def test_a_recovery_code_works_once(sign_in: SignIn, client: Client, alice: User) -> None:
    TOTP.activate(alice, SECRET)
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]

    for expected in (True, False):
        client.logout()
        sign_in("alice", "studio-alice-password")
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert ("_auth_user_id" in client.session) is expected


def test_switching_on_the_app_makes_recovery_codes_and_leaves_traces(
    sign_in: SignIn, client: Client, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in("alice", "studio-alice-password")
    confirm(client)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/accounts/2fa/totp/activate/", {"code": code})

    assert response.headers["Location"] == "/accounts/2fa/recovery-codes/"
    assert {"totp", "recovery_codes"} == set(Authenticator.objects.values_list("type", flat=True))
    added = AuditEvent.objects.filter(kind="authenticator_added")
    assert sorted(event.details["type"] for event in added) == ["recovery_codes", "totp"]
    assert secret not in str(list(AuditEvent.objects.values()))


def test_delicate_steps_ask_for_the_password_again(alice_client: Client) -> None:
    response = alice_client.get("/accounts/2fa/totp/activate/")

    assert response.headers["Location"].startswith("/accounts/reauthenticate/?next=")


def test_a_person_ends_their_other_sessions(sign_in: SignIn, client: Client, alice: User) -> None:
    other = Client()
    other.post("/accounts/login/", {"login": "alice", "password": "studio-alice-password"})
    sign_in("alice", "studio-alice-password")
    assert UserSession.objects.count() == 2

    client.post("/accounts/sessions/")

    assert other.get("/accounts/").status_code == 302
    assert client.get("/accounts/").status_code == 200
    assert AuditEvent.objects.filter(kind="session_ended").get().details == {"sessions": 1}


def test_a_colleagues_address_is_refused_at_once(sign_in: SignIn, client: Client, alice: User, bob: User) -> None:
    sign_in("alice", "studio-alice-password")

    response = client.post("/accounts/email/", {"email": "BOB@example.com", "action_add": ""})

    assert "belongs to somebody else" in response.context["form"].errors.as_text()


def test_a_new_address_counts_once_it_is_confirmed(sign_in: SignIn, client: Client, alice: User) -> None:
    sign_in("alice", "studio-alice-password")
    confirm(client)
    client.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"

    path = next(line for line in mail.outbox[-1].body.splitlines() if "/confirm-email/" in line)
    client.post(path.removeprefix("http://testserver"))

    alice.refresh_from_db()
    assert alice.email == "new@example.com"
    assert kinds(alice)[-1] == "email_changed"


def test_the_sign_in_page_gets_a_challenge_for_a_passkey(client: Client) -> None:
    answer = client.get("/accounts/2fa/webauthn/login/", HTTP_ACCEPT="application/json").json()

    assert len(answer["request_options"]["publicKey"]["challenge"]) > 20


@pytest.mark.parametrize("credential", ["", "nonsense", "{}", "[]", "null", '{"id": "x", "response": {}}'])
def test_an_invented_passkey_signs_nobody_in(client: Client, alice: User, credential: str) -> None:
    client.get("/accounts/2fa/webauthn/login/", HTTP_ACCEPT="application/json")

    response = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})

    assert response.headers["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("credential", ["", "nonsense", "{}", "[]", '{"id": "x", "response": {}}'])
def test_an_invented_passkey_is_not_added(alice_client: Client, credential: str) -> None:
    confirm(alice_client)
    alice_client.get("/accounts/2fa/webauthn/add/")

    response = alice_client.post("/accounts/2fa/webauthn/add/", {"name": "Phone", "credential": credential})

    assert response.status_code == 200
    assert not Authenticator.objects.exists()
