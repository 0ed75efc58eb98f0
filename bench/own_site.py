"""The whole site with its starter content, from a throw-away database, as a visitor meets it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage

from bench.own_database import HOST, let_go, own_database, settled
from bench.servers import free_port, serving

DEMONSTRATION = "clinic_site.wsgi:application"
REAL = "behind_a_proxy:application"
PICTURE = "measured"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


@dataclass(frozen=True, slots=True)
class OwnSite:
    """``kinds``: of each published page, by its path in the default language."""

    port: int
    kinds: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def kind(self, address: str) -> str:
        """Of the published page at this address, whatever its language."""
        return self.kinds[f"/{address.removeprefix('/es/').lstrip('/')}"]

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        connection = HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


@contextmanager
def own_site(*, real: bool, pictures: bool, notice_on: str = "") -> Iterator[OwnSite]:
    """The demonstration, or ``real``: without a sample mark, as a clinic has it after going live.

    ``pictures``: with a portrait of every person and a picture in an article; the starter content has none.
    ``notice_on``: the one page that shows a dated notice, whatever the day; else those of the day are shown.
    """
    with own_database():
        import django

        django.setup()
        kinds = _prepared(real=real, pictures=pictures)
        if notice_on:
            _leave_notice(notice_on)
        print(settled())
        let_go()
        port = free_port()
        told = {"PUBLIC_ADDRESS": f"http://{HOST}:{port}"}
        if real:
            told |= {"DEMONSTRATION": "0", "TRUSTED_PROXIES": "1"}
        with serving(REAL if real else DEMONSTRATION, port=port, **told) as server:
            yield OwnSite(server.port, kinds)


def _prepared(*, real: bool, pictures: bool) -> dict[str, str]:
    from django.core.management import call_command

    from services import samples
    from services.models import Page

    call_command("bootstrap", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if pictures:
        _add_pictures()
    if real:
        samples.keep(chosen={sample.key for sample in samples.marked()}, actor="bench")
    return dict(Page.objects.published().values_list("path", "kind"))


def _add_pictures() -> None:
    from PIL import Image

    from services import pictures
    from services.models import PageText, Person, Picture

    drawn = io.BytesIO()
    Image.radial_gradient("L").resize((1200, 800)).save(drawn, "JPEG")
    drawn.seek(0)
    original = pictures.cleaned(drawn)
    stored = pictures.store_for_texts(original)
    Picture.objects.create(key=PICTURE, file=stored.name, width=stored.width, height=stored.height)
    for text in PageText.objects.filter(page__path="/health-library/bells-palsy/"):
        text.body = f"![A grey circle](picture:{PICTURE})\n\n{text.body}"
        text.save()
    portrait = pictures.store(original, pictures.Focus(50, 50))
    Person.objects.update(portrait=portrait, portrait_focus_x=50, portrait_focus_y=50)


def _leave_notice(path: str) -> None:
    from services.models import Page, Update

    page = Page.objects.get(path=path)
    kept = Update.objects.filter(pages=page).first()
    Update.objects.exclude(pk=kept.pk if kept else None).delete()
    if kept:
        kept.pages.set([page])
