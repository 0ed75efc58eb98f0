"""What a browser waits for before it paints a page, and in which order it fetches the rest."""

from collections.abc import Iterator

from tests.html import Element


def run(page: Element) -> list[Element]:
    """The scripts; a block of structured data is none."""
    return [each for each in page.all("script") if each.attributes.get("type") != "application/ld+json"]


def blocking(page: Element) -> list[str]:
    """Addresses of what must be there before anything is painted."""
    sheets = [link.attributes["href"] for link in page.all("link", rel="stylesheet")]
    scripts = [script for script in run(page) if not {"defer", "async"} & set(script.attributes)]
    waited_for = [script.attributes["src"] for script in scripts if script.attributes.get("type") != "module"]
    return sheets + waited_for


def disorder(page: Element) -> Iterator[str]:
    """What makes a page move, or fetches what is not in sight before what is."""
    if len(page.all("link", rel="stylesheet")) != 1:
        yield "not one style sheet"
    for script in run(page):
        if script.attributes.get("type") != "module":
            yield f"a script that is no deferred module: {script.attributes.get('src', 'inline')}"
    for drawing in page.all("use"):
        if not drawing.attributes["href"].startswith("#"):
            yield f"a drawing fetched by itself: {drawing.attributes['href']}"
    for number, picture in enumerate(page.all("img")):
        told = picture.attributes
        if not (told.get("width", "").isdigit() and told.get("height", "").isdigit()):
            yield f"a picture without its size: {told['src']}"
        is_first = told.get("fetchpriority") == "high"
        if is_first == (told.get("loading") == "lazy") or (is_first and number):
            yield f"a picture neither first nor left for later: {told['src']}"
