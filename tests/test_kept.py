"""``{% kept %}``: what was written is shown again where the same is given, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.template import engines
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from hypothesis import given
from hypothesis import strategies as st

from clinic_site.templatetags import kept
from clinic_site.templatetags.kept import KeptNode
from services.models import Page


def template(source: str) -> Any:
    return engines["django"].from_string("{% load i18n kept %}" + source)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was written anew, in its order."""
    texts: list[str] = []
    whole = KeptNode.render

    def render(self: KeptNode, context: Any) -> SafeString:
        before = dict(self._texts)
        text = whole(self, context)
        if self._texts != before:
            texts.append(text)
        return text

    monkeypatch.setattr(KeptNode, "render", render)
    yield texts


def test_the_same_is_written_once(written: list[str]) -> None:
    page = template("{% kept a=a %}<b>{{ a }}</b>{% endkept %}")
    assert [page.render({"a": each}) for each in ("x", "x", "y", "x")] == [
        "<b>x</b>",
        "<b>x</b>",
        "<b>y</b>",
        "<b>x</b>",
    ]
    assert written == ["<b>x</b>", "<b>y</b>"]


def test_two_places_keep_apart() -> None:
    page = template("{% kept a=a %}1{{ a }}{% endkept %}{% kept a=a %}2{{ a }}{% endkept %}")
    assert page.render({"a": "x"}) == "1x2x"


def test_inside_nothing_is_known_but_what_is_given() -> None:
    page = template("{% kept a=a %}{{ a }}{{ b }}{{ request }}{% endkept %}{{ b }}")
    assert page.render({"a": "x", "b": "y", "request": "z"}) == "xy"


def test_each_language_has_its_own() -> None:
    page = template('{% kept a=a %}{% translate "Search" %}{% endkept %}')
    with translation.override("es"):
        assert page.render({"a": "x"}) == "Buscar"
    assert page.render({"a": "x"}) == "Search"


ALIKE = [
    "<i>",
    mark_safe("<i>"),
    1,
    True,
    "1",
    None,
    "None",
    (),
    ("<i>",),
    (mark_safe("<i>"),),
    "('<i>',)",
    0,
    "",
]


@pytest.mark.parametrize(("first", "second"), list(product(ALIKE, ALIKE)))
def test_what_looks_alike_is_not_taken_for_the_same(first: Any, second: Any) -> None:
    source = "{% for each in a %}[{{ each }}]{% endfor %}{{ a }}"
    page, fresh = template("{% kept a=a %}" + source + "{% endkept %}"), template(source)
    first, second = (each if isinstance(each, tuple) else (each,) for each in (first, second))
    page.render({"a": first})
    assert page.render({"a": second}) == fresh.render({"a": second})


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 3)
    | st.text("<&a1", max_size=3)
    | st.text("<a", max_size=2).map(mark_safe),
    lambda each: st.lists(each, max_size=3).map(tuple),
    max_leaves=6,
)


@given(st.lists(PLAIN, min_size=2, max_size=8))
def test_whatever_was_kept_before_the_text_is_what_would_be_written(values: list[Any]) -> None:
    source = "{% firstof a.0.0 a.0 a %}|{{ a }}|{% if a %}yes{% endif %}{{ a|length }}"
    page, fresh = template("{% kept a=a %}" + source + "{% endkept %}"), template(source)
    for value in values:
        assert page.render({"a": value}) == fresh.render({"a": value})


@pytest.mark.parametrize("value", [Page(), ["x"], {"a": 1}, 1.5, ("x", [1])])
def test_what_may_change_unseen_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="is not kept in a page"):
        template("{% kept a=a %}{{ a }}{% endkept %}").render({"a": value})


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    page = template("{% kept a=a %}{{ a }}{% endkept %}")
    assert [page.render({"a": number}) for number in range(10)] == list("0123456789")
    node = page.template.nodelist.get_nodes_by_type(KeptNode)[0]
    assert len(node._texts) <= 3
