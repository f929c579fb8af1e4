import pytest

from studio.routing import (
    MEBIBYTE,
    Half,
    ascii_query,
    choose_route,
    clean_headers,
    client_address,
    is_api_path,
)

UPLOAD = 10 * MEBIBYTE


@pytest.mark.parametrize(
    ("method", "path", "content_type", "half"),
    [
        ("GET", "/", "", Half.THREADS),
        ("GET", "/generations/", "", Half.THREADS),
        ("POST", "/generations/", "multipart/form-data; boundary=x", Half.LOOP),
        ("POST", "/generations/", "application/x-www-form-urlencoded", Half.LOOP),
        ("POST", "/inputs/", "multipart/form-data; boundary=x", Half.LOOP),
        ("GET", "/inputs/", "", Half.THREADS),
        ("POST", "/recipes/", "multipart/form-data; boundary=x", Half.LOOP),
        ("GET", "/library/exports/7b1f/zip/", "", Half.LOOP),
        ("GET", "/media/5f/poster/", "", Half.LOOP),
        ("GET", "/chat/5f/messages/6a/stream/", "", Half.STREAMS),
        ("POST", "/chat/5f/messages/", "Multipart/Form-Data; boundary=x", Half.LOOP),
        ("POST", "/chat/", "multipart/form-data; boundary=x", Half.LOOP),
        ("POST", "/chat/5f/messages/", "application/x-www-form-urlencoded", Half.THREADS),
        ("GET", "/library/export/", "", Half.LOOP),
        ("POST", "/v1/chat/completions", "application/json", Half.API),
        ("GET", "/models", "", Half.API),
        ("GET", "/api/openapi.json", "", Half.API),
        ("GET", "/models-of-ours/", "", Half.THREADS),
        ("GET", "/chat/", "", Half.THREADS),
    ],
)
def test_streams_media_uploads_and_the_api_run_on_the_loop(
    method: str, path: str, content_type: str, half: Half
) -> None:
    route = choose_route(method=method, path=path, content_type=content_type, max_upload_bytes=UPLOAD)

    assert route.half is half


def test_only_uploads_and_the_api_may_be_large() -> None:
    def limit(method: str, path: str, content_type: str = "multipart/form-data") -> int:
        return choose_route(
            method=method, path=path, content_type=content_type, max_upload_bytes=UPLOAD
        ).body_limit_bytes

    assert limit("POST", "/generations/") == limit("POST", "/v1/images/edits") == 12 * MEBIBYTE
    assert limit("POST", "/chat/1/messages/") == 12 * MEBIBYTE
    assert limit("POST", "/accounts/login/") == limit("POST", "/media/1/poster/") == 4 * MEBIBYTE


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/models", "/ai/seedance/videos", "/chat/completions", "/images/edits", "/models"]
)
def test_api_paths_are_known(path: str) -> None:
    assert is_api_path(path)


@pytest.mark.parametrize("path", ["/chat/completions-of-mine/", "/v11/", "/aim", "/images/", "/chat/5f/"])
def test_pages_with_similar_names_are_not_the_api(path: str) -> None:
    assert not is_api_path(path)


def test_names_with_an_underscore_never_come_through() -> None:
    headers = [(b"x_forwarded_proto", b"https"), (b"X_Request_ID", b"abc"), (b"accept", b"*/*")]

    assert clean_headers(headers, trusted_proxies=1) == [(b"accept", b"*/*")]


def test_only_a_trusted_proxy_may_say_what_it_forwards() -> None:
    headers = [(b"x-forwarded-proto", b"https"), (b"X-Forwarded-For", b"1.2.3.4"), (b"forwarded", b"for=1.2.3.4")]

    assert clean_headers(headers, trusted_proxies=0) == []
    assert clean_headers(headers, trusted_proxies=1) == headers


def test_a_client_is_counted_by_what_the_outermost_trusted_proxy_saw() -> None:
    scope = {"client": ("10.0.0.1", 5)}
    headers = [(b"x-forwarded-for", b"6.6.6.6, 1.2.3.4, 10.0.0.2")]

    assert client_address(scope, headers, trusted_proxies=0) == "10.0.0.1"
    assert client_address(scope, headers, trusted_proxies=2) == "1.2.3.4"
    assert client_address(scope, headers, trusted_proxies=9) == "10.0.0.1"
    assert client_address({"client": None}, [], trusted_proxies=0) == "unknown"


def test_stray_bytes_in_a_query_are_encoded_and_the_rest_is_kept() -> None:
    assert ascii_query(b"q=a%20b&c=d") == b"q=a%20b&c=d"
    assert ascii_query("q=猫&c=%41".encode()) == b"q=%E7%8C%AB&c=%41"
