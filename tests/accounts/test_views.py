"""The account page, preferences, what a tab asks about its session, and stale forms."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.test import Client

from accounts.models import User

# Every page that a person can reach once they confirmed who they are.
PAGES = [
    "/accounts/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/invented/",
]
STRANGERS_PAGES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-invented/",
    "/accounts/confirm-email/invented/",
]


@pytest.mark.parametrize("path", STRANGERS_PAGES)
def test_pages_for_strangers_have_no_inline_code(client: Client, path: str) -> None:
    assert_strict_page(client.get(path))


@pytest.mark.parametrize("path", PAGES)
def test_account_pages_have_no_inline_code(alice_client: Client, path: str) -> None:
    alice_client.post("/accounts/reauthenticate/", {"password": "studio-alice-password"})

    assert_strict_page(alice_client.get(path))


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/reauthenticate/",
    ],
)
def test_pages_of_a_second_step_have_no_inline_code(alice_client: Client, alice: User, path: str) -> None:
    TOTP.activate(alice, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(alice)
    alice_client.post("/accounts/reauthenticate/", {"password": "studio-alice-password"})

    assert_strict_page(alice_client.get(path))


def assert_strict_page(response: object) -> None:
    text = response.content.decode()  # type: ignore[attr-defined]
    assert response.status_code == 200  # type: ignore[attr-defined]
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
    scripts = [part.split(">")[0] for part in text.split("<script")[1:]]
    assert all(" src=" in script or 'type="application/json"' in script for script in scripts)


def test_the_account_page_counts_what_there_is(alice_client: Client, alice: User) -> None:
    TOTP.activate(alice, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone"})

    context = alice_client.get("/accounts/").context

    assert (context["has_totp"], context["passkey_count"], context["session_count"]) == (True, 1, 1)


def test_preferences_are_kept_with_the_person_and_in_the_browser(alice_client: Client, alice: User) -> None:
    chosen = {"language": "zh-hans", "theme": "dark", "time_zone": "Asia/Shanghai"}

    response = alice_client.post("/accounts/preferences/", {**chosen, "next": "/library/"})

    alice.refresh_from_db()
    assert (alice.language, alice.theme, alice.time_zone) == ("zh-hans", "dark", "Asia/Shanghai")
    assert response.headers["Location"] == "/library/"
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert response.cookies["studio_theme"].value == "dark"


def test_what_is_not_posted_stays(alice_client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="en", time_zone="Asia/Shanghai")

    alice_client.post("/accounts/preferences/", {"theme": "light"})

    alice.refresh_from_db()
    assert (alice.language, alice.theme, alice.time_zone) == ("en", "light", "Asia/Shanghai")


def test_an_empty_choice_follows_browser_and_system_again(alice_client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="zh-hans", theme="dark")

    response = alice_client.post("/accounts/preferences/", {"language": "", "theme": ""})

    alice.refresh_from_db()
    assert (alice.language, alice.theme) == ("", "")
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"] == 0


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_preferences_never_lead_to_another_site(alice_client: Client, target: str) -> None:
    response = alice_client.post("/accounts/preferences/", {"theme": "dark", "next": target})

    assert response.headers["Location"] == "/accounts/"


def test_a_swap_is_told_what_to_do_instead_of_redirected(alice_client: Client) -> None:
    theme = alice_client.post("/accounts/preferences/", {"theme": "dark"}, HTTP_HX_REQUEST="true")
    language = alice_client.post("/accounts/preferences/", {"language": "zh-hans"}, HTTP_HX_REQUEST="true")

    assert (theme.status_code, language.status_code) == (204, 204)
    assert json.loads(theme.headers["HX-Trigger"]) == {"preferences-changed": {"theme": "dark"}}
    assert "HX-Refresh" not in theme.headers
    assert language.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("choice", [{"language": "tlh"}, {"theme": "plaid"}, {"time_zone": "Mars/Olympus"}])
def test_an_impossible_choice_is_refused_beside_its_field(
    alice_client: Client, alice: User, choice: dict[str, str]
) -> None:
    response = alice_client.post("/accounts/preferences/", choice)

    assert response.status_code == 422
    assert list(response.context["preferences_form"].errors) == list(choice)
    assert 'id="preferences"' in response.content.decode()


def test_a_stranger_chooses_a_language_for_the_sign_in_page(client: Client) -> None:
    response = client.post("/accounts/preferences/", {"language": "zh-hans", "next": "/accounts/login/?next=/g/1/"})

    assert response.headers["Location"] == "/accounts/login/?next=/g/1/"
    assert client.get("/accounts/login/").headers["Content-Language"] == "zh-hans"


def test_preferences_are_one_persons_own(alice_client: Client, alice: User, charlie: User) -> None:
    alice_client.post("/accounts/preferences/", {"theme": "dark"})

    charlie.refresh_from_db()
    assert charlie.theme == ""


def test_a_tab_learns_whether_it_is_signed_in_and_gets_a_token_that_works(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.get("/session/").json()["authenticated"] is False
    client.force_login(alice)

    answer = client.get("/session/").json()

    assert answer["authenticated"] is True
    response = client.post("/accounts/preferences/", {"theme": "dark"}, HTTP_X_CSRFTOKEN=answer["csrf"])
    assert response.status_code == 302


def test_a_stale_form_of_a_signed_in_person_is_told_to_load_again(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    page = client.post("/accounts/preferences/", {"theme": "dark"})
    fragment = client.post("/accounts/preferences/", {"theme": "dark"}, HTTP_HX_REQUEST="true")

    assert (page.status_code, fragment.status_code) == (403, 403)
    assert "out of date" in page.content.decode()
    assert fragment.content.decode().lstrip().startswith('<div class="notice" id="form-expired"')


def test_a_stale_sign_in_form_is_told_to_load_again() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})

    assert response.status_code == 403
    assert 'href="/accounts/login/"' in response.content.decode()
