"""A signed-in editor without a browser, and the forms that editors fill in."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

from appointments import roles
from services.models import Page
from tests.builders import staff
from tests.html import parse


def editor() -> Client:
    """A new content editor."""
    client = Client()
    client.force_login(staff(roles.CONTENT_EDITOR))
    return client


def someone(*codenames: str) -> Client:
    """Somebody of the staff with these permissions on the content, and no role."""
    client, user = Client(), staff()
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="services", codename__in=codenames)
    )
    client.force_login(user)
    return client


def name_of(client: Client) -> str:
    return User.objects.get(pk=client.session["_auth_user_id"]).get_username()


def screen(page: Page, end: str = "change/", name: str = "page") -> str:
    """An address of the page's screen."""
    return f"/staff/services/{name}/{page.pk}/{end}"


def form(client: Client, where: str, name: str = "page") -> dict[str, Any]:
    """What a browser would send of the form there, untouched."""
    answer = client.get(where)
    assert answer.status_code == 200, where
    return parse(answer.content).one("form", id=f"{name}_form").fields()


def save(client: Client, page: Page, fields: Any = None, **changes: Any) -> Any:
    """Save the page's form with these changes; ``fields``: as it was opened before."""
    return client.post(screen(page), {**(fields or form(client, screen(page))), **changes})


def mistakes(answer: Any) -> list[str]:
    return parse(answer.content).texts("ul", css="errorlist")
