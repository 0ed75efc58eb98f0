"""The trail refuses change, deletion and truncation in the database itself, whoever asks."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION appointments_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER appointments_event_no_change BEFORE UPDATE OR DELETE ON appointments_event
    FOR EACH ROW EXECUTE FUNCTION appointments_event_append_only();
CREATE TRIGGER appointments_event_no_truncate BEFORE TRUNCATE ON appointments_event
    FOR EACH STATEMENT EXECUTE FUNCTION appointments_event_append_only();
"""

ALLOW = """
DROP TRIGGER appointments_event_no_truncate ON appointments_event;
DROP TRIGGER appointments_event_no_change ON appointments_event;
DROP FUNCTION appointments_event_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("appointments", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
