"""What the layout is told, and what it costs."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.models import User
from studio.context_processors import studio

pytestmark = pytest.mark.django_db


def context_for(person: Any, *, cookies: dict[str, str] | None = None) -> dict[str, Any]:
    request = RequestFactory().get("/")
    request.user = person
    request.COOKIES.update(cookies or {})
    return studio(request)


def test_nothing_is_asked_of_the_database_before_a_template_wants_it(django_assert_num_queries: Any) -> None:
    person = User.objects.create_user("lin")

    with django_assert_num_queries(0):
        context = context_for(person)
    with django_assert_num_queries(1):
        assert bool(context["gateway_is_sandbox"])
        assert not context["gateway_pause"]


def test_a_stranger_learns_nothing_of_the_gateway(django_assert_num_queries: Any) -> None:
    context = context_for(AnonymousUser())

    with django_assert_num_queries(0):
        assert not context["gateway_is_sandbox"]
        assert not context["gateway_pause"]


def test_the_persons_theme_outranks_the_browsers() -> None:
    person = User.objects.create_user("lin", theme="dark")

    assert context_for(person, cookies={"studio_theme": "light"})["theme"] == "dark"
    assert context_for(AnonymousUser(), cookies={"studio_theme": "light"})["theme"] == "light"


def test_a_theme_that_nobody_knows_is_left_out() -> None:
    assert context_for(AnonymousUser(), cookies={"studio_theme": '"><b>'})["theme"] == ""


def test_an_error_before_the_person_is_known_still_has_a_layout() -> None:
    request = RequestFactory().get("/")

    context = studio(request)

    assert not context["gateway_is_sandbox"]
    assert context["theme"] == ""
