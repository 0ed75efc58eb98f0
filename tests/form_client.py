"""The request form without a browser: a patient's answers, and a client that sends them step by step."""

import re
import time
from collections.abc import Mapping
from datetime import date, timedelta
from http.cookies import SimpleCookie
from itertools import count
from typing import Any, ClassVar

from appointments import urgency
from tests.site_process import Answer, SiteProcess

DRAFT_COOKIE = "request_draft"
_patients = count(1)
Answers = dict[str, dict[str, Any]]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SHOWN = re.compile(r'name="shown" value="([^"]+)"')
OPENED = re.compile(r'name="opened" value="([^"]+)"')
SECONDS_OF_A_PERSON = 3.1


def next_weekday(days: int = 10) -> date:
    """A day on which the clinic is open, about so many days ahead."""
    day = date.today() + timedelta(days=days)
    while not urgency.rules().hours.is_open_on(day):
        day += timedelta(days=1)
    return day


def patient_answers(**changes: Mapping[str, Any]) -> Answers:
    """What a patient answers, by step, in the order asked: nothing urgent. ``changes`` are by step too."""
    answers: Answers = {
        "safety": {"examined": "yes", "signs": ["none"]},
        "start": {
            "onset_kind": "date",
            "onset_date_month": "3",
            "onset_date_year": str(date.today().year - 4),
            "began": "sudden",
            "side": "left",
            "movement": "some",
            "trend": "same",
        },
        "eye": {"eye_closes": "yes", "eye_signs": ["none"]},
        "signs": {
            "ear_signs": ["none"],
            "cause": "nothing",
            "history": ["none"],
            "tried": "Steroid tablets.\nThen exercises.",
        },
        "wishes": {
            "goals": ["smile", "speak"],
            "visit_type": "in_person",
            "place": "cleveland",
            "time_1_date": next_weekday().isoformat(),
            "time_1_half": "pm",
            "language": "en",
        },
        "patient": {
            "for_whom": "self",
            "patient_name": "Zoë O’Hara-Núñez",
            "date_of_birth_month": "2",
            "date_of_birth_day": "29",
            "date_of_birth_year": "1960",
            "insurance": "insured",
        },
        "contact": {"reach": "email", "email": f"zoe{next(_patients)}@example.org", "speaking_hard": True},
    }
    for step, fields in changes.items():
        answers[step] = {**answers.get(step, {}), **fields}
    return answers


class FormClient:
    """One visitor: keeps cookies, follows no redirect, sends what the page it was last shown gave it.

    Each comes from an address of its own, as patients do, and begins with the time that the site signed when
    it was first seen: it has been at the form for as long as a person is.
    """

    numbers = count(2)
    first_seen: ClassVar[dict[str, tuple[str, float]]] = {}

    def __init__(self, site: SiteProcess) -> None:
        number = next(FormClient.numbers)
        self.site = site
        self.address = f"127.9.{number // 250}.{number % 250 + 1}"
        self.cookies: dict[str, str] = {}
        self.token = self.shown = ""

    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def get(self, path: str) -> Answer:
        return self._seen(self.site.request("GET", path, headers=self.headers(), sender=self.address))

    def post(self, path: str, fields: Mapping[str, Any]) -> Answer:
        if not self.token:
            self.get("/request/safety/")
        body = {"csrfmiddlewaretoken": self.token, **self._unseen(path), **fields}
        return self._seen(self.site.request("POST", path, body, self.headers(), sender=self.address))

    def _unseen(self, path: str) -> dict[str, str]:
        """The hidden fields of the page."""
        if path == "/request/check/":
            if not self.shown:
                self.get(path)
            return {"shown": self.shown}
        return {"opened": self._opened()} if path == "/request/safety/" else {}

    def _opened(self) -> str:
        """A time that a person would have: the first client of a site waits for it, once."""
        if self.site.url not in self.first_seen:
            found = OPENED.search(self.site.get("/request/safety/").text)
            assert found
            self.first_seen[self.site.url] = found[1], time.monotonic()
        signed, seen = self.first_seen[self.site.url]
        time.sleep(max(0.0, seen + SECONDS_OF_A_PERSON - time.monotonic()))
        return signed

    def send_steps(self, answers: Answers, *, until: str = "") -> None:
        """Answer the steps one after another, up to and without ``until``."""
        for step, fields in answers.items():
            if step == until:
                return
            answer = self.post(f"/request/{step}/", {key: _posted(value) for key, value in fields.items()})
            assert answer.status == 302, f"{step}: {answer.status}\n{answer.text}"
            assert answer.headers["Location"] != f"/request/{step}/", self.get(f"/request/{step}/").text
            if answer.headers["Location"] == "/request/today/":
                self.post("/request/today/", {})

    def submit(self, answers: Answers) -> str:
        """Send a whole request; its reference."""
        self.send_steps(answers)
        self.get("/request/check/")
        answer = self.post("/request/check/", {"consent": "on"})
        assert answer.headers["Location"] == "/request/received/", answer.text
        found = re.search(r'class="reference">([^<]+)<', self.get("/request/received/").text)
        assert found
        return found[1]

    def _seen(self, answer: Answer) -> Answer:
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] in (0, "0"):
                    del self.cookies[name]
        found = TOKEN.search(answer.body.decode(errors="replace"))
        self.token = found[1] if found else self.token
        shown = SHOWN.search(answer.body.decode(errors="replace"))
        self.shown = shown[1] if shown else self.shown
        return answer


def _posted(value: Any) -> Any:
    return "on" if value is True else value
