"""The queue and its search in less time: what a page asks is answered within an index.

Whether staff have seen a withdrawal stands with the request, not in a search through its trail. Names stand
beside the time of arrival, and their frequency is known well enough to choose between the two ways to find one.
"""

from django.conf import settings
from django.db import migrations, models

UNSEEN = """
UPDATE appointments_appointmentrequest request SET withdrawal_unseen = true
WHERE status = 'closed' AND outcome = 'withdrawn' AND closed_at > now() - interval '90 days'
    AND (scheduled_for > closed_at OR urgency = 'same_day')
    AND 'withdraw' = (
        SELECT action FROM appointments_event
        WHERE request_id = request.id AND action IN ('withdraw', 'seen', 'note') ORDER BY id DESC LIMIT 1
    )
"""
FREQUENCIES = "ALTER TABLE appointments_appointmentrequest ALTER COLUMN search_names SET STATISTICS 300"
AS_USUAL = "ALTER TABLE appointments_appointmentrequest ALTER COLUMN search_names SET STATISTICS -1"


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0008_queue"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="appointmentrequest",
            name="withdrawal_unseen",
            field=models.BooleanField(db_default=False, default=False, verbose_name="withdrawn, to be seen"),
        ),
        migrations.RunSQL(UNSEEN, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("withdrawal_unseen", True)),
                fields=["-closed_at", "-id"],
                name="request_unseen_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("search_names__length__lte", 250), ("status", "closed")),
                fields=["-received_at", "-id"],
                include=("search_names",),
                name="request_latest_names_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("search_names__length__gt", 250)),
                fields=["-received_at", "-id"],
                name="request_long_names_idx",
            ),
        ),
        migrations.RunSQL(FREQUENCIES, AS_USUAL),
        migrations.RemoveIndex(model_name="appointmentrequest", name="request_withdrawn_idx"),
        migrations.RemoveIndex(model_name="event", name="event_of_withdrawal_idx"),
    ]
