"""What editors write is checked before it is stored: the reason, and the line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client

from appointments import roles
from services import starter, writing
from services.models import Fact, Page, PageText, Picture, Point, TermText, UpdateText
from services.starter_files import StarterError
from tests.builders import staff
from tests.content import add_clinic, add_page, add_point, page_file, write_starter
from tests.html import parse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages() -> None:
    add_page("/", "Home", kind="home")
    add_page("/care/", "Care")
    add_page("/care/treatments/", "Treatments")
    add_page("/team/", "Team", status="draft")
    Picture.objects.create(key="eye-drops", file="pictures/x.jpg", width=600, height=300)


REFUSED = [
    (
        "a\n\nb [x](/tretments/)",
        "Line 3: The link “/tretments/” leads nowhere. Did you mean /care/treatments/?",
    ),
    ("a\nb [x](/team) c", "Line 2: The link “/team” leads nowhere. Did you mean /team/?"),
    ("| a |\n|---|\n| [x](/nine/) |", "Line 3: The link “/nine/” leads nowhere."),
    ("- a\n  - [x](/Care/)", "Line 2: The link “/Care/” leads nowhere. Did you mean /care/?"),
    ("[x](/es/care/)", "The link “/es/care/” leads nowhere. Did you mean /care/?"),
    ("[x](/staff/)", "The link “/staff/” leads nowhere."),
    ("[x](/media/x.pdf)", "The link “/media/x.pdf” leads nowhere."),
    ("[x][y]\n\n[y]: /gone/", "Line 1: The link “/gone/” leads nowhere."),
    ("[x](http://example.org/)", "The link “http://example.org/” is not secure. Begin with https://"),
    ("[x](//example.org/)", "The link “//example.org/” is not whole. Begin with https://"),
    ("[x](www.example.org)", "The link “www.example.org” cannot be followed. Begin with / for a page"),
    ("[x](https://example)", "The link “https://example” is no whole web address."),
    ("[x](https://care@evil.example/)", "is no whole web address."),
    ("[x](javascript:alert(1))", "The link “javascript:alert(1)” is not allowed."),
    ("<JavaScript:alert(1)>", "is not allowed."),
    ("[x](data:text/html;base64,PHM+)", "is not allowed."),
    ("[x](vbscript:x)", "is not allowed."),
    ("[x](file:///etc/passwd)", "is not allowed."),
    ("[x](mailto:nobody)", "holds no e-mail address."),
    ("[x](tel:call-me)", "holds no phone number."),
    ("[x](sms:)", "holds no phone number."),
    ("[x]()", "There is a link without an address."),
    ("[](/care/)", "The link “/care/” has no words. Write them between [ and ]."),
    ("a\n\n<b>c</b>", "Line 3: HTML is not used here: “<b>”. Write it in Markdown, or leave it out."),
    ("<script>alert(1)</script>", "HTML is not used here: “<script>alert(1)</script>”."),
    ("x <img src=x onerror=alert(1)>", "HTML is not used here: “<img src=x onerror=alert(1)>”."),
    ("<svg onload=x>\n", "HTML is not used here: “<svg onload=x>”."),
    ("<!-- note to self -->", "HTML is not used here"),
    ("a\n\nCall {fax}.", "Line 3: {fax} stands for nothing. Known are {clinic}, {phone}, {email}"),
    ("{ phone }", "{phone} stands for nothing."),
    ("[call us]({phone})", "{phone} is no address to link to. Write it by itself."),
    ("a\n![](picture:eye-drops)", "Line 2: The picture “picture:eye-drops” has no description."),
    ("![eye-drops](picture:eye-drops)", "“eye-drops” does not tell what the picture shows"),
    ("![IMG_2041.jpg](picture:eye-drops)", "“IMG_2041.jpg” does not tell what the picture shows"),
    ("![Drops](picture:eye)", "There is no picture “picture:eye”."),
    (
        "![Drops](https://example.org/a.png)",
        "The picture “https://example.org/a.png” is not one of this site's.",
    ),
    ("![Drops](/media/a.svg)", "The picture “/media/a.svg” is not one of this site's."),
    ("# Title", "Begin a heading with ##, ### or ####."),
    ("Title\n=====", "Begin a heading with ##, ### or ####."),
    ("##### Deep", "Begin a heading with ##, ### or ####."),
    ("> [!danger] Stop", "[!danger] is no callout. Known are [!emergency], [!same-day], [!note]."),
    ("> " * 5 + "a", "Lists and quotations stand too deep in each other."),
    (">" * 5000 + "a", "Lists and quotations stand too deep in each other."),
    ("".join("  " * n + "- a\n" for n in range(5)), "Line 5: Lists and quotations stand too deep"),
    ("a\nb\u202ec", "Line 2: There is a character that cannot be seen."),
    ("a\0b", "There is a character that cannot be seen."),
    ("a" * 40_001, "This text has more than 40000 characters."),
]
ALLOWED = [
    "", "Plain words.", "## A\n\n### B\n\n- a\n- *b*\n\n1. **c**", "| a |\n|---|\n| b |", "> [!note] Words",
    "> Said.",
    "[x](/care/)", "[x](/care/#part)", "[x](/care/?goal=smile)", "[x](#part)", "[x](/request/)", "[x](/)",
    "[a draft's](/team/)", "[x](https://example.org/a?b=c#d)", "<https://example.org/>", "[x](tel:988)",
    "[x](sms:988)",
    "[x](mailto:faces@example.org)", "[pay]({billing_url}), {portal_url}, {clinic}, {phone}, {email}",
    "![A hand holds a bottle of drops.](picture:eye-drops)", "1 < 2 & 3 > 2", "`<b>` and \\<b>", "&lt;b&gt;",
    "اتصل بنا",
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), REFUSED, ids=[text[:30] for text, _says in REFUSED])
def test_what_breaks_a_rule_is_refused_with_the_reason(text: str, says: str) -> None:
    told = [str(problem) for problem in writing.problems(text)]
    assert any(says in problem for problem in told), told


@pytest.mark.parametrize("text", ALLOWED)
def test_good_writing_is_allowed(text: str) -> None:
    assert [str(problem) for problem in writing.problems(text)] == []


def test_each_mistake_is_told_once_in_reading_order() -> None:
    told = writing.problems("<i>a</i>\n\n[x](/nine/) and {fax} and {fax}\n\n[y](/nine/)")
    assert [problem.line for problem in told] == [1, 3, 3, 5]


def test_a_page_may_link_to_where_it_will_stand_and_to_where_a_page_has_been() -> None:
    page = Page.objects.get(path="/care/treatments/")
    page.slug = "options"
    assert writing.problems("[x](/care/options/)", here=page.address) == []
    page.save()
    assert writing.problems("[x](/care/treatments/) [x](/care/options/)") == []


def page_a() -> Page:
    return Page.objects.get(path="/care/")


ROWS: list[tuple[Callable[..., Any], str, str]] = [
    (lambda text: PageText(page=page_a(), title="T", body=text), "body", "Line 1: The link “/nine/” leads"),
    (
        lambda text: PageText(page=page_a(), title="T", summary=text),
        "summary",
        "The link “/nine/” leads nowhere.",
    ),
    (lambda text: Point(page=page_a(), heading="H", body=text), "body", "Line 1: The link “/nine/” leads"),
    (
        lambda text: Fact(page=page_a(), key="purpose", value=text),
        "value",
        "The link “/nine/” leads nowhere.",
    ),
    (lambda text: UpdateText(title="T", body=text), "body", "Line 1: The link “/nine/” leads nowhere."),
    (lambda text: TermText(word="w", meaning=text), "meaning", "Use plain words here"),
]


@pytest.mark.parametrize(("row", "field", "says"), ROWS)
def test_every_text_of_the_site_is_checked(row: Callable[..., Any], field: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        row("[x](/nine/)").clean()
    assert list(refused.value.message_dict) == [field]
    assert says in refused.value.message_dict[field][0]
    row("Plain words.").clean()


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("/nine/", "The link “/nine/” leads nowhere."),
        ("care/", "cannot be followed. Begin with / for a page of this site"),
        ("javascript:alert(1)", "is not allowed."),
        (" javascript:alert(1)", "cannot be followed."),
        ("/\\evil.example", "leads nowhere."),
        ("{phone}", "{phone} stands for nothing."),
    ],
)
def test_a_link_that_stands_alone_is_checked_too(link: str, says: str) -> None:
    with pytest.raises(ValidationError, match="link") as refused:
        Point(page=page_a(), heading="H", link=link).clean()
    assert says in refused.value.message_dict["link"][0]
    for good in ("", "/care/", "/request/", "https://example.org/", "tel:988", "#top", "{billing_url}"):
        Point(page=page_a(), heading="H", link=good).clean()


def test_a_picture_cannot_stand_in_a_single_line() -> None:
    assert writing.line_problems("![Drops of water](picture:eye-drops)") == [
        "No picture can stand here. Put it into the text."
    ]


def test_starter_pages_may_link_to_each_other_and_nowhere_else(tmp_path: Path) -> None:
    for page in Page.objects.order_by("-path"):
        page.delete()
    both = {"en/a.md": page_file("A") + "[b](/b/)\n", "en/b.md": page_file("B") + "[a](/a/) [home](/)\n"}
    assert starter.load(write_starter(tmp_path / "good", both)).stored > 0
    lost = {"en/c.md": page_file("C") + "\n[x](/bb/)\n"}
    with pytest.raises(StarterError, match=r"en/c\.md.*The link “/bb/” leads nowhere\. Did you mean /b/\?"):
        starter.load(write_starter(tmp_path / "bad", both | lost))
    assert not Page.objects.filter(path="/c/").exists()


# ------------------------------------------------------------------------------------------- in the admin


@pytest.fixture
def editor(client: Client) -> Client:
    add_clinic()
    client.force_login(staff(roles.CONTENT_EDITOR, username="editor"))
    return client


def test_a_mistake_stands_beside_its_field_and_nothing_is_stored(editor: Client) -> None:
    page = page_a()
    add_point(page, "Point")
    where = f"/staff/services/page/{page.pk}/change/"
    fields = parse(editor.get(where).content).one("form", id="page_form").fields()
    wrong = {"texts-0-body": "Words.\n\n<b>x</b>", "points-0-link": "/tem/", "texts-0-summary": "{fax}"}
    answer = editor.post(where, {**fields, **wrong})
    assert parse(answer.content).texts("ul", css="errorlist") == [
        "{fax} stands for nothing. Known are {clinic}, {phone}, {email}, {portal_url}, {billing_url}.",
        "Line 3: HTML is not used here: “<b>”. Write it in Markdown, or leave it out.",
        "The link “/tem/” leads nowhere. Did you mean /team/?",
    ]
    assert PageText.objects.get(page=page).body == ""


def test_a_new_page_may_link_to_itself(editor: Client) -> None:
    where = "/staff/services/page/add/"
    fields = parse(editor.get(where).content).one("form", id="page_form").fields()
    new = {"slug": "new", "texts-0-title": "New", "texts-0-body": "[again](/new/)"}
    assert editor.post(where, {**fields, **new}).status_code == 302
    assert (
        editor.post(where, {**fields, **new, "slug": "other", "texts-0-body": "[x](/nwe/)"}).status_code
        == 200
    )


PREVIEW = "/staff/services/page/preview-text/"


def test_the_preview_is_what_the_page_will_show_and_what_cannot_be_saved(editor: Client) -> None:
    answer = editor.post(PREVIEW, {"text": "## H\n\n{clinic} [x](/nine/) <b>y</b>", "language": "en"})
    assert "no-store" in answer["Cache-Control"]
    said = answer.json()
    assert parse(said["html"]).texts("h2") == ["H"]
    assert "Erie &amp; Gulf Clinic" in said["html"] and "&lt;b&gt;" in said["html"]
    assert [problem[:20] for problem in said["problems"]] == ["Line 3: The link “/n", "Line 3: HTML is not "]
    line = editor.post(PREVIEW, {"text": "*a*", "line": "1", "language": "tlh"}).json()
    assert line == {"html": "<em>a</em>", "problems": []}


def test_a_preview_asks_for_permission_a_token_and_a_reasonable_text(editor: Client) -> None:
    assert editor.get(PREVIEW).status_code == 405
    assert editor.post(PREVIEW, {"text": "a" * 300_000}).status_code == 413
    assert editor.post(PREVIEW, {"text": "a" * 40_001}).json()["html"] == ""
    assert Client().post(PREVIEW, {"text": "a"}).status_code == 401
    desk, strict = Client(), Client(enforce_csrf_checks=True)
    desk.force_login(staff(roles.FRONT_DESK))
    assert desk.post(PREVIEW, {"text": "a"}).status_code == 403
    strict.force_login(User.objects.get(username="editor"))
    assert strict.post(PREVIEW, {"text": "a"}).status_code == 403


def test_a_link_that_was_dead_before_does_not_keep_the_rest_from_being_saved(editor: Client) -> None:
    page = page_a()
    page.texts.update(body="[x](/gone/)", summary="[x](/gone/)")
    add_point(page, "Point", link="/gone/")
    where = f"/staff/services/page/{page.pk}/change/"
    fields = parse(editor.get(where).content).one("form", id="page_form").fields()
    new = {**fields, "texts-0-title": "Better", "texts-0-body": "More.\n\n[x](/gone/) [y](/gone/)"}
    assert editor.post(where, new).status_code == 302
    assert PageText.objects.get(page=page).title == "Better"
    again = parse(editor.get(where).content).one("form", id="page_form").fields()
    answer = editor.post(where, {**again, "texts-0-body": "[x](/gone/) [z](/nine/)\n\n<b>"})
    assert parse(answer.content).texts("ul", css="errorlist") == [
        "Line 1: The link “/nine/” leads nowhere. Line 3: HTML is not used here: “<b>”. "
        "Write it in Markdown, or leave it out."
    ]
