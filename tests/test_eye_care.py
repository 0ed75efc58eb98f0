"""An eye that does not close has a card of its own: what to do for it until someone looks at it."""

import pytest
from django.test import Client

from services.models import Page, PageText
from tests.patient_client import send, send_steps, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]
CARD = "Protect your eye until you are seen"
OPEN = {"eye_closes": "no", "eye_cared": "no"}


def test_it_stands_beside_the_advice_for_today_and_on_the_received_page(client: Client) -> None:
    send_steps(client, until="eye")
    client.post("/request/eye/", {**OPEN, "eye_signs": ["none"]})
    assert CARD in text(client.get("/request/today/"))
    send(client, **OPEN)
    page = text(client.get("/request/received/"))
    for words in (CARD, "ointment", "tape", "contact lens"):
        assert words in page


def test_an_eye_that_closes_needs_none(client: Client) -> None:
    send(client, eye_signs=["red"])
    assert CARD not in text(client.get("/request/received/"))


def test_it_leads_to_the_page_about_it_once_that_is_published(client: Client) -> None:
    send(client, **OPEN)
    address = "/health-library/protecting-your-eye/"
    assert address not in text(client.get("/request/received/"))
    library = Page.objects.create(slug="health-library", kind="article", status="published")
    page = Page.objects.create(slug="protecting-your-eye", kind="article", status="published", parent=library)
    for each in (library, page):
        PageText.objects.create(page=each, language="en", title=each.slug.title())
    assert f'href="{address}"' in text(client.get("/request/received/"))
