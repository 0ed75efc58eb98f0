"""Pictures for the texts of pages."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.core.validators import RegexValidator
from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from services import pictures
from services.models.provenance import Provenance
from services.querysets import PictureQuerySet

SHOWN_WIDTHS = "(min-width: 42rem) 38rem, 94vw"
"""How wide texts are: the ``sizes`` from which a browser chooses the variant it needs."""


class Picture(Provenance):
    """A picture that texts name by its key; what it shows is described where it is used, in that language."""

    key = models.CharField(
        _("key"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", _("Use lower-case words with hyphens."))],
        help_text=_("Its name in texts, like eye-drops: lower-case words with hyphens. It stays as it is."),
    )
    file = models.ImageField(_("picture"), upload_to="pictures")
    width = models.PositiveSmallIntegerField(_("width"), editable=False)
    height = models.PositiveSmallIntegerField(_("height"), editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key

    @property
    def html(self) -> str:
        """The element that pages show; its description is filled in where it is used."""
        sources = format_html_join(
            "", '<source type="image/{}" srcset="{}" sizes="{}">',
            [(kind, self._srcset(kind), SHOWN_WIDTHS) for kind in pictures.FORMATS if kind != "jpg"],
        )  # fmt: skip
        image = format_html(
            '<img src="{}" srcset="{}" sizes="{}" alt="" width="{}" height="{}" '
            'loading="lazy" decoding="async">',
            self.url, self._srcset("jpg"), SHOWN_WIDTHS, self.width, self.height,
        )  # fmt: skip
        return f"<picture>{sources}{image}</picture>"

    @property
    def url(self) -> str:
        """The variant for browsers that read no ``srcset``."""
        return self._url(pictures.widths(self.width)[-1], "jpg")

    @property
    def thumbnail_url(self) -> str:
        return self._url(pictures.widths(self.width)[0], "jpg")

    @property
    def used_on(self) -> list[str]:
        """Addresses of pages and titles of updates whose texts show it; loaded by ``with_uses``."""
        found: set[str] = set()
        return sorted(found.union(self.in_texts, self.in_points, self.in_updates))  # type: ignore[attr-defined]

    def _srcset(self, extension: str) -> str:
        return ", ".join(f"{self._url(width, extension)} {width}w" for width in pictures.widths(self.width))

    def _url(self, width: int, extension: str) -> str:
        return default_storage.url(pictures.width_name(str(self.file.name), width, extension))
