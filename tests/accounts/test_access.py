"""Questions about roles, and pages that do not exist for people without one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from accounts.access import administrator_required, is_administrator, is_lead, lead_required
from accounts.models import User


def test_leads_and_administrators_see_the_team(alice: User, lead: User, admin: User) -> None:
    assert [is_lead(user) for user in (AnonymousUser(), alice, lead, admin)] == [False, False, True, True]


def test_only_administrators_administer(alice: User, lead: User, admin: User) -> None:
    assert [is_administrator(user) for user in (AnonymousUser(), alice, lead, admin)] == [False, False, False, True]


def test_a_deactivated_person_has_no_role(admin: User) -> None:
    admin.is_active = False

    assert not is_administrator(admin)
    assert not is_lead(admin)


@pytest.mark.parametrize(("guard", "name"), [(administrator_required, "admin"), (lead_required, "lead")])
def test_a_guarded_page_does_not_exist_for_charlie(
    rf: RequestFactory, charlie: User, admin: User, lead: User, guard: object, name: str
) -> None:
    view = guard(lambda request: HttpResponse("in"))  # type: ignore[operator]
    request = rf.get("/")

    request.user = {"admin": admin, "lead": lead}[name]
    assert view(request).content == b"in"
    request.user = charlie
    with pytest.raises(Http404):
        view(request)
