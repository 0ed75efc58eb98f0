"""What the application's database role may do: read and write rows, append to the trail, nothing else."""

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY_TABLES = ["appointments_event", "appointments_seal", "services_pageversion"]


def grant_application_rights(connection: BaseDatabaseWrapper, role: str) -> None:
    """Grant as the owner of the tables; what was granted more widely before is taken back."""
    quoted = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        for table in APPEND_ONLY_TABLES:
            name = connection.ops.quote_name(table)
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM {quoted}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {quoted}")
