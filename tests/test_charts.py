"""Charts: what they draw of which numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.admin import charts
from appointments.admin.charts import Reached, Row, Words
from tests.html import Element, parse

WORDS = Words("ages", "Open <by> age", "Today 3 & more")


def drawn(svg: str) -> Element:
    return parse(svg).one("svg", role="img")


def parts(svg: str) -> list[tuple[str, str, str, str, str]]:
    """Pattern, x, y, width and height of each."""
    names = ("fill", "x", "y", "width", "height")
    return [tuple(part.attributes[name] for name in names) for part in drawn(svg).all("rect", css="part")]  # type: ignore[misc]


def test_a_drawing_is_one_image_with_its_title_and_its_numbers_in_words() -> None:
    image = drawn(charts.bars(WORDS, [Row("<Today>", "3", (3,))], ["solid"]))
    assert image.attributes["aria-labelledby"] == image.one("title").attributes["id"] == "ages-title"
    assert image.attributes["aria-describedby"] == image.one("desc").attributes["id"] == "ages-words"
    assert (image.one("title").text, image.one("desc").text) == ("Open <by> age", "Today 3 & more")
    assert image.texts("text") == ["<Today>", "3"]


def test_bars_lie_against_the_longest() -> None:
    svg = charts.bars(WORDS, [Row("a", "4", (3, 1)), Row("b", "2", (0, 2))], ["solid", "hatch"])
    assert parts(svg) == [
        ("url(#solid)", "0.000%", "21", "75.000%", "18"),
        ("url(#hatch)", "75.000%", "21", "25.000%", "18"),
        ("url(#hatch)", "0.000%", "67", "50.000%", "18"),
    ]


def test_bars_of_shares_are_each_a_whole() -> None:
    rows = [Row("a", "75%", (3, 1)), Row("b", "–", (0, 0)), Row("c", "0%", (0, 9))]
    svg = charts.bars(WORDS, rows, ["solid", "hatch"], of_each=True)
    assert [part[3] for part in parts(svg)] == ["75.000%", "25.000%", "100.000%"]


def test_columns_stand_on_each_other_with_the_most_urgent_at_the_bottom() -> None:
    svg = charts.columns(WORDS, [(5, 5), (0, 0)], {0: ["Tue", "16"]}, ["solid", "hatch"])
    bottom, top = parts(svg)
    base = charts.ABOVE + charts.PLOT
    assert (bottom[0], top[0]) == ("url(#solid)", "url(#hatch)")
    assert float(bottom[2]) + float(bottom[4]) == base
    assert float(top[2]) + float(top[4]) == float(bottom[2])
    assert float(top[2]) == charts.ABOVE
    assert [line.text for line in drawn(svg).all("text")] == ["Tue", "16"]
    assert parse(svg).one("svg", css="axis").texts("text") == ["0", "5", "10"]


def test_waits_lie_against_their_own_target() -> None:
    rows = [
        Reached("a", "2 h", 0.5, 1.0),
        Reached("b", "nobody yet", None, None),
        Reached("c", "9 h", 2.0, 9.0),
    ]
    svg = charts.against_target(WORDS, rows, "Target")
    marks = {line.attributes["x1"] for line in drawn(svg).all("line", css="target")}
    assert marks == {"33.33%"} and len(drawn(svg).all("line", css="target")) == 3
    assert [part[3] for part in parts(svg)] == ["16.667%", "16.667%", "66.667%", "33.333%"]
    assert drawn(svg).texts("text", css="beyond") == ["▸"]
    short = charts.against_target(WORDS, rows[:2], "Target")
    assert {line.attributes["x1"] for line in drawn(short).all("line", css="target")} == {"76.92%"}


@pytest.mark.parametrize(
    ("largest", "top", "step"),
    [
        (0, 1, 1),
        (1, 1, 1),
        (4, 4, 1),
        (5, 6, 2),
        (9, 10, 5),
        (17, 20, 5),
        (41, 60, 20),
        (952, 1000, 500),
    ],
)
def test_the_scale_is_round(largest: int, top: int, step: int) -> None:
    assert charts.scale(largest) == (top, step)


@given(st.lists(st.tuples(*[st.integers(0, 10**6)] * 3), min_size=1, max_size=60))
def test_nothing_is_drawn_outside(slots: list[tuple[int, int, int]]) -> None:
    top, step = charts.scale(max(map(sum, slots)))
    assert top >= max(map(sum, slots)) and top % step == 0 and top // step <= 4
    for _fill, x, y, width, height in parts(charts.columns(WORDS, slots, {}, ["a", "b", "c"])):
        assert float(y) >= charts.ABOVE and float(height) >= 0
        assert float(y) + float(height) <= charts.ABOVE + charts.PLOT + 0.02
        assert float(x.rstrip("%")) + float(width.rstrip("%")) <= 100
