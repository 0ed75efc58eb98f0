"""Walks through the form by someone who means harm, or is very clumsy: each one made again by its number.

A walk mixes right answers, so that it gets deep, with hostile ones. What it may send is read from the page it
was shown. What it writes as a person's own words carries MARK, so that a leak is found by looking for that.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote_plus

from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import RequestFactory

from appointments import abuse, drafts, steps
from tests.builders import HELPED, NOW, answers, posted
from tests.html import parse

MARK = "Qzxjwvkq"
"""Long enough that no random token holds it by chance, in any case of letters."""
SUM = "604871729"
"""What an evaluated {{ 7777*77777 }} would show."""
STEPS_OF_A_WALK = 7
FORM = "application/x-www-form-urlencoded"

WORDS = [
    f"{MARK}\x00", f"{MARK}\x1b[31m", f"{MARK}\x7f\x85", f"\u202e{MARK}\u2066", f"\u200b{MARK}\ufeff\u00ad",
    f"{MARK}\ufffe\ufdd0", f"{MARK}\U000e0041", f"{MARK}\r\nBcc: all@example.org", f"{MARK}\u2028x",
    f"<xss-probe>{MARK}</xss-probe>", f'"><xss-probe onxss="1">{MARK}', f"' onxss='1' {MARK}",
    f"</textarea></script><xss-probe>{MARK}", f"javascript:{MARK}",
    f"{{{{ 7777*77777 }}}}{{% debug %}}{MARK}",
    f"${{7777*77777}}#{{7777*77777}}{MARK}", f"%(x)s%n{{0}}{MARK}",
    f"=cmd|' /C calc'!A0{MARK}", f"@SUM(1+1)*{MARK}",
    f"+1-{MARK}", f"'; DROP TABLE appointments_event; --{MARK}", f"{MARK}' OR '1'='1", f"../../etc/{MARK}",
    f"\\{MARK}\\x00", f"😀{MARK}" * 9, f"é̃{MARK}" * 30, f"{MARK}" + "x" * 5000, f"{MARK}" + "\n" * 3000,
    f"{MARK}@b", f"“{MARK}”@example.org", f"{MARK}@ü.de", f"{MARK}@example.org\n", MARK * 70 + "@example.org",
]  # fmt: skip
CODES = [
    "", " ", "0", "-1", "00", "2", "13", "30", "31", "32", "99", "1e3", "1" + "0" * 100, "NaN", "٣", "²",
    "２", "0000", "1582", "1900", "2027", "2100", "9999", "10000", "0000-00-00", "2026-02-30", "9999-12-31",
    "yes", "no", "none", "unsure", "other", "helped", "self", "date", "birth", "both", "any", "on", "True",
    "None", "[]", "{}", "null", "red", "limb", "../cleveland", "zz", "ZZ", "+1 911", "911", "555-0123",
    "+999999999999999", "(216) 555-0142", "+49 30 901820",
]  # fmt: skip
RAW = ["%ff%fe", "%ed%a0%80", "%c0%80", "%00", "%", "%zz", "%f0%9f", "%26%3d", "+"]
MULTIPART = "multipart/form-data"
PART = b'--x\r\nContent-Disposition: form-data; name="examined"\r\n\r\nyes'
ODD_BODIES: list[tuple[str, bytes]] = [
    ("application/json", b'{"examined": "yes"}'), ("text/plain", b"examined=yes"), ("", b"examined=yes"),
    (FORM + "; charset=utf-16", "examined=yes".encode("utf-16")), (FORM + "; charset=rot13", b"examined=yes"),
    (MULTIPART, PART), (f"{MULTIPART}; boundary=", PART), (f"{MULTIPART}; boundary=x", PART),
    (f"{MULTIPART}; boundary=x", PART + b"\r\n--x--\r\n"), (f"{MULTIPART}; boundary=x", PART[:-40]),
    (f"{MULTIPART}; boundary=x; charset=undefined", PART + b"\r\n--x--\r\n"),
    (FORM, b"\xff\xfe\x00=\x01&&&=%"),
    (FORM, "&".join(f"f{n}={MARK}" for n in range(3000)).encode()), (FORM, b"tried=" + b"x" * 1_100_000),
    (FORM, b"signs=" + b"limb&signs=" * 300), (FORM, b"&" * 5000), (FORM, b""),
]  # fmt: skip
PLACES = "safety start face eye signs wishes patient helper contact check received today emergency".split()

Pairs = list[tuple[str, str]]


class Browser:
    """Speaks to the whole application as its web server does, and keeps cookies."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Shown:
        from clinic_site.wsgi import application

        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        environ = RequestFactory().generic(
            method, path, body, content_type=kind, HTTP_COOKIE=cookies, REMOTE_ADDR=self.address
        ).environ  # fmt: skip
        begun: list[Any] = []
        # The connection is the test's own, in a transaction; else each request would begin by closing it.
        request_started.disconnect(close_old_connections)
        content = b"".join(application(environ, lambda *told: begun.append(told)))
        request_started.connect(close_old_connections)
        status, headers = begun[0][:2]
        for line in (value for name, value in headers if name == "Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] in (0, "0"):
                    del self.cookies[name]
        return Shown(int(status.partition(" ")[0]), headers, content)


class Shown:
    """What the browser was answered."""

    def __init__(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.status, self.headers, self.content = status, headers, content
        self.page = parse(content)
        forms = self.page.all("form", method="post")
        self.form = next((form for form in forms if form.attributes["action"].startswith("/request/")), None)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


class Walk:
    """One walk. ``move_to`` sets the clock; ``judge`` is called with the walk after each of its requests."""

    def __init__(self, number: int, move_to: Callable[[Any], None], judge: Callable[[Walk], None]) -> None:
        self.number = number
        self.chance = random.Random(number)
        self.browser = Browser(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
        self.move_to, self.judge = move_to, judge
        self.said: list[str] = []
        self.sent: Pairs = []
        self.method, self.path = "", ""
        self.shown = Shown(0, [], b"")
        self.page = self.shown
        """The last answer, and the last one that was a page."""
        self.email = f"{MARK.lower()}{number}@example.org"
        self.right = {**posted(**HELPED, email=self.email), **posted(email=self.email)}

    def go(self) -> None:
        """Begin somewhere on the way, as one who answered rightly so far; five minutes later go on."""
        self.move_to(NOW)
        if done := self.chance.choice([0, *range(len(self.right)), len(self.right)]):
            self.browser.cookies[settings.DRAFT_COOKIE_NAME] = self.begun(done).token
        self.get("/request/check/" if done else "/request/safety/")
        self.move_to(NOW + timedelta(minutes=5))
        for _ in range(STEPS_OF_A_WALK):
            self.chance.choices([self.answer, self.spoil, self.send_odd, self.jump], [62, 24, 7, 7])[0]()

    def begun(self, done: int) -> drafts.Draft:
        """A draft in which so many steps are answered."""

        def fill(draft: drafts.Draft) -> None:
            draft.answers.update(answers(email=self.email))
            draft.done.extend([step.name for step in steps.asked(draft.answers)][:done])
            draft.opened = abuse.stamp()

        return drafts.change(drafts.begin(), fill)

    def answer(self) -> None:
        self.post(self.filled())

    def spoil(self) -> None:
        """Some answers wrong, missing, doubled, of another shape; now and then from another page."""
        pairs = self.filled()
        for name in self.chance.sample(
            names := sorted({name for name, _ in pairs}), min(len(names), self.few())
        ):
            if name == "csrfmiddlewaretoken" and self.chance.random() < 0.7:
                continue
            values = [self.chance.choice(self.chance.choice([WORDS, CODES])) for _ in range(self.few())]
            shape = self.chance.choice(["instead", "instead", "instead", "beside", "missing", "list"])
            if shape != "beside":
                pairs = [pair for pair in pairs if pair[0] != name]
            if shape != "missing":
                pairs += [(f"{name}[]" if shape == "list" else name, value) for value in values]
        self.post(pairs)

    def send_odd(self) -> None:
        kind, body = self.chance.choice(ODD_BODIES)
        if kind.startswith(FORM) and self.page.form and self.chance.random() < 0.8:
            fields = self.page.form.fields()
            raw = f"{self.chance.choice(sorted(fields))}={self.chance.choice(RAW)}"
            body = f"csrfmiddlewaretoken={fields['csrfmiddlewaretoken'][0]}&{raw}&".encode() + body
        self.request("POST", self.action(), body, kind, [])

    def jump(self) -> None:
        if self.chance.random() < 0.15:
            self.browser.cookies.pop(self.chance.choice(["request_draft", "csrftoken"]), None)
        mark = self.chance.choice(["", "", "?again", "?kept", "?changed", "?once_more", "?again=&x=%F0%9F"])
        path = f"/request/{self.chance.choice(PLACES)}/"
        if self.chance.random() < 0.3:
            self.post(self.filled(), path)
        else:
            self.get(path + mark)

    def few(self) -> int:
        return self.chance.choice([1, 1, 1, 2, 3])

    def action(self) -> str:
        return self.page.form.attributes["action"] if self.page.form else "/request/safety/"

    def filled(self) -> Pairs:
        """The page's form as somebody would send it who answers everything rightly."""
        if self.page.form is None:
            return []
        step = self.action().strip("/").rpartition("/")[2]
        right = {"consent": "on"} if step == "check" else self.right.get(step, {})
        fields = {**self.page.form.fields(), **right}
        return [
            (name, str(value)) for name, given in fields.items() if given is not False
            for value in (given if isinstance(given, list) else ["on" if given is True else given])
        ]  # fmt: skip

    def get(self, path: str) -> None:
        self.request("GET", path, b"", "", [])

    def post(self, pairs: Pairs, path: str = "") -> None:
        body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
        self.request("POST", path or self.action(), body.encode(), FORM, pairs)

    def request(self, method: str, path: str, body: bytes, kind: str, pairs: Pairs) -> None:
        """Ask, have the answer judged, and go where it leads."""
        self.method, self.path, self.sent = method, path, pairs
        self.said.append(f"{method} {path} {pairs or (kind, body[:80]) if method == 'POST' else ''}")
        self.shown = self.browser.ask(method, path, body, kind)
        self.page = self.shown if self.shown.content else self.page
        self.judge(self)
        if self.shown.status in (301, 302):
            self.get(self.shown.header("Location"))
        elif self.page.form is None and path != "/request/safety/":
            self.get("/request/safety/")
