"""A day without a month is refused: the condition was unknown there, and so let it pass."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0002_append_only_trail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="appointmentrequest",
            name="request_onset_month_known",
        ),
        migrations.AddConstraint(
            model_name="appointmentrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("onset_day", None), ("onset_month", None)),
                    models.Q(
                        ("onset_month__gte", 1), ("onset_month__isnull", False), ("onset_month__lte", 12)
                    ),
                    _connector="OR",
                ),
                name="request_onset_month_known",
            ),
        ),
    ]
