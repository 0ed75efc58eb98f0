"""A patient without a browser: answers step after step, and sends."""

from http.cookies import Morsel
from typing import Any

from django.test import Client

from appointments.models import AppointmentRequest
from tests.builders import posted

COOKIE = "request_draft"


def text(response: Any) -> str:
    page: str = response.content.decode()
    return page


def send_steps(client: Client, until: str = "", **changes: Any) -> Any:
    """Answer step after step, up to and without ``until``; the last answer of the site."""
    response = None
    for name, form in posted(**changes).items():
        if name == until:
            break
        response = client.post(f"/request/{name}/", form)
        assert response.status_code == 302, (name, text(response))
        if response["Location"] == "/request/today/":
            response = client.post("/request/today/")
    return response


def send(client: Client, **changes: Any) -> AppointmentRequest:
    last = send_steps(client, **changes)
    assert last is not None and last["Location"] == "/request/check/"
    response = client.post("/request/check/", {"consent": "on"})
    assert response["Location"] == "/request/received/"
    return AppointmentRequest.objects.latest("pk")


def cookie(client: Client) -> Morsel[str]:
    return client.cookies[COOKIE]
