"""Patients at the last page of the form, on a bad connection: they press until they see a reference."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.html import Element, parse
from tests.site_process import Answer, SiteProcess

CHECK, RECEIVED = "/request/check/", "/request/received/"
PATIENCE_SECONDS = 240
DOUBLE_CLICKS = 0.2


class GaveUp(Exception):
    """Nobody was told anything useful within PATIENCE_SECONDS; the text says what came last."""


@dataclass(eq=False)
class Patient:
    """One browser with one prepared draft, behind an address of its own."""

    site: SiteProcess
    number: int
    cookie: str
    key: UUID | None = None
    shown: set[str] = field(default_factory=set)
    presses: int = 0
    retries: int = 0
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cookies = {"request_draft": self.cookie}
        self.address = f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"
        self.chance = random.Random(self.number)  # noqa: S311

    def send(self) -> None:
        """Look at the answers, press, read the reference; press again after whatever went wrong."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.shown:
            if time.monotonic() > until:
                raise GaveUp(f"patient {self.number}: {self.failures[-3:]}")
            page = self.ask("GET", CHECK)
            if page is not None and page.status == 200:
                self.press(parse(page.body))
            answer = self.ask("GET", RECEIVED)
            if answer is not None and answer.status == 200:
                self.shown.add(parse(answer.body).one(css="reference").text)
            if not self.shown:
                self.retries += 1
                time.sleep(self.chance.uniform(0.1, 0.5))

    def look_again(self) -> None:
        """Reload the page with the reference, as the last thing in the run: it must be the same one."""
        answer = self.ask("GET", RECEIVED)
        self.shown.add(
            parse(answer.body).one(css="reference").text if answer and answer.status == 200 else ""
        )

    def press(self, page: Element) -> None:
        form = next(form for form in page.all("form") if form.attributes.get("action") == CHECK)
        fields = {**form.fields(), "consent": "on"}
        times = 2 if self.chance.random() < DOUBLE_CLICKS else 1
        self.presses += times
        if times == 1:
            self.ask("POST", CHECK, fields)
            return
        with ThreadPoolExecutor(times) as clicks:
            for click in [clicks.submit(self.ask, "POST", CHECK, fields) for _ in range(times)]:
                click.result()

    def ask(self, method: str, path: str, fields: Mapping[str, Any] | None = None) -> Answer | None:
        """The site's answer; None where none came, or only that something broke."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self.address,
        }
        try:
            answer = self.site.request(method, path, fields, headers)
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(type(error).__name__)
            return None
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        if answer.status >= 400:
            self.failures.append(f"{method} {path} {answer.status}")
        return answer if answer.status < 500 else None
