"""Whatever is sent, in whatever order: no server error, each refusal explained, nothing leaks, nothing bent.

CLINIC_WALKS=10000 bin/test tests/test_hostile_walks.py --dist load       all of them
CLINIC_WALK=4711 bin/test tests/test_hostile_walks.py                    that one again
"""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from time_machine import TimeMachineFixture

from appointments import contacts, drafts, lifecycle, steps
from appointments.models import AppointmentRequest, Event, Message
from tests.hostile_walks import MARK, SUM, Shown, Walk
from tests.html import Element

ONE = os.environ.get("CLINIC_WALK")
WALKS = int(os.environ.get("CLINIC_WALKS", "12"))
CHUNK = 40
RANGES = (
    [range(int(ONE), int(ONE) + 1)]
    if ONE
    else [range(first, min(first + CHUNK, WALKS)) for first in range(0, WALKS, CHUNK)]
)
KINDS = ["page refused", "answer refused", "answer kept", "request stored"]
"""What must have happened in a good number of walks; else they prove nothing."""
POLICIES = {"no-referrer", "same-origin", "strict-origin"}
OWN_WORDS = {"patient_name", "helper_name", "tried", "easier", "other_language", "email", "speaker_name"}
DIRECTION = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@pytest.mark.django_db
@pytest.mark.parametrize("numbers", RANGES, ids=str)
def test_a_hostile_walk_breaks_nothing(
    numbers: range, time_machine: TimeMachineFixture, log: Callable[[], str]
) -> None:
    met: Counter[str] = Counter()
    for number in numbers:
        judge = Judge(log, met)
        walk = Walk(number, time_machine.move_to, judge)
        try:
            walk.go()
        except Exception as error:
            error.add_note(f"CLINIC_WALK={number}\n" + "\n".join(walk.said[-4:]))
            raise
    assert ONE or len(numbers) < 10 or min(met[kind] for kind in KINDS) > 0, met


class Judge:
    """Looks at each answer of one walk, and at what the site kept."""

    def __init__(self, log: Callable[[], str], met: Counter[str]) -> None:
        self.log, self.met = log, met
        self.answers: dict[str, Any] = {}
        self.told = len(log())
        self.stored = AppointmentRequest.objects.count()
        self.refused = False

    def __call__(self, walk: Walk) -> None:
        shown = walk.shown
        assert shown.status < 500
        assert shown.header("Referrer-Policy") in POLICIES
        told = self.log()
        assert MARK.lower() not in told[self.told :].lower()
        self.told = len(told)
        for name, value in shown.headers:
            assert MARK.lower() not in value.lower(), name
        if shown.content:
            no_markup_came_through(shown)
            explained(shown.page, shown.status, again=self.refused and walk.method == "GET")
        self.met["page refused"] += shown.status >= 400
        self.met["answer refused"] += bool(shown.page.all(css="error-summary"))
        self.refused = walk.method == "POST" and shown.header("Location") == walk.path
        self.draft_is_right(walk)

    def draft_is_right(self, walk: Walk) -> None:
        draft = drafts.find(walk.browser.cookies.get(settings.DRAFT_COOKIE_NAME, ""))
        if len(walk.said) == 1 and draft is not None:
            self.answers = draft.answers
        if draft is not None and draft.submitted:
            self.request_is_right(walk, draft.row.request)
            return
        assert AppointmentRequest.objects.count() == self.stored
        after = draft.answers if draft else {}
        if walk.method != "POST" or walk.shown.status >= 400 or self.refused:
            assert not after or after == self.answers or not self.answers
        for name, value in after.items():
            nothing_hidden(value)
            if name in OWN_WORDS and value != self.answers.get(name, ""):
                assert tidy(value) == tidy(dict(walk.sent).get(name, "")), name
                self.met["answer kept"] += 1
        self.answers = after

    def request_is_right(self, walk: Walk, stored: AppointmentRequest | None) -> None:
        """What was accepted is what is stored, once."""
        assert stored is not None
        if not self.answers:
            return
        stored.refresh_from_db()
        accepted = steps.Review(self.answers, lifecycle.today()).answers
        for name in lifecycle.ANSWER_COLUMNS:
            kept, given = getattr(stored, name), accepted.get(name)
            if given is not None:
                assert comparable(kept) == comparable(given), name
        self.stored += 1
        assert AppointmentRequest.objects.count() == self.stored
        assert Event.objects.filter(request_id=stored.pk, action="submit").count() == 1
        assert Message.objects.filter(request_id=stored.pk, kind="received").count() <= 1
        self.answers = {}
        self.met["request stored"] += 1


def no_markup_came_through(shown: Shown) -> None:
    assert b"<xss-" not in shown.content.lower()
    assert SUM not in shown.content.decode()
    assert not [element for element in shown.page.all() if "onxss" in element.attributes]


def explained(page: Element, status: int, *, again: bool) -> None:
    """Each refusal stands beside its field, and the summary leads there; else the page says what to do."""
    assert len(page.all("h1")) == 1
    ids = {element.attributes["id"] for element in page.all() if "id" in element.attributes}
    beside = {
        element.attributes["id"].removesuffix("_error"): element.text
        for element in page.all()
        if element.attributes.get("id", "").endswith("_error")
    }
    linked = [link for summary in page.all(css="error-summary") for link in summary.all("a")]
    for link in linked:
        target = link.attributes["href"].removeprefix("#")
        assert target in ids, f"the summary leads to {target}, which is not there"
        text = beside.get(target) or beside.get(target.removesuffix("_0"), "")
        assert same(link.text, text), f"{target} says {text!r} beside the field, {link.text!r} in the summary"
    alerts = [element.text for element in page.all(role="alert")]
    if beside or again:
        assert alerts, "something was refused, and nothing says so"
    if status >= 400:
        way_on = [address for address in page.links() if address.startswith("tel:")]
        assert way_on or alerts, "neither what to do nor a number to phone"


def same(summary: str, beside: str) -> bool:
    """Whether both say the same; the summary may name the field first, which stands over it there."""
    messages = filter(None, map(str.strip, beside.split("Error:")))
    return summary in beside or any(map(summary.endswith, messages))


def tidy(text: str) -> str:
    """What is the same to its reader: without what cannot be seen, spaces, other letters of a domain."""
    text = contacts.with_ascii_domain(text) if "@" in text else text
    seen = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf")
    return "".join(unicodedata.normalize("NFC", seen).split())


def nothing_hidden(value: Any) -> None:
    if isinstance(value, str):
        assert not [c for c in value if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs")]
        assert not DIRECTION & set(value)


def comparable(value: Any) -> Any:
    if isinstance(value, list):
        return [code for code in value if code != "none"]
    return value.isoformat() if isinstance(value, date) else value
