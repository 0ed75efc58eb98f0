"""When a wait began anew; indexes for what has had its time, and for the figures of a period."""

from django.db import migrations, models

FROM_THE_TRAIL = """
UPDATE appointments_appointmentrequest AS request SET waiting_anew_since = began.at
FROM (SELECT request_id, max(at) AS at FROM appointments_event WHERE action IN ('unschedule', 'reopen')
      GROUP BY request_id) AS began
WHERE began.request_id = request.id
"""


class Migration(migrations.Migration):
    dependencies = [("appointments", "0005_export")]

    operations = [
        migrations.AddField(
            model_name="appointmentrequest",
            name="waiting_anew_since",
            field=models.DateTimeField(null=True, verbose_name="waiting anew since"),
        ),
        migrations.RunSQL(FROM_THE_TRAIL, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="appointmentrequest", name="request_received_idx"),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                fields=["received_at"],
                include=("urgency", "status", "first_contact_at", "respond_by", "waiting_anew_since"),
                name="request_received_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("in_medical_record", False), ("legal_hold", False), ("status", "closed")),
                fields=["closed_at"],
                name="request_to_purge_idx",
            ),
        ),
    ]
