"""An appointment request: one row a submission, with the rules it keeps held by the database itself."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Length, Reverse, Right, Upper
from django.utils.translation import gettext_lazy as _

from appointments import answers
from appointments.querysets import RequestQuerySet
from appointments.states import Outcome, Status
from services.models import Goal

models.CharField.register_lookup(Length)
models.BinaryField.register_lookup(Length)
models.TextField.register_lookup(Length)

CONTROL = "[\\u0001-\\u001f\\u007f]"
"""PostgreSQL pattern of what no single line of text may hold. (NUL cannot be stored at all.)"""


def choices(codes: type) -> list[tuple[str, str]]:
    return [(code.value, code.label) for code in codes]  # type: ignore[attr-defined]


def _code(label: object, options: type, *, blank: bool = False) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=16, choices=choices(options), blank=blank)  # type: ignore[arg-type]


def _codes(label: object) -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=40), verbose_name=label, default=list, blank=True)  # type: ignore[arg-type]


LONGEST_NAMES = 250
"""Characters of names that fit beside the times in an index; longer ones, which are rare, have their own."""

FILTERED = ["status", "urgency", "visit_type", "language", "place", "assigned_to", "date_of_birth"]
"""What the queue is filtered by."""


def _finished(name: str, *first: str) -> models.Index:
    """Finished requests with the same first column, the last closed first."""
    given = [column for column in FILTERED if column not in ("status", *first)]
    own = [*first, "-closed_at", "-id"]
    return models.Index(fields=own, include=[*given, "received_at"], condition=Q(status="closed"), name=name)


def _names(name: str, condition: Q | None = None) -> GinIndex:
    """Any part of a name; what was added lately is kept short, for a search has to read it through."""
    names = OpClass("search_names", "gin_trgm_ops")
    return GinIndex(names, fastupdate=True, gin_pending_list_limit=512, name=name, condition=condition)


def _from_the_end(column: str) -> OpClass:
    """A number as a whole, or any of its endings."""
    return OpClass(Reverse(column), "text_pattern_ops")


class AppointmentRequest(models.Model):
    """What a patient asked for and where it stands. ``appointments.lifecycle`` and ``follow_up`` are its only
    writers, and lifecycle alone writes its status.
    """

    # Who and when.
    reference = models.CharField(_("reference"), max_length=20, unique=True)
    submission_key = models.UUIDField(unique=True, editable=False)
    received_at = models.DateTimeField(_("received"))
    is_sample = models.BooleanField(_("sample"), default=False)

    # Where it stands.
    status = _code(_("status"), Status)
    outcome = _code(_("outcome"), Outcome, blank=True)
    computed_urgency = _code(_("urgency by the rules"), answers.UrgencyLevel)
    urgency = _code(_("urgency"), answers.UrgencyLevel)
    urgency_reasons = _codes(_("reasons for the urgency"))
    rules_version = models.CharField(_("version of the rules"), max_length=40)
    consent_version = models.CharField(_("version of the consent"), max_length=40)
    respond_by = models.DateTimeField(_("answer due by"))
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("with"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    first_contact_at = models.DateTimeField(_("first contact"), null=True)
    waiting_anew_since = models.DateTimeField(_("waiting anew since"), null=True)
    is_answered = models.GeneratedField(
        expression=Q(first_contact_at__isnull=False),  # type: ignore[arg-type]  # the stubs lack Q
        output_field=models.BooleanField(),
        db_persist=True,
    )
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    withdrawal_unseen = models.BooleanField(_("withdrawn, to be seen"), default=False, db_default=False)
    legal_hold = models.BooleanField(_("under a legal hold"), default=False)
    in_medical_record = models.BooleanField(_("part of the medical record"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    link_nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    link_digest = models.BinaryField(max_length=32, unique=True, null=True)

    # Is it safe to wait, when did it start, what is it like.
    examined = _code(_("examined by a clinician"), answers.YesNoUnsure)
    onset_kind = _code(_("start"), answers.OnsetKind)
    onset_year = models.PositiveSmallIntegerField(_("year it started"), null=True)
    onset_month = models.PositiveSmallIntegerField(_("month it started"), null=True)
    onset_day = models.PositiveSmallIntegerField(_("day it started"), null=True)
    began = _code(_("how it began"), answers.Began, blank=True)
    trend = _code(_("course"), answers.Trend)
    side = _code(_("side"), answers.Side)
    movement = _code(_("movement"), answers.Movement)
    eye_closes = _code(_("eye closes"), answers.YesNoUnsure)
    eye_cared = _code(_("eye is cared for"), answers.YesNoUnsure, blank=True)
    eye_signs = _codes(_("eye signs"))
    ear_signs = _codes(_("ear and other signs"))
    cause = _code(_("just before"), answers.Cause)
    nerve_cut = _code(_("nerve cut or removed"), answers.YesNoUnsure, blank=True)
    history = _codes(_("history"))
    tried = models.TextField(_("tried before"), max_length=1500, blank=True)

    # What they would like.
    goals = _codes(_("goals"))
    visit_type = _code(_("visit"), answers.VisitType)
    place = models.CharField(_("place"), max_length=80, blank=True)
    person = models.CharField(_("person asked for"), max_length=80, blank=True)
    times = models.JSONField(_("preferred times"), default=list)
    language = _code(_("language"), answers.Language)
    other_language = models.CharField(_("other language"), max_length=60, blank=True)
    interpreter = models.BooleanField(_("needs an interpreter"), default=False)
    easier = models.TextField(_("would make it easier"), max_length=1000, blank=True)

    # About the patient, and how to reach them.
    for_whom = _code(_("for"), answers.ForWhom)
    patient_name = models.CharField(_("patient"), max_length=120)
    date_of_birth = models.DateField(_("date of birth"))
    helper_name = models.CharField(_("helper"), max_length=120, blank=True)
    helper_relation = models.CharField(_("relation to the patient"), max_length=60, blank=True)
    helper_authority = _code(_("authority of the helper"), answers.Authority, blank=True)
    reach = _code(_("way to be reached"), answers.Reach)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    speaking_hard = models.BooleanField(_("speaking by phone is hard"), default=False)
    relay = models.BooleanField(_("uses a relay service"), default=False)
    may_leave_message = models.BooleanField(_("may leave a message"), default=False)
    speaker_name = models.CharField(_("may speak for the patient"), max_length=120, blank=True)
    speaker_phone = models.CharField(_("their phone"), max_length=20, blank=True)
    insurance = _code(_("insurance"), answers.Insurance)
    state = models.CharField(_("state"), max_length=2, blank=True)
    site_language = models.CharField(_("language of the form"), max_length=12, default="en")
    search_names = models.GeneratedField(
        expression=Func(
            Concat("patient_name", Value(" "), "helper_name", Value(" "), "speaker_name"),
            function="appointments_folded",
        ),
        output_field=models.TextField(_("names as searched")),
        db_persist=True,
    )

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment request")
        verbose_name_plural = _("appointment requests")
        ordering = ["respond_by", "pk"]
        default_permissions = ["view"]
        permissions = [
            ("contact_request", _("Can take up requests and record contact")),
            ("schedule_request", _("Can schedule a request, and cancel its date")),
            ("close_request", _("Can close a request")),
            ("reopen_request", _("Can reopen a closed request")),
            ("change_urgency", _("Can change the urgency of a request")),
            ("write_note", _("Can write notes on a request")),
            ("assign_request", _("Can give a request to a colleague")),
            ("export_csv", _("Can export requests as CSV or text")),
            ("export_fhir", _("Can export requests as FHIR")),
            ("print_request", _("Can print a request")),
            ("hold_request", _("Can put a request under a legal hold, or mark it as part of the record")),
        ]
        indexes = [
            # The queue's filters are answered within the index: the columns after the order are filters.
            models.Index(
                fields=["is_answered", "respond_by", "id", *FILTERED, "received_at"],
                condition=~Q(status="closed"),
                name="request_open_by_due_idx",
            ),
            models.Index(
                fields=["received_at"],
                include=["urgency", "status", "first_contact_at", "respond_by", "waiting_anew_since"],
                name="request_received_idx",
            ),
            models.Index(
                fields=["received_at"],
                condition=Q(status="new", urgency="same_day"),
                name="request_alarming_idx",
            ),
            models.Index(
                fields=["closed_at"],
                condition=Q(status="closed", legal_hold=False, in_medical_record=False),
                name="request_to_purge_idx",
            ),
            # The newest of one contact or birth date are read from the index, however many there are.
            models.Index(
                Upper("email"),
                F("received_at").desc(),
                F("id").desc(),
                condition=~Q(email=""),
                name="request_email_idx",
            ),
            models.Index(
                _from_the_end("phone"),
                F("received_at").desc(),
                F("id").desc(),
                condition=~Q(phone=""),
                name="request_phones_idx",
            ),
            models.Index(fields=["date_of_birth", "-received_at", "-id"], name="request_birth_idx"),
            # Finished ones and all of them, and what may be rare among a million, each in the order shown.
            models.Index(fields=["-received_at", "-id"], include=FILTERED, name="request_all_idx"),
            _finished("request_finished_idx"),
            _finished("request_finished_by_holder_idx", "assigned_to"),
            _finished("request_finished_by_place_idx", "place"),
            _finished("request_finished_by_tongue_idx", "language"),
            models.Index(
                fields=["-closed_at", "-id"], condition=Q(withdrawal_unseen=True), name="request_unseen_idx"
            ),
            # What staff search for.
            _names("request_names_idx"),
            _names("request_open_names_idx", condition=~Q(status="closed")),
            # A frequent name is met soon on the way back from the latest, and the index alone is read for it.
            models.Index(
                fields=["-received_at", "-id"],
                include=["search_names"],
                condition=Q(status="closed", search_names__length__lte=LONGEST_NAMES),
                name="request_latest_names_idx",
            ),
            models.Index(
                fields=["-received_at", "-id"],
                condition=Q(search_names__length__gt=LONGEST_NAMES),
                name="request_long_names_idx",
            ),
            models.Index(
                OpClass(Upper("email"), "text_pattern_ops"),
                condition=~Q(email=""),
                name="request_mail_begins_idx",
            ),
            models.Index(
                Right("phone", 4),
                F("received_at").desc(),
                F("id").desc(),
                condition=Q(status="closed") & ~Q(phone=""),
                name="request_finished_phones_idx",
            ),
            models.Index(
                _from_the_end("phone"),
                condition=~Q(status="closed") & ~Q(phone=""),
                name="request_open_phones_idx",
            ),
            models.Index(
                _from_the_end("speaker_phone"),
                condition=~Q(speaker_phone=""),
                name="request_speakers_idx",
            ),
            models.Index(Right("reference", 3), name="request_reference_ends_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]), name="request_status_known"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=answers.UrgencyLevel.values)
                & Q(computed_urgency__in=answers.UrgencyLevel.values),
                name="request_urgency_known",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="closed", closed_at__isnull=False, outcome__in=[o.value for o in Outcome])
                    | ~Q(status="closed") & Q(closed_at=None, outcome="")
                ),
                name="request_closed_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(scheduled_for__isnull=False),
                name="request_scheduled_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(reach="email") & ~Q(email="") | Q(reach__in=["text", "phone"]) & ~Q(phone=""),
                name="request_can_be_reached",
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=answers.E164), name="request_phone_is_e164"
            ),
            models.CheckConstraint(
                condition=Q(speaker_phone="") | Q(speaker_phone__regex=answers.E164) & ~Q(speaker_name=""),
                name="request_speaker_is_named",
            ),
            models.CheckConstraint(
                condition=(
                    Q(for_whom="self", helper_name="", helper_authority="")
                    | Q(for_whom="helped") & ~Q(helper_name="") & ~Q(helper_authority="")
                ),
                name="request_helper_is_named",
            ),
            models.CheckConstraint(
                condition=Q(onset_kind="date", onset_year__isnull=False)
                | ~Q(onset_kind="date") & Q(onset_year=None, onset_month=None, onset_day=None),
                name="request_onset_date_where_known",
            ),
            models.CheckConstraint(
                # Without isnull a day alone would pass: the comparison is unknown, not false.
                condition=Q(onset_month=None, onset_day=None)
                | Q(onset_month__isnull=False, onset_month__gte=1, onset_month__lte=12),
                name="request_onset_month_known",
            ),
            models.CheckConstraint(
                condition=Q(onset_day=None) | Q(onset_day__gte=1, onset_day__lte=31),
                name="request_onset_day_known",
            ),
            models.CheckConstraint(
                condition=~Q(patient_name="") & ~Q(reference="") & Q(date_of_birth__gte="1900-01-01"),
                name="request_names_a_patient",
            ),
            models.CheckConstraint(
                condition=~(
                    Q(patient_name__regex=CONTROL)
                    | Q(helper_name__regex=CONTROL)
                    | Q(speaker_name__regex=CONTROL)
                    | Q(email__regex=CONTROL)
                ),
                name="request_lines_hold_no_controls",
            ),
            models.CheckConstraint(
                condition=Q(respond_by__gt=F("received_at")), name="request_due_after_arrival"
            ),
            models.CheckConstraint(
                condition=Q(state__length=2) | Q(state="", visit_type="in_person"),
                name="request_state_is_a_code",
            ),
            models.CheckConstraint(
                condition=Q(link_digest=None) | Q(link_digest__length=32), name="request_link_is_a_digest"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def refuses_messages(self) -> bool:
        """Whether nothing may be said to whoever or whatever else answers their phone."""
        return self.reach == answers.Reach.PHONE and not self.may_leave_message

    @property
    def is_open(self) -> bool:
        return self.status != Status.CLOSED

    @property
    def goal_labels(self) -> list[str]:
        labels = {**dict(Goal.choices), **dict(answers.OtherGoal.choices)}
        return [str(labels.get(code, code)) for code in self.goals]
