"""What has words by language: the thing itself is language-neutral, its words are rows in ``texts``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Worded(models.Model):
    """A model with a reverse relation ``texts``, one row for each language."""

    class Meta:
        abstract = True

    @property
    def text(self) -> Any:
        """The words in the language being shown; loaded by ``in_language``.

        Raises ObjectDoesNotExist where there are none in that language.
        """
        loaded: list[Any] | None = getattr(self, "loaded_texts", None)
        if loaded:
            return loaded[0]
        return self.texts.get(language=get_language() or settings.LANGUAGE_CODE)  # type: ignore[attr-defined]

    @property
    def any_text(self) -> Any:
        """Its words in whichever language is there, or None: how staff tell one from another.

        Lists of many load ``texts`` along.
        """
        loaded: list[Any] | None = getattr(self, "loaded_texts", None)
        if loaded or not self.pk:
            return loaded[0] if loaded else None
        return next(iter(self.texts.all()), None)  # type: ignore[attr-defined]


def label_of(field: str, choices: Iterable[tuple[Any, Any]]) -> Callable[[Any], str]:
    """A ``get_<field>_display`` that looks the label up. Django's own gathers all choices at every call."""
    labels = dict(choices)

    def label(row: Any) -> str:
        value = getattr(row, field)
        return str(labels.get(value, value))

    return label


def language_field() -> models.CharField[Any, Any]:
    """Which language a text is in; which languages there are is a setting, not a migration."""
    return models.CharField(_("language"), max_length=12, default="en")
