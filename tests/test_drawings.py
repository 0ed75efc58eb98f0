"""Drawings that stand in the page itself."""

import pytest

from clinic_site.templatetags.drawings import favicon
from services.models.icon import Icon
from services.templatetags.parts import icon
from tests.html import parse


@pytest.mark.parametrize(
    "name", [*Icon.values, "menu", "search", "external", "arrow-up", "arrow-right", "close", "check"]
)
def test_every_icon_is_drawn_and_hidden_from_those_who_hear_the_page(name: str) -> None:
    drawing = parse(icon(name)).one("svg", css="icon")
    assert (
        drawing.attributes["aria-hidden"] == "true" and drawing.attributes["viewBox".lower()] == "0 0 24 24"
    )
    assert len(drawing.one("path").attributes["d"]) > 10


def test_where_no_icon_is_chosen_its_place_stays_empty() -> None:
    assert parse(icon("")).one("svg", css="icon").children == []


def test_a_name_that_is_no_icon_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        icon("unicorn")


def test_the_favicon_needs_no_request() -> None:
    address = favicon()
    assert address.startswith("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'")
    assert not set(address) & set('"<>#')
