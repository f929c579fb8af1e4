import asyncio

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from studio.logs import current_request_id
from studio.middleware import RequestIdMiddleware


def answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(current_request_id.get())


async def answer_on_the_loop(_request: HttpRequest) -> HttpResponse:
    await asyncio.sleep(0)
    return HttpResponse(current_request_id.get())


def test_the_id_in_the_answer_is_the_one_that_the_log_had() -> None:
    response = RequestIdMiddleware(answer)(RequestFactory().get("/"))

    assert isinstance(response, HttpResponse)
    assert response.headers["X-Request-ID"] == response.content.decode()
    assert current_request_id.get() == "-"


def test_requests_at_the_same_time_keep_their_ids_apart() -> None:
    middleware = RequestIdMiddleware(answer_on_the_loop)

    async def ask_five_times() -> list[HttpResponse]:
        return list(await asyncio.gather(*(middleware(RequestFactory().get("/")) for _ in range(5))))  # type: ignore[arg-type]

    responses = asyncio.run(ask_five_times())

    assert len({response.content for response in responses}) == 5
    assert all(response.headers["X-Request-ID"] == response.content.decode() for response in responses)


@pytest.mark.parametrize(
    ("proxies", "offered", "is_kept"),
    [(1, "abc-12345678", True), (0, "abc-12345678", False), (1, "a b", False), (1, "x" * 65, False)],
)
def test_only_a_trusted_proxy_may_name_the_request(
    settings: object, proxies: int, offered: str, *, is_kept: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]

    response = RequestIdMiddleware(answer)(RequestFactory().get("/", headers={"X-Request-ID": offered}))

    assert isinstance(response, HttpResponse)
    assert (response.headers["X-Request-ID"] == offered) is is_kept
