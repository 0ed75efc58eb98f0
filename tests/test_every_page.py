"""Every published page as the server sends it: whole, light, private, and leading somewhere."""

import gzip
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from tests.first_view import blocking, disorder, run
from tests.form_client import FormClient, patient_answers
from tests.html import Element, parse
from tests.site_process import Answer, SiteProcess

FIRST_VIEW_BYTES = 14_336
"""What a server may send before the first acknowledgement: ten TCP segments."""

LOADS = {"script": "src", "img": "src", "source": "srcset", "iframe": "src", "use": "href"}
Link = tuple[str, str]


def published(site: SiteProcess) -> list[str]:
    rows = site.db("SELECT path FROM services_page WHERE status = 'published' ORDER BY path")
    assert len(rows) > 40
    return [path for (path,) in rows]


def in_every_language(site: SiteProcess) -> list[str]:
    """The addresses of all published pages, the Spanish ones too."""
    return [f"{prefix}{path}" for prefix in ("", "/es") for path in published(site)]


def loaded(page: Element) -> list[str]:
    """Addresses of all that the page itself loads."""
    named = ("canonical", "alternate")
    links = [link.attributes["href"] for link in page.all("link") if link.attributes["rel"] not in named]
    sources = [each.attributes.get(name, "") for tag, name in LOADS.items() for each in page.all(tag)]
    fetched = [address for address in links + sources if address and not address.startswith("data:")]
    return [address.split(",")[0].split()[0] for address in fetched]


def inline(page: Element) -> list[str]:
    """What the content security policy forbids, and a browser would drop."""
    found = [each.tag for each in page.all() if each.tag == "style" or "style" in each.attributes]
    found += ["script" for script in run(page) if "src" not in script.attributes]
    return found + [name for each in page.all() for name in each.attributes if name.startswith("on")]


class Fetched(NamedTuple):
    """A page as it is sent to today's browsers: the answer, its HTML, its size on the way."""

    answer: Answer
    page: Element
    size: int


@cache
def fetched(site: SiteProcess, address: str) -> Fetched:
    answer = site.get(address, {"Accept-Encoding": "gzip"})
    is_packed = answer.headers["Content-Encoding"] == "gzip"
    body = gzip.decompress(answer.body) if is_packed else answer.body
    return Fetched(answer, parse(body), len(answer.body))


@cache
def sent(site: SiteProcess, address: str) -> int:
    """Bytes of a style sheet or script."""
    answer = site.get(address, {"Accept-Encoding": "gzip, deflate, br"})
    assert answer.headers["Content-Encoding"] in ("br", "gzip"), f"{address} is not compressed"
    return len(answer.body)


def wrongs_of(site: SiteProcess, path: str) -> Iterator[str]:
    answer, page, size = fetched(site, path)
    ids = [each.attributes["id"] for each in page.all() if "id" in each.attributes]
    policy = answer.headers["Content-Security-Policy"] or ""
    if answer.status != 200:
        yield f"status {answer.status}"
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} headings of the first level"
    if len(ids) != len(set(ids)):
        yield f"ids twice: {sorted({each for each in ids if ids.count(each) > 1})}"
    if answer.headers["Set-Cookie"]:
        yield "sets a cookie"
    if "public" not in (answer.headers["Cache-Control"] or ""):
        yield f"Cache-Control: {answer.headers['Cache-Control']}"
    if "default-src 'none'" not in policy or "unsafe" in policy:
        yield f"Content-Security-Policy: {policy}"
    if inline(page):
        yield f"inline: {inline(page)}"
    if foreign := [address for address in loaded(page) if not address.startswith(("/", "#"))]:
        yield f"loads from elsewhere: {foreign}"
    if answer.headers["Content-Encoding"] != "gzip":
        yield "is not compressed"
    yield from disorder(page)
    if (first_view := size + sum(sent(site, each) for each in blocking(page))) > FIRST_VIEW_BYTES:
        yield f"first view of {first_view} bytes"


def test_every_page_is_whole_light_and_private(site: SiteProcess) -> None:
    wrongs = [f"{path}: {wrong}" for path in in_every_language(site) for wrong in wrongs_of(site, path)]
    assert not wrongs, "\n".join(wrongs)


def test_every_step_of_the_form_is_light(site: SiteProcess) -> None:
    client = FormClient(site)
    answers = patient_answers()
    client.send_steps(answers)
    for path in [f"{language}/request/{step}/" for language in ("", "/es") for step in [*answers, "check"]]:
        answer = site.request("GET", path, headers={**client.headers(), "Accept-Encoding": "gzip"})
        page = parse(gzip.decompress(answer.body))
        assert page.all("form") and not list(disorder(page)), path
        assert len(answer.body) + sum(sent(site, each) for each in blocking(page)) <= FIRST_VIEW_BYTES, path


def links_within(path: str, page: Element) -> set[Link]:
    """Address and fragment of each link that stays on the site."""
    found = {urldefrag(urljoin(path, link)) for link in page.links()}
    return {(address, fragment) for address, fragment in found if not urlsplit(address).scheme}


def test_every_link_within_the_site_leads_somewhere(site: SiteProcess) -> None:
    pages = in_every_language(site)
    links = {(path, link) for path in pages for link in links_within(path, fetched(site, path).page)}
    found = {address: fetched(site, address) for address in {link[0] for _, link in links}}
    ids = {address: {each.attributes.get("id") for each in it.page.all()} for address, it in found.items()}
    wrongs = [
        f"{path}: {address} answers {found[address].answer.status}"
        for path, (address, _fragment) in links
        if found[address].answer.status != 200
    ]
    wrongs += [
        f"{path}: there is no #{fragment} on {address}"
        for path, (address, fragment) in links
        if fragment and fragment not in ids[address]
    ]
    assert not wrongs, "\n".join(sorted(wrongs))
