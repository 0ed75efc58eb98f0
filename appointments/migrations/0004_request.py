"""Likely duplicates are read newest first from an index, at any number of requests."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("appointments", "0003_triage")]

    operations = [
        migrations.RemoveIndex(model_name="appointmentrequest", name="request_email_idx"),
        migrations.RemoveIndex(model_name="appointmentrequest", name="request_phone_idx"),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                Upper("email"),
                F("received_at").desc(),
                F("id").desc(),
                condition=~Q(email=""),
                name="request_email_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                fields=["phone", "-received_at", "-id"], condition=~Q(phone=""), name="request_phone_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(fields=["date_of_birth", "-received_at", "-id"], name="request_birth_idx"),
        ),
    ]
