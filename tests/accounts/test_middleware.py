"""The closed door, the person's language and time zone, and when a session was last used."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.middleware import SessionActivityMiddleware, is_open_path
from accounts.models import User

HTML = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    "path", ["/", "/library/", "/g/8d0c/", "/admin/", "/no-such-page/", "/accounts/", "/accounts/email/"]
)
def test_a_stranger_is_led_to_sign_in_whether_or_not_the_page_exists(client: Client, path: str) -> None:
    response = client.get(path, **HTML)

    assert response.status_code == 302
    assert response.headers["Location"].split("?")[0] == "/accounts/login/"


def test_sign_in_leads_back_to_the_page_with_its_query(client: Client) -> None:
    response = client.get("/library/?kind=video&q=%E7%8C%AB", **HTML)

    assert response.headers["Location"] == "/accounts/login/?next=%2Flibrary%2F%3Fkind%3Dvideo%26q%3D%25E7%258C%25AB"


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("get", {"HTTP_HX_REQUEST": "true"}),
        ("get", {"HTTP_ACCEPT": "application/json"}),
        ("get", {"HTTP_ACCEPT": "text/event-stream"}),
        ("get", {"HTTP_SEC_FETCH_DEST": "empty", "HTTP_ACCEPT": "*/*"}),
        ("get", {"HTTP_SEC_FETCH_DEST": "image", "HTTP_ACCEPT": "image/*"}),
        ("post", {"HTTP_HX_REQUEST": "true"}),
        ("post", {}),
        ("delete", {}),
        ("put", {}),
    ],
)
@pytest.mark.parametrize("path", ["/generations/", "/no-such-page/"])
def test_fragments_polls_and_forms_without_a_session_are_answered_401(
    client: Client, method: str, headers: dict[str, str], path: str
) -> None:
    response = getattr(client, method)(path, **headers)

    assert response.status_code == 401
    assert 'id="sign-in-again"' in response.content.decode()
    assert 'name="password"' not in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_a_form_of_an_ended_session_is_401_although_its_token_is_stale() -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/generations/", {"csrfmiddlewaretoken": "x" * 64}, HTTP_HX_REQUEST="true")

    assert response.status_code == 401


def test_a_form_posted_without_htmx_gets_the_notice_in_a_page_of_its_own(client: Client) -> None:
    response = client.post("/generations/", **HTML)

    assert response.status_code == 401
    assert "<title>" in response.content.decode()
    assert 'id="sign-in-again"' in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/login",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/key/1-set-password/",
        "/accounts/2fa/authenticate/",
        "/accounts/2fa/webauthn/login/",
        "/accounts/invitation/abc/",
        "/accounts/setup/abc/",
        "/accounts/preferences/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/session/",
        "/favicon.ico",
        "/static/css/studio.css",
        "/media/signed/abc",
        "/v1/models",
        "/ai/seedance/videos",
        "/chat/completions",
        "/images/generations",
        "/models",
    ],
)
def test_what_a_stranger_needs_is_open(path: str) -> None:
    assert is_open_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/reauthenticate/",
        "/accounts/sessions/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/login/../../library/",
        "/accounts/invitation/a/b/",
        "/healthz/more",
        "/session/x",
        "/chat/",
        "/chat/completions-of-mine/",
        "/modelsomething",
        "/media/7/poster/",
        "/medias/signed/",
        "/staticfiles/",
        "//static/",
    ],
)
def test_everything_else_is_closed(path: str) -> None:
    assert not is_open_path(path)


def _language_of(response: object) -> str:
    return response.headers["Content-Language"]  # type: ignore[attr-defined]


def test_the_language_follows_the_browser(client: Client) -> None:
    assert _language_of(client.get("/accounts/login/", HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9,en;q=0.5")) == "zh-hans"
    assert _language_of(client.get("/accounts/login/", HTTP_ACCEPT_LANGUAGE="zh")) == "zh-hans"
    assert _language_of(client.get("/accounts/login/", HTTP_ACCEPT_LANGUAGE="fr")) == "en"


def test_the_choice_in_this_browser_outranks_its_list_of_languages(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    assert _language_of(client.get("/accounts/login/", HTTP_ACCEPT_LANGUAGE="en")) == "zh-hans"


def test_the_persons_choice_outranks_the_browser_and_its_cookie(alice_client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    alice_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    assert _language_of(alice_client.get("/accounts/", HTTP_ACCEPT_LANGUAGE="zh-CN")) == "en"


def test_one_persons_language_and_time_zone_do_not_stay_for_the_next(alice_client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="zh-hans", time_zone="Asia/Shanghai")
    alice_client.get("/accounts/")
    assert timezone.get_current_timezone_name() == "Asia/Shanghai"

    response = Client().get("/accounts/login/")

    assert _language_of(response) == "en"
    assert timezone.get_current_timezone_name() == settings.TIME_ZONE


def test_answers_depend_on_the_language_and_the_cookie(alice_client: Client) -> None:
    vary = alice_client.get("/accounts/").headers["Vary"]

    assert {"Accept-Language", "Cookie"} <= set(re.split(r",\s*", vary))


def test_a_deactivated_persons_open_tab_is_out_at_the_next_request(alice_client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert alice_client.get("/accounts/", HTTP_HX_REQUEST="true").status_code == 401


def test_a_sessions_activity_is_written_once_in_a_while_and_not_on_every_poll(
    alice_client: Client, django_assert_num_queries: object
) -> None:
    alice_client.get("/session/")
    assert UserSession.objects.count() == 1

    with django_assert_num_queries(2):  # type: ignore[operator]  # the session and the person
        alice_client.get("/session/")


def test_the_note_of_activities_does_not_grow_without_end(alice: User, rf: RequestFactory) -> None:
    middleware = SessionActivityMiddleware(lambda request: HttpResponse())
    middleware.remembered_sessions = 2

    for _ in range(5):
        request = rf.get("/", REMOTE_ADDR="127.0.0.1")
        request.user, request.session = alice, SessionStore()
        request.session.create()
        middleware(request)

    assert UserSession.objects.count() == 5
    assert len(middleware.noted_at_monotonic) <= 2
