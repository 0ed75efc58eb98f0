"""Every address of the staff's site, by every kind of visitor, GET and POST: nobody but whom a table names.

A new address fails until it stands in the table. The addresses come from the resolver, the visitors from the
roles; outside the demonstration, so that everybody let in has proven their second factor. They are brought to
the view itself, as the middleware would: the whole way for each of these two thousand would take a minute.
"""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, ClassVar

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import URLResolver, resolve
from pytest_django import Settings

from appointments import audit, roles
from appointments.models import AppointmentRequest, Export
from appointments.security import sessions
from services import versions
from services.models import (
    Clinic,
    Location,
    Page,
    PageVersion,
    Person,
    Picture,
    SearchPhrase,
    Term,
    Treatment,
    Update,
)
from tests.builders import a_message, a_request, staff
from tests.content import add_clinic, add_page, add_update

F, C, E, A, M, N = tuple("FCEAMN")
INSIDE = {
    F: [roles.FRONT_DESK],
    C: [roles.CLINICIAN],
    E: [roles.CONTENT_EDITOR],
    A: [roles.AUDITOR],
    M: [roles.ADMINISTRATOR],
    N: [],
}
ANONYMOUS, UNPROVEN = "anonymous", "without second factor"
STAFF, TRIAGE, CONTENT, NOBODY = F + C + E + A + M + N, F + C + M, E + M, ""


def routes(patterns: Any, before: str = "") -> Iterator[str]:
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        else:
            yield route


def all_routes() -> list[str]:
    return list(routes(admin.site.get_urls()))


def screens(
    model: str, *, look: str, add: str = NOBODY, change: str = NOBODY, delete: str = NOBODY
) -> dict[str, tuple[str, str]]:
    """The addresses that every model of the admin has."""
    return {
        f"{model}/": (look, look),
        f"{model}/add/": (add, add),
        f"{model}/<path:object_id>/": (STAFF, STAFF),  # leads to its screen
        f"{model}/<path:object_id>/history/": (look, look),
        f"{model}/<path:object_id>/change/": (look, change),
        f"{model}/<path:object_id>/delete/": (delete, delete),
    }


def content(model: str, *, add: str = CONTENT) -> dict[str, tuple[str, str]]:
    rows = screens(model, look=CONTENT, add=add, change=CONTENT, delete=add)
    return {**rows, f"{model}/preview-text/": (NOBODY, CONTENT)}


def pages(model: str) -> dict[str, tuple[str, str]]:
    names = ("preview/", "versions/", "versions/compare/", "versions/<int:number>/")
    return {**content(model), **{f"{model}/<int:pk>/{name}": (CONTENT, CONTENT) for name in names}}


REQUEST, MESSAGE, EVENT, EXPORT = (
    f"appointments/{name}" for name in ("appointmentrequest", "message", "event", "export")
)
# Who is let in by GET, and who by POST.
TABLE: dict[str, tuple[str, str]] = {
    # Logging in, and one's own log-ins.
    "login/": (STAFF, STAFF),
    "login/code/": (NOBODY, NOBODY),  # between the two steps only
    "login/second-factor/": (STAFF, STAFF),
    "log-ins/": (STAFF, STAFF),
    "log-ins/left/": (STAFF, STAFF),
    "log-ins/end/": (NOBODY, STAFF),
    "log-ins/codes/": (STAFF, STAFF),
    "logout/": (NOBODY, STAFF),
    "password_change/": (STAFF, STAFF),
    "password_change/done/": (STAFF, NOBODY),
    # The admin's own.
    "": (STAFF, STAFF),
    "jsi18n/": (STAFF, NOBODY),
    "autocomplete/": (NOBODY, NOBODY),
    "r/<path:content_type_id>/<path:object_id>/": (NOBODY, NOBODY),
    "^(?P<app_label>services|auth|appointments)/$": (CONTENT, CONTENT),  # here: services
    "(?P<url>.*)$": (NOBODY, NOBODY),
    # Content.
    **content("services/clinic", add=NOBODY),
    **content("services/term"),
    **content("services/picture"),
    **content("services/searchphrase"),
    **content("services/update"),
    **pages("services/page"),
    **pages("services/treatment"),
    **pages("services/person"),
    **pages("services/location"),
    "services/page/review/": (CONTENT, CONTENT),
    "services/page/samples/": (CONTENT, CONTENT),
    "services/page/order/<str:name>/": (CONTENT, CONTENT),
    # Accounts.
    **screens("auth/group", look=M),
    **screens("auth/user", look=M, add=M, change=M),
    "auth/user/<id>/password/": (M, M),
    "auth/user/<int:pk>/second-factor/": (M, M),
    # Requests, messages, the trail.
    **screens(REQUEST, look=TRIAGE, change=TRIAGE),  # a POST there shows the page
    f"{REQUEST}/<int:pk>/step/<slug:action>/": (TRIAGE, TRIAGE),
    f"{REQUEST}/<int:pk>/urgency/": (C + M, C + M),
    f"{REQUEST}/<int:pk>/link/": (TRIAGE, TRIAGE),
    f"{REQUEST}/<int:pk>/seen/": (TRIAGE, TRIAGE),
    f"{REQUEST}/<int:pk>/note/": (TRIAGE, TRIAGE),
    f"{REQUEST}/<int:pk>/assign/": (TRIAGE, TRIAGE),
    f"{REQUEST}/<int:pk>/contact/": (TRIAGE, TRIAGE),
    f"{REQUEST}/<int:pk>/hold/<slug:action>/": (M, M),
    f"{REQUEST}/<int:pk>/release/<slug:action>/": (M, M),
    f"{REQUEST}/<int:pk>/sheet/": (TRIAGE, TRIAGE),
    f"{REQUEST}/<int:pk>/claim/": (TRIAGE, TRIAGE),
    f"{REQUEST}/<int:pk>/looking/": (NOBODY, TRIAGE),
    f"{REQUEST}/news/": (NOBODY, TRIAGE),
    f"{REQUEST}/search/": (TRIAGE, TRIAGE),
    **screens(EXPORT, look=M, change=M),
    f"{EXPORT}/new/": (M, M),
    f"{EXPORT}/<int:pk>/download/": (NOBODY, NOBODY),  # who began it alone
    f"{EXPORT}/<int:pk>/progress/": (M, M),
    **screens(MESSAGE, look=TRIAGE, change=TRIAGE),
    f"{MESSAGE}/send-again/": (NOBODY, TRIAGE),
    f"{MESSAGE}/<int:pk>/send-again/": (NOBODY, TRIAGE),
    f"{MESSAGE}/<int:pk>/told/": (NOBODY, TRIAGE),
    f"{MESSAGE}/<int:pk>/html/": (TRIAGE, TRIAGE),
    **screens(EVENT, look=A + M),
    f"{EVENT}/find/": (NOBODY, A + M),
}
OPEN = {"login/", "log-ins/left/"}
"""What whoever is not logged in is answered: the log-in itself, and that no time is left."""

SENT = {"post": "yes", "text": "what was typed", "seen_version": "1"}


@pytest.fixture
def samples(db: None, settings: Settings) -> dict[str, int]:
    """One stored thing of each kind, by the address of its screen."""
    settings.DEMONSTRATION = False
    made: dict[type, Any] = {Clinic: add_clinic(), Page: add_page("/")}
    made |= {
        Person: add_page("/team/", kind="person"),
        Location: add_page("/place/", kind="location"),
        Treatment: add_page("/graft/", kind="treatment"),
        Term: Term.objects.create(key="graft"),
        Update: add_update("Closed"),
        SearchPhrase: SearchPhrase.objects.create(language="en", words=["x"], means="graft"),
        Picture: Picture.objects.create(key="face", file="pictures/face.jpg", width=1, height=1),
        AppointmentRequest: (request := a_request()),
        Group: Group.objects.get(name=roles.FRONT_DESK),
    }
    for page in (made[kind] for kind in (Page, Person, Location, Treatment)):
        versions.keep(page=page, actor="", action=PageVersion.Action.SAVED)
    made_others = [a_message(request, state="failed"), staff(), audit.record(actor=audit.SYSTEM, action="x")]
    made_others.append(Export.objects.create(shape="csv", purpose="quality", total=0, chosen={"filters": {}}))
    return {each._meta.label_lower.replace(".", "/"): each.pk for each in [*made.values(), *made_others]}


def address(route: str, samples: dict[str, int]) -> str:
    """The route with something real in each of its gaps."""
    route = str(route).replace("^(?P<app_label>services|auth|appointments)/$", "services/")
    route = route.replace("(?P<url>.*)$", "nowhere/").replace("compare/", "compare/?older=1&newer=1")
    pk = str(samples.get("/".join(route.split("/")[:2]), samples["services/page"]))
    content_type = str(ContentType.objects.get_for_model(Page).pk)
    action = "legal_hold" if "/hold/" in route or "/release/" in route else "take_up"
    known = {"name": "top", "action": action, "number": "1", "content_type_id": content_type}
    return "/staff/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda gap: known.get(str(gap[1]), pk), route)


def changes() -> int:
    """How many rows were written in this transaction so far, but for what every visit may leave."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables "
            "WHERE relname NOT IN ('appointments_staffsession', 'appointments_event', 'appointments_seal', "
            "'appointments_looking')"
        )
        return int(cursor.fetchone()[0])


class Visitor:
    """Somebody at the door of a view: nobody known, or an account, with or without its second factor."""

    rendered: ClassVar[set[str]] = set()

    def __init__(self, user: User | None = None, *, is_proven: bool = False) -> None:
        self.key: str | None = None
        known: Any = user or AnonymousUser()
        known.is_verified = lambda: is_proven
        self.user = known
        self.is_inside = is_proven
        if user is not None:
            client = Client()
            client.force_login(user)
            self.key = client.session.session_key

    def ask(self, method: str, path: str) -> HttpResponseBase:
        request: Any = getattr(RequestFactory(), method)(path, SENT if method == "post" else {})
        request.user, request.session = self.user, sessions.SessionStore(self.key)
        request.session.keys()
        request._messages = CookieStorage(request)
        request._dont_enforce_csrf_checks = True
        match = resolve(request.path)
        try:
            response = match.func(request, *match.args, **match.kwargs)
        except PermissionDenied:
            return HttpResponse(status=403)
        except Http404:
            return HttpResponse(status=404)
        return self.written(response) if method == "get" else response

    def written(self, response: Any) -> HttpResponseBase:
        """Each kind of page is written out once: it takes most of the time."""
        kind = str(getattr(response, "template_name", ""))
        if kind and kind not in self.rendered:
            self.rendered.add(kind)
            response.render()
        answer: HttpResponseBase = response
        return answer

    def is_let_in(self, response: HttpResponseBase) -> bool:
        to = response.headers.get("Location", "")
        to_log_in = to.partition("?")[0] == "/staff/login/"
        shown_out = response.status_code == 302 and (to_log_in or not self.is_inside)
        return not shown_out and response.status_code not in (401, 403, 404, 405)


def visitors() -> dict[str, Visitor]:
    inside = {letter: Visitor(staff(*names), is_proven=True) for letter, names in INSIDE.items()}
    return {ANONYMOUS: Visitor(), UNPROVEN: Visitor(staff(roles.ADMINISTRATOR)), **inside}


def wrongs_of(name: str, visitor: Visitor, samples: dict[str, int], method: str) -> Iterator[str]:
    """Where this visitor's answers differ from the table; what a POST did is undone."""
    for route, allowed in TABLE.items():
        path, before = address(route, samples), changes() if method == "post" else 0
        with transaction.atomic() if method == "post" else nullcontext():
            response = visitor.ask(method, path)
            wrote = changes() - before if method == "post" else 0
            if method == "post":
                transaction.set_rollback(True)
        expected = name in allowed[method == "post"] if visitor.is_inside else route in OPEN
        let_in = visitor.is_let_in(response)
        if let_in is not expected or response.status_code >= 500 or (wrote and not let_in):
            yield f"{name}: {method} {path}: {response.status_code}, {wrote} rows written"


def test_the_table_names_every_address_and_no_other() -> None:
    assert sorted(TABLE) == sorted(all_routes())


def test_a_get_shows_to_whom_the_table_names_to_nobody_else_and_changes_nothing(
    samples: dict[str, int],
) -> None:
    everybody, before = visitors(), changes()
    wrong = [each for one in everybody.items() for each in wrongs_of(*one, samples, "get")]
    assert not wrong, "\n".join(wrong)
    assert changes() == before


def test_a_post_acts_for_whom_the_table_names_and_changes_nothing_for_others(samples: dict[str, int]) -> None:
    wrong = [each for one in visitors().items() for each in wrongs_of(*one, samples, "post")]
    assert not wrong, "\n".join(wrong)


def test_the_whole_way_ends_at_the_log_in_for_who_is_not_logged_in_or_not_proven(
    samples: dict[str, int],
) -> None:
    unproven = Client()
    unproven.force_login(staff(roles.ADMINISTRATOR))
    for client in (Client(), unproven):
        for route in (
            "",
            "log-ins/",
            "auth/user/",
            f"{REQUEST}/<path:object_id>/change/",
            "services/page/add/",
        ):
            path = address(route, samples)
            assert client.get(path)["Location"] == f"/staff/login/?next={path}"
            assert client.post(path, SENT).status_code == 401
