"""Every published page as the server sends it: whole, light, private, and leading somewhere."""

from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from tests.html import Element, parse
from tests.site_process import SiteProcess

FIRST_VIEW_BYTES = 14_336
"""What a server may send before the first acknowledgement: ten TCP segments."""

LOADS = {"script": "src", "img": "src", "source": "srcset", "iframe": "src", "use": "href"}
Link = tuple[str, str]


def published(site: SiteProcess) -> list[str]:
    rows = site.db("SELECT path FROM services_page WHERE status = 'published' ORDER BY path")
    assert len(rows) > 40
    return [path for (path,) in rows]


def loaded(page: Element) -> list[str]:
    """Addresses of all that the page itself loads."""
    named = ("canonical", "alternate")
    links = [link.attributes["href"] for link in page.all("link") if link.attributes["rel"] not in named]
    sources = [each.attributes.get(name, "") for tag, name in LOADS.items() for each in page.all(tag)]
    return [address.split(",")[0].split()[0] for address in links + sources if address]


def run(page: Element) -> list[Element]:
    """The scripts; a block of structured data is none."""
    return [each for each in page.all("script") if each.attributes.get("type") != "application/ld+json"]


def blocking(page: Element) -> list[str]:
    """Addresses of what must be there before anything is painted."""
    sheets = [link.attributes["href"] for link in page.all("link", rel="stylesheet")]
    scripts = [script for script in run(page) if not {"defer", "async"} & set(script.attributes)]
    waited_for = [script.attributes["src"] for script in scripts if script.attributes.get("type") != "module"]
    return sheets + waited_for


def inline(page: Element) -> list[str]:
    """What the content security policy forbids, and a browser would drop."""
    found = [each.tag for each in page.all() if each.tag == "style" or "style" in each.attributes]
    found += ["script" for script in run(page) if "src" not in script.attributes]
    return found + [name for each in page.all() for name in each.attributes if name.startswith("on")]


def first_view(site: SiteProcess, path: str, page: Element) -> int:
    """Bytes of the page and of all that blocks painting it, as they are sent to today's browsers."""
    size = 0
    for address in (path, *blocking(page)):
        answer = site.get(address, {"Accept-Encoding": "gzip, deflate, br"})
        assert answer.headers["Content-Encoding"] in ("br", "gzip"), f"{address} is not compressed"
        size += len(answer.body)
    return size


def wrongs_of(site: SiteProcess, path: str) -> Iterator[str]:
    answer = site.get(path)
    page = parse(answer.body)
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
    if (size := first_view(site, path, page)) > FIRST_VIEW_BYTES:
        yield f"first view of {size} bytes"


def test_every_page_is_whole_light_and_private(site: SiteProcess) -> None:
    wrongs = [f"{path}: {wrong}" for path in published(site) for wrong in wrongs_of(site, path)]
    assert not wrongs, "\n".join(wrongs)


def links_within(path: str, page: Element) -> set[Link]:
    """Address and fragment of each link that stays on the site."""
    found = {urldefrag(urljoin(path, link)) for link in page.links()}
    return {(address, fragment) for address, fragment in found if not urlsplit(address).scheme}


def test_every_link_within_the_site_leads_somewhere(site: SiteProcess) -> None:
    answers = {path: site.get(path) for path in published(site)}
    links = {
        (path, link) for path, answer in answers.items() for link in links_within(path, parse(answer.body))
    }
    answers |= {address: site.get(address) for address in {link[0] for _, link in links} - set(answers)}
    ids = {path: {each.attributes.get("id") for each in parse(answers[path].body).all()} for path in answers}
    wrongs = [
        f"{path}: {address} answers {answers[address].status}"
        for path, (address, _fragment) in links
        if answers[address].status != 200
    ]
    wrongs += [
        f"{path}: there is no #{fragment} on {address}"
        for path, (address, fragment) in links
        if fragment and fragment not in ids[address]
    ]
    assert not wrongs, "\n".join(sorted(wrongs))
