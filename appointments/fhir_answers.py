"""The questions of the request form as an R4 Questionnaire, and the answers as its QuestionnaireResponse.

A ``linkId`` is the name of the question's column and stays for good; where the questions change, so does
``VERSION``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from appointments.export_words import Words, heading, onset_date
from appointments.fhir_parts import Resource, base, coding, identifier, instant, text
from appointments.models import AppointmentRequest

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Group:
    """A step of the form: a heading and its questions."""

    link_id: str
    heading: Any
    questions: list[str]


GROUPS = [
    Group("start", _("When it started"), ["examined", "onset_kind", "onset", "began"]),
    Group("face", _("Face"), ["side", "movement", "trend"]),
    Group("eye", _("Eye"), ["eye_closes", "eye_cared", "eye_signs"]),
    Group("other", _("Other signs and history"), ["ear_signs", "cause", "nerve_cut", "history", "tried"]),
    Group("wishes", _("Wishes"), ["goals", "visit_type", "place", "person"]),
    Group("help", _("Language and help"), ["easier", "speaking_hard", "relay", "may_leave_message", "reach"]),
    Group("about", _("About the request"), ["for_whom", "helper_authority", "insurance"]),
]
LISTS = ("eye_signs", "ear_signs", "history", "goals")
YES_NO = ("speaking_hard", "relay", "may_leave_message")
PARAGRAPHS = ("tried", "easier")


class Questions:
    """The questionnaire with its words."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.url = f"{base()}/Questionnaire/appointment-request"
        self.texts = {
            name: str(_("Started on")) if name == "onset" else heading(name)
            for group in GROUPS
            for name in group.questions
        }
        self.codings = {
            name: {code: coding(words, name, code) for code in words.labels[name]}
            for name in self.texts
            if self._type(name) == "choice"
        }

    def _type(self, name: str) -> str:
        if name == "onset":
            return "date"
        if name in YES_NO:
            return "boolean"
        if name in PARAGRAPHS:
            return "text"
        return "choice" if name in self.words.labels else "string"

    def questionnaire(self, *, today: date) -> Resource:
        """The questions themselves, so that whoever reads the answers need not ask us for them."""
        return {
            "resourceType": "Questionnaire",
            "url": self.url,
            "version": VERSION,
            "name": "AppointmentRequest",
            "title": str(_("Request for an appointment")),
            "status": "active",
            "subjectType": ["Patient"],
            "date": today.isoformat(),
            "item": [
                {
                    "linkId": group.link_id,
                    "text": str(group.heading),
                    "type": "group",
                    "item": [self._question(name) for name in group.questions],
                }
                for group in GROUPS
            ],
        }

    def _question(self, name: str) -> Resource:
        item: Resource = {"linkId": name, "text": self.texts[name], "type": self._type(name)}
        if name in LISTS:
            item["repeats"] = True
        if name in self.codings:
            item["answerOption"] = [{"valueCoding": each} for each in self.codings[name].values()]
        return item

    def response(self, request: AppointmentRequest, *, subject: Resource, source: Resource) -> Resource:
        """The answers of one request; a question that was not answered is left out."""
        items = []
        for group in GROUPS:
            answered = [
                {"linkId": name, "text": self.texts[name], "answer": answers}
                for name in group.questions
                if (answers := self._answers(request, name))
            ]
            if answered:
                items.append({"linkId": group.link_id, "text": str(group.heading), "item": answered})
        return {
            "resourceType": "QuestionnaireResponse",
            "identifier": identifier(request),
            "questionnaire": f"{self.url}|{VERSION}",
            "status": "completed",
            "subject": subject,
            "authored": instant(request.received_at),
            "author": source,
            "source": source,
            "item": items,
        }

    def _answers(self, request: AppointmentRequest, name: str) -> list[Resource]:
        if name == "onset":
            return [{"valueDate": known}] if (known := onset_date(request)) else []
        value = getattr(request, name)
        if name in YES_NO:
            return [{"valueBoolean": value}]
        if name in self.codings:
            codes = value if isinstance(value, list) else [value] if value else []
            own = self.codings[name]
            return [{"valueCoding": own.get(code) or coding(self.words, name, code)} for code in codes]
        said = text(self.words.titles.get(name, {}).get(value, value))
        return [{"valueString": said}] if said else []
