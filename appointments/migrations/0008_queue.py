"""The queue at a million requests: indexes in the order shown, and names folded for the search.

``appointments_folded`` spells words without accents and capitals, a blank before each; what stands around an
apostrophe or hyphen counts as two words and as one. unaccent is only STABLE, because its rules may be edited;
whoever edits them has to reindex request_names_idx. The function names the schema of the extension, so that it
means the same whatever the search_path.
"""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

FOLD = r"""
DO $do$
DECLARE
    at text := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                WHERE e.extname = 'unaccent');
BEGIN
    EXECUTE format($make$
        CREATE FUNCTION appointments_folded(words text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
            SELECT ' ' || btrim(regexp_replace(
                plain || CASE WHEN plain ~ $re$['\u2019-]$re$
                    THEN ' ' || regexp_replace(plain, $re$['\u2019-]$re$, '', 'g') ELSE '' END,
                '[^[:alnum:]]+', ' ', 'g'))
            FROM (SELECT lower(%1$I.unaccent(%2$L::regdictionary, normalize(words, NFKC))) AS plain) AS once
        $body$
    $make$, at, quote_ident(at) || '.unaccent');
END
$do$;
GRANT EXECUTE ON FUNCTION appointments_folded(text) TO PUBLIC;
"""
UNFOLD = "DROP FUNCTION appointments_folded(text)"


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0007_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FOLD, UNFOLD),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("action__in", ["withdraw", "seen", "note"])),
                fields=["request_id", "-id"],
                include=("action",),
                name="event_of_withdrawal_idx",
            ),
        ),
        migrations.RemoveIndex(
            model_name="appointmentrequest",
            name="request_open_by_due_idx",
        ),
        migrations.AddField(
            model_name="appointmentrequest",
            name="search_names",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    django.db.models.functions.text.Concat(
                        "patient_name", models.Value(" "), "helper_name", models.Value(" "), "speaker_name"
                    ),
                    function="appointments_folded",
                ),
                output_field=models.TextField(verbose_name="names as searched"),
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("status", "closed"), _negated=True),
                fields=[
                    "is_answered",
                    "respond_by",
                    "id",
                    "status",
                    "urgency",
                    "visit_type",
                    "language",
                    "place",
                    "assigned_to",
                    "date_of_birth",
                    "received_at",
                ],
                name="request_open_by_due_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                fields=["-received_at", "-id"],
                include=(
                    "status",
                    "urgency",
                    "visit_type",
                    "language",
                    "place",
                    "assigned_to",
                    "date_of_birth",
                ),
                name="request_all_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("status", "closed")),
                fields=["-closed_at", "-id"],
                include=(
                    "urgency",
                    "visit_type",
                    "language",
                    "place",
                    "assigned_to",
                    "date_of_birth",
                    "received_at",
                ),
                name="request_finished_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("status", "closed")),
                fields=["assigned_to", "-closed_at", "-id"],
                include=("urgency", "visit_type", "language", "place", "date_of_birth", "received_at"),
                name="request_finished_by_holder_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("status", "closed")),
                fields=["place", "-closed_at", "-id"],
                include=("urgency", "visit_type", "language", "assigned_to", "date_of_birth", "received_at"),
                name="request_finished_by_place_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("status", "closed")),
                fields=["language", "-closed_at", "-id"],
                include=("urgency", "visit_type", "place", "assigned_to", "date_of_birth", "received_at"),
                name="request_finished_by_tongue_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                condition=models.Q(("outcome", "withdrawn"), ("status", "closed")),
                fields=["-closed_at", "-id"],
                include=("urgency", "scheduled_for"),
                name="request_withdrawn_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_names", "gin_trgm_ops"),
                fastupdate=True,
                gin_pending_list_limit=512,
                name="request_names_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_names", "gin_trgm_ops"),
                condition=models.Q(("status", "closed"), _negated=True),
                fastupdate=True,
                gin_pending_list_limit=512,
                name="request_open_names_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("email"), "text_pattern_ops"
                ),
                condition=models.Q(("email", ""), _negated=True),
                name="request_mail_begins_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                django.db.models.functions.text.Right("phone", 4),
                models.OrderBy(models.F("received_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("phone", ""), _negated=True),
                name="request_phone_ends_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                django.db.models.functions.text.Right("speaker_phone", 4),
                condition=models.Q(("speaker_phone", ""), _negated=True),
                name="request_speaker_ends_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentrequest",
            index=models.Index(
                django.db.models.functions.text.Right("reference", 3), name="request_reference_ends_idx"
            ),
        ),
    ]
