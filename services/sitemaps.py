"""The list of all addresses for search engines: https://www.sitemaps.org/protocol.html"""

from xml.etree import ElementTree as Xml

from django.http import HttpRequest

from services.addresses import in_language
from services.models import Page
from services.public_address import absolute

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(request: HttpRequest) -> bytes:
    """Every published page in each language of the site that it has words in, with its last change."""
    root = Xml.Element("urlset", xmlns=NAMESPACE)
    for page in Page.objects.published().order_by("path").prefetch_related("texts"):
        for language in page.written_in:
            entry = Xml.SubElement(root, "url")
            Xml.SubElement(entry, "loc").text = absolute(request, in_language(page.path, language))
            Xml.SubElement(entry, "lastmod").text = page.changed_at.isoformat(timespec="seconds")
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)
