"""The list of all addresses for search engines: https://www.sitemaps.org/protocol.html"""

from xml.etree import ElementTree as Xml

from django.http import HttpRequest
from django.utils import timezone

from clinic_site.postgresql.one_statement import OneStatement
from services.addresses import in_language
from services.context import NOW
from services.models import Page
from services.public_address import absolute

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

EVERY_PAGE = OneStatement(
    lambda: {"pages": Page.objects.published(NOW).order_by("path").only("path", "changed_at").with_written()}
)


def sitemap(request: HttpRequest) -> bytes:
    """Every published page in each language of the site that it has words in, with its last change."""
    root = Xml.Element("urlset", xmlns=NAMESPACE)
    for page in EVERY_PAGE.ask(now=timezone.now())["pages"]:
        for language in page.written_in:
            entry = Xml.SubElement(root, "url")
            Xml.SubElement(entry, "loc").text = absolute(request, in_language(page.path, language))
            Xml.SubElement(entry, "lastmod").text = page.changed_at.isoformat(timespec="seconds")
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)
