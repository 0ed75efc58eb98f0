"""Lets the database itself refuse every change to a page's versions, whoever asks."""

from django.db import migrations

CREATE = """
CREATE FUNCTION services_pageversion_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'versions of pages are append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER services_pageversion_no_change BEFORE UPDATE OR DELETE ON services_pageversion
    FOR EACH ROW EXECUTE FUNCTION services_pageversion_append_only();
CREATE TRIGGER services_pageversion_no_truncate BEFORE TRUNCATE ON services_pageversion
    FOR EACH STATEMENT EXECUTE FUNCTION services_pageversion_append_only();
"""
DROP = """
DROP TRIGGER services_pageversion_no_truncate ON services_pageversion;
DROP TRIGGER services_pageversion_no_change ON services_pageversion;
DROP FUNCTION services_pageversion_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0002_text_search")]
    operations = [migrations.RunSQL(CREATE, DROP)]
