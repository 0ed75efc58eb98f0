"""The clinic itself: name, numbers and links that pages, forms and messages repeat."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.models.provenance import Provenance
from services.models.us_states import US_STATES
from services.phones import dialled, validate_phone


class Clinic(Provenance):
    """One row. Its time zone is the setting ``TIME_ZONE``."""

    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(
        _("phone"),
        max_length=40,
        validators=[validate_phone],
        help_text=_("As people write it: 216-555-0100"),
    )
    phone_hours = models.CharField(_("phone hours"), max_length=120)
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
