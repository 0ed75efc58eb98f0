"""Erases one person, who asked for it: all their requests, with everything that hangs on them.

Whom it is about is typed at a prompt, or comes by standard input: what stands in a command line shows in
the list of processes, in the shell's history and often in the system's log. Nothing typed is shown again:
the requests are listed by their references.
"""

from __future__ import annotations

import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from appointments import audit, erasure, lifecycle, reference, retention
from appointments.forms.follow import NewLinkForm
from appointments.models import AppointmentRequest

ASK = "Reference, e-mail address or phone number: "
SURE = "Erase"


class Command(BaseCommand):
    help = "Erase all requests of one person, who is asked for at a prompt or read from standard input."
    stealth_options = ("stdin",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--by", required=True, metavar="USERNAME", help="the administrator who decided it, for the trail"
        )
        parser.add_argument("--dry-run", action="store_true", help="list, and erase nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask whether it is meant")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdin = options.get("stdin") or sys.stdin
        actor = self._actor(options["by"])
        person = self._find(self._ask(ASK))
        if person is None:
            self.stdout.write("Nothing is stored of this person.")
            return
        self._list(person)
        if any(retention.holds(request) for request in person.requests):
            raise CommandError(_refusal(person.requests))
        if options["dry_run"]:
            self.stdout.write("Nothing was erased: this was a dry run.")
            return
        if not options["yes"] and self._ask(f"This cannot be undone. Type {SURE} to go on: ") != SURE:
            raise CommandError("Nothing was erased.")
        try:
            removed = erasure.erase(actor=actor, request_ids=[request.pk for request in person.requests])
        except erasure.Held as held:
            raise CommandError(_refusal(held.requests)) from held
        self.stdout.write(f"Erased: {removed.requests} requests")
        for name, count in sorted(removed.hanging.items()):
            self.stdout.write(f"  with them: {count} {name}")

    def _ask(self, question: str) -> str:
        if self.stdin.isatty():
            self.stdout.write(question, ending="")
            self.stdout.flush()
        return str(self.stdin.readline()).strip()

    def _actor(self, username: str) -> audit.Actor:
        user = get_user_model().objects.filter(username=username, is_active=True, is_staff=True).first()
        if user is None or not user.has_perm("appointments.hold_request"):
            raise CommandError("--by takes the user name of somebody who may release holds.")
        return audit.staff(user.pk)

    def _find(self, typed: str) -> erasure.Person | None:
        try:
            return erasure.find_by_reference(reference.normalise(typed))
        except ValueError:
            pass
        form = NewLinkForm({"contact": typed}, answers={}, today=lifecycle.today())
        if not form.is_valid():
            raise CommandError("This is no reference, e-mail address or phone number. Nothing was erased.")
        try:
            return erasure.find_by_contact(form.cleaned_data["contact"])
        except erasure.SeveralPatients as several:
            lists = "\n".join(f"  {', '.join(each)}" for each in several.references)
            raise CommandError(
                f"This contact was given for several patients:\n{lists}\n"
                "Nothing was erased. Start again with a reference of the one who is meant."
            ) from several

    def _list(self, person: erasure.Person) -> None:
        self.stdout.write(f"Requests of this person: {len(person.requests)}")
        for request in person.requests:
            self.stdout.write(f"  {_line(request)}")
        ids = [request.pk for request in person.requests]
        hanging = retention.hanging_on(AppointmentRequest.objects.filter(pk__in=ids))
        for name, count in sorted(hanging.items()):
            self.stdout.write(f"  with them: {count} {name}")
        if person.beside:
            self.stdout.write("Same contact, another name or date of birth; these stay:")
            for request in person.beside:
                self.stdout.write(f"  {_line(request)}")


def _line(request: AppointmentRequest) -> str:
    return f"{request.reference} (number {request.pk}, {request.status})"


def _refusal(requests: list[AppointmentRequest]) -> str:
    """Which requests refuse it, and why."""
    why = [
        f"  {_line(request)}: {', '.join(str(hold.label) for hold in held)}"
        for request in requests
        if (held := retention.holds(request))
    ]
    return "\n".join(["Nothing was erased. These requests are held:", *why, "Release the hold first."])
