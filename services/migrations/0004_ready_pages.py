"""Which content is shown, renewed by the database itself with every transaction that changed some."""

from __future__ import annotations

import uuid

from django.db import migrations, models

CONTENT = """
    clinic clinictext fact location openinghours oldaddress page pagetext person person_places picture point
    source term termtext treatment update update_pages updatetext
""".split()
"""Tables of what public pages show. What nobody but staff or search sees is not among them."""

RENEW = """
CREATE FUNCTION services_content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('clinic.content_changed', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        INSERT INTO services_contentstamp (id, stamp) VALUES (1, gen_random_uuid())
            ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp;
        PERFORM set_config('clinic.content_changed', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END
$$;
INSERT INTO services_contentstamp (id, stamp) VALUES (1, gen_random_uuid());
ALTER TABLE services_readypage SET UNLOGGED;
"""
# At the end of the transaction: two editors never wait for each other's, let alone in a circle.
WATCH = """
CREATE CONSTRAINT TRIGGER services_{table}_is_content AFTER INSERT OR UPDATE OR DELETE ON services_{table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION services_content_changed();
CREATE TRIGGER services_{table}_is_content_no_more AFTER TRUNCATE ON services_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION services_content_changed();
"""
LEAVE = """
DROP TRIGGER services_{table}_is_content_no_more ON services_{table};
DROP TRIGGER services_{table}_is_content ON services_{table};
"""
FORGET = """
DROP FUNCTION services_content_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0003_append_only_versions")]
    operations = [
        migrations.CreateModel(
            name="ContentStamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stamp", models.UUIDField(default=uuid.uuid4)),
            ],
        ),
        migrations.CreateModel(
            name="ReadyPage",
            fields=[
                ("address", models.CharField(max_length=300, primary_key=True, serialize=False)),
                ("edition", models.CharField(max_length=120)),
                ("claimed_at", models.DateTimeField()),
                ("page", models.BinaryField(null=True)),
            ],
        ),
        migrations.RunSQL(
            RENEW + "".join(WATCH.format(table=table) for table in CONTENT),
            "".join(LEAVE.format(table=table) for table in CONTENT) + FORGET,
        ),
    ]
