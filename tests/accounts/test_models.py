"""People: names, roles, and what the database itself refuses."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.models import Role, User


def test_names_that_differ_only_in_case_are_one_name(alice: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create_user("ALICE", "other@example.com")


def test_addresses_that_differ_only_in_case_are_one_address(alice: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create_user("someone", "Alice@Example.COM")


def test_many_people_may_have_no_address() -> None:
    User.objects.create_user("one")
    User.objects.create_user("two")

    assert User.objects.filter(email="").count() == 2


def test_a_name_never_looks_like_an_address() -> None:
    with pytest.raises(ValidationError) as caught:
        User(username="alice@example.com", password="x").full_clean()

    assert "username" in caught.value.message_dict


@pytest.mark.parametrize("name", ["林悦", "ada.lovelace", "ö_ü-1", "a+b"])
def test_names_of_any_script_are_accepted(name: str) -> None:
    User(username=name, password="x").full_clean()


@pytest.mark.parametrize(
    ("field", "value"),
    [("time_zone", "Mars/Olympus"), ("language", "tlh"), ("theme", "plaid"), ("role", "administrator")],
)
def test_unknown_choices_are_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        User(username="someone", password="x", **{field: value}).full_clean()

    assert list(caught.value.message_dict) == [field]


def test_the_database_refuses_a_role_that_nobody_has(alice: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=alice.pk).update(role="emperor")


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({}, Role.MEMBER),
        ({"role": "lead"}, Role.LEAD),
        ({"is_superuser": True, "is_staff": True}, Role.ADMINISTRATOR),
        ({"is_superuser": True}, Role.MEMBER),
        ({"is_staff": True, "role": "lead"}, Role.LEAD),
    ],
)
def test_an_administrator_is_superuser_and_staff(flags: dict[str, object], expected: Role) -> None:
    assert User(username="someone", **flags).effective_role is expected


def test_people_are_found_by_name_in_any_case(alice: User) -> None:
    assert User.objects.get_by_natural_key("Alice") == alice


def test_an_administrator_made_on_the_command_line_leaves_a_trace() -> None:
    user = User.objects.create_superuser("root", "Root@Example.com", "long enough for anyone")

    assert user.effective_role is Role.ADMINISTRATOR
    assert user.email == "root@example.com"
    assert list(user.audit_events.values_list("kind", flat=True)) == ["user_created"]


def test_the_name_shown_is_the_given_one_or_else_the_user_name() -> None:
    assert User(username="linyue").display_name == "linyue"
    assert User(username="linyue", name="林悦").display_name == "林悦"
