"""The clinic itself: name, numbers and links that pages, forms and messages repeat."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from services.models.provenance import Provenance
from services.models.us_states import US_STATES
from services.models.words import Worded, language_field
from services.phones import dialled, validate_phone


class Clinic(Provenance, Worded):
    """One row. Its time zone is the setting ``TIME_ZONE``."""

    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(
        _("phone"),
        max_length=40,
        validators=[validate_phone],
        help_text=_("As people write it: 216-555-0100"),
    )
    email = models.EmailField(_("e-mail"))
    portal_url = models.URLField(_("patient portal"))
    billing_url = models.URLField(_("pay a bill"))
    treating_states = ArrayField(
        models.CharField(max_length=2, choices=US_STATES.items()),
        verbose_name=_("states where we may treat"),
        help_text=_("Where our clinicians are licensed. Requests for video visits depend on it."),
    )

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinic")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="clinic_is_one_row")]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_digits(self) -> str:
        """The number for a ``tel:`` link, with the US country code."""
        return dialled(self.phone)

    @property
    def phone_hours(self) -> str:
        """When someone answers the phone, in the language being shown; empty where it has no words."""
        language = get_language() or settings.LANGUAGE_CODE
        return next((text.phone_hours for text in self.texts.all() if text.language == language), "")


class ClinicText(models.Model):
    """The clinic's own words in one language."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="texts")
    language = language_field()
    phone_hours = models.CharField(_("phone hours"), max_length=120)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "language"], name="clinic_text_once_a_language")
        ]

    def __str__(self) -> str:
        return self.phone_hours
