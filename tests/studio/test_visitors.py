import pytest
from django.test import Client

from accounts.models import User
from studio.visitors import find_visitor


def headers_of(client: Client, *, language: str = "zh-CN") -> list[tuple[bytes, bytes]]:
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return [(b"cookie", cookies.encode()), (b"accept-language", language.encode())]


@pytest.mark.django_db
def test_a_session_is_recognised_with_the_persons_own_language(client: Client, alice: User) -> None:
    alice.language = "en"
    alice.save(update_fields=["language"])
    client.force_login(alice)

    visitor = find_visitor(headers_of(client))

    assert visitor.is_signed_in
    assert visitor.language == "en"


@pytest.mark.django_db
def test_a_stranger_is_spoken_to_in_the_browsers_language() -> None:
    visitor = find_visitor([(b"accept-language", b"zh-CN,zh;q=0.9"), (b"cookie", b"sessionid=forged")])

    assert not visitor.is_signed_in
    assert visitor.language == "zh-hans"


@pytest.mark.django_db
def test_a_deactivated_person_is_a_stranger(client: Client, alice: User) -> None:
    client.force_login(alice)
    alice.is_active = False
    alice.save(update_fields=["is_active"])

    assert not find_visitor(headers_of(client)).is_signed_in


def test_cookies_that_cannot_be_read_are_no_cookies() -> None:
    assert not find_visitor([(b"cookie", b'a="\x01; ;;=')]).is_signed_in
