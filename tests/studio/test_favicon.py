"""The drawing that browsers ask for on their own."""

from django.test import Client


def test_a_stranger_is_led_to_the_drawing(client: Client) -> None:
    response = client.get("/favicon.ico")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/static/img/favicon.")
    assert response.headers["Location"].endswith(".svg")
    assert "public" in response.headers["Cache-Control"]
