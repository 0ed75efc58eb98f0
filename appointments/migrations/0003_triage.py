"""What triage needs: seals on the trail, exports, looks, log-ins, holds."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SEALS_STAY = """
CREATE TRIGGER appointments_seal_no_change BEFORE UPDATE OR DELETE ON appointments_seal
    FOR EACH ROW EXECUTE FUNCTION appointments_event_append_only();
CREATE TRIGGER appointments_seal_no_truncate BEFORE TRUNCATE ON appointments_seal
    FOR EACH STATEMENT EXECUTE FUNCTION appointments_event_append_only();
"""
SEALS_GO = """
DROP TRIGGER appointments_seal_no_truncate ON appointments_seal;
DROP TRIGGER appointments_seal_no_change ON appointments_seal;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0002_append_only_trail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shape",
                    models.CharField(
                        choices=[
                            ("csv", "CSV file"),
                            ("text", "Text for spreadsheets"),
                            ("fhir", "FHIR R4 bundle"),
                            ("sheet", "Printed sheet"),
                        ],
                        max_length=8,
                        verbose_name="shape",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("treatment", "Care of the patient"),
                            ("patient", "The patient asked for it"),
                            ("referral", "Referral to another clinic"),
                            ("billing", "Billing or insurance"),
                            ("quality", "Planning and quality of our work"),
                            ("legal", "Required by law"),
                        ],
                        max_length=12,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "purpose_note",
                    models.CharField(blank=True, max_length=300, verbose_name="more about the purpose"),
                ),
                ("chosen", models.JSONField(default=dict, verbose_name="chosen by")),
                ("total", models.PositiveIntegerField(verbose_name="requests")),
                ("written", models.PositiveIntegerField(default=0, verbose_name="written so far")),
                (
                    "state",
                    models.CharField(
                        choices=[("begun", "begun"), ("complete", "complete"), ("cut_off", "cut off")],
                        default="begun",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("begun_at", models.DateTimeField(auto_now_add=True, verbose_name="begun")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "export",
                "verbose_name_plural": "exports",
                "ordering": ["-pk"],
                "default_permissions": ["view"],
            },
        ),
        migrations.CreateModel(
            name="Looking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField(db_index=True, verbose_name="last seen")),
            ],
            options={
                "verbose_name": "look at a request",
                "verbose_name_plural": "looks at requests",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="place in the chain"
                    ),
                ),
                ("event_id", models.BigIntegerField(unique=True, verbose_name="trail entry")),
                ("digest", models.BinaryField(max_length=32, verbose_name="digest")),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("begun_at", models.DateTimeField(auto_now_add=True, verbose_name="logged in")),
                ("acted_at", models.DateTimeField(auto_now_add=True, verbose_name="last used")),
                ("browser", models.CharField(blank=True, max_length=60, verbose_name="browser")),
            ],
            options={
                "verbose_name": "log-in",
                "verbose_name_plural": "log-ins",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AlterModelOptions(
            name="appointmentrequest",
            options={
                "default_permissions": ["view"],
                "ordering": ["respond_by", "pk"],
                "permissions": [
                    ("contact_request", "Can take up requests and record contact"),
                    ("schedule_request", "Can schedule a request, and cancel its date"),
                    ("close_request", "Can close a request"),
                    ("reopen_request", "Can reopen a closed request"),
                    ("change_urgency", "Can change the urgency of a request"),
                    ("write_note", "Can write notes on a request"),
                    ("assign_request", "Can give a request to a colleague"),
                    ("export_csv", "Can export requests as CSV or text"),
                    ("export_fhir", "Can export requests as FHIR"),
                    ("print_request", "Can print a request"),
                    (
                        "hold_request",
                        "Can put a request under a legal hold, or mark it as part of the record",
                    ),
                ],
                "verbose_name": "appointment request",
                "verbose_name_plural": "appointment requests",
            },
        ),
        migrations.AddField(
            model_name="appointmentrequest",
            name="in_medical_record",
            field=models.BooleanField(default=False, verbose_name="part of the medical record"),
        ),
        migrations.AddField(
            model_name="appointmentrequest",
            name="legal_hold",
            field=models.BooleanField(default=False, verbose_name="under a legal hold"),
        ),
        migrations.AlterField(
            model_name="event",
            name="actor_kind",
            field=models.CharField(
                choices=[
                    ("patient", "patient"),
                    ("staff", "staff"),
                    ("system", "system"),
                    ("stranger", "somebody not logged in"),
                ],
                max_length=8,
                verbose_name="by",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor_id", "-id"], name="event_by_account_idx"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["action", "-id"], name="event_by_action_idx"),
        ),
        migrations.AddField(
            model_name="export",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="looking",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="looking",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lookers",
                to="appointments.appointmentrequest",
            ),
        ),
        migrations.AddField(
            model_name="staffsession",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state", "begun")),
                    models.Q(models.Q(("state", "begun"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="export_ended_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="looking",
            constraint=models.UniqueConstraint(fields=("request", "account"), name="each_looks_once"),
        ),
        migrations.AddIndex(
            model_name="staffsession",
            index=models.Index(fields=["account", "-acted_at"], name="session_by_account_idx"),
        ),
        migrations.RunSQL(SEALS_STAY, SEALS_GO),
    ]
