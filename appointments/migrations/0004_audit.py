"""Indexes by which the trail is read at a million entries."""

import django.contrib.postgres.indexes
import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0003_triage"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="event",
            name="event_by_account_idx",
        ),
        migrations.RemoveIndex(
            model_name="event",
            name="event_by_action_idx",
        ),
        migrations.AlterField(
            model_name="event",
            name="request_id",
            field=models.BigIntegerField(null=True, verbose_name="request"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["request_id", "action", "id"], name="event_by_request_idx"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["-at", "-id"], name="event_by_time_idx"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor_kind", "actor_id", "-at", "-id"], name="event_by_actor_idx"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["action", "-at", "-id"], name="event_by_what_idx"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.fields.json.KeyTransform("requests", "codes"), name="jsonb_path_ops"
                ),
                condition=models.Q(("codes__has_key", "requests")),
                name="event_lists_idx",
            ),
        ),
    ]
