"""For the last administrator who lost both phone and recovery codes: whoever may run commands may do this."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from appointments import audit
from appointments.security import second_factor


class Command(BaseCommand):
    help = "Reset the second factor of one staff account, and end its log-ins; noted in the trail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        account = get_user_model().objects.filter(username=options["username"]).first()
        if account is None:
            raise CommandError("There is no account of that name.")
        second_factor.reset(actor=audit.SYSTEM, account=account)
        self.stdout.write("Reset. The account sets it up anew at its next log-in.")
