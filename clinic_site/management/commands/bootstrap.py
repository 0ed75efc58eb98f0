"""Prepares the database: tables, rights, roles, starter content. Safe to run at every start."""

import os
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections

from appointments import roles
from clinic_site.database_rights import grant_application_rights
from services import starter
from services.starter_files import StarterError

DEMONSTRATION_USER = "staff"


def prepare_database(*, verbosity: int = 0) -> None:
    """Migrate as the owner where there is one, and give the application's role what it needs, no more."""
    owner = "owner" if "owner" in settings.DATABASES else DEFAULT_DB_ALIAS
    call_command("migrate", database=owner, interactive=False, verbosity=verbosity)
    if owner != DEFAULT_DB_ALIAS:
        grant_application_rights(connections[owner], str(settings.DATABASES[DEFAULT_DB_ALIAS]["USER"]))


class Command(BaseCommand):
    help = "Prepare the database: tables, rights, staff roles, starter content, demonstration account."
    requires_system_checks = ()  # a fifth of a start; `manage.py check` is a step of its own

    def handle(self, *args: Any, **options: Any) -> None:
        self._say("tables and rights")
        prepare_database()
        self._say("staff roles")
        roles.make_roles()
        self._say("starter content")
        try:
            loaded = starter.load()
        except StarterError as error:
            raise CommandError(str(error)) from error
        self._say(f"starter content: {loaded.stored} stored, {loaded.kept} left as they are")
        if settings.DEMONSTRATION:
            _make_demonstration_account(os.environ.get("DEMO_STAFF_PASSWORD", ""))

    def _say(self, what: str) -> None:
        self.stdout.write(f"  {what}")
        self.stdout.flush()


def _make_demonstration_account(password: str) -> None:
    """The staff account that ``bin/serve`` prints; it exists in the demonstration only."""
    if not password:
        return
    user, _made = get_user_model().objects.get_or_create(
        username=DEMONSTRATION_USER, defaults={"is_staff": True, "first_name": "Sample", "last_name": "Staff"}
    )
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    user.groups.set(Group.objects.filter(name=roles.ADMINISTRATOR))
