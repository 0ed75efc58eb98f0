"""Form elements of the editors' screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextareaWidget

from services import markdown


class MarkdownText(AdminTextareaWidget):
    """A text box for Markdown; with JavaScript, what readers will see stands beside it."""

    template_name = "admin/services/markdown.html"

    class Media:
        js = [forms.Script("js/markdown-preview.js", defer=True)]

    def __init__(self, *, preview_url: str, line: bool = False) -> None:
        super().__init__(attrs={"rows": 3 if line else 16})
        self.preview_url, self.line = preview_url, line

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        about = {"preview_url": self.preview_url, "line": self.line, "placeholders": markdown.PLACEHOLDERS}
        context["widget"] |= about
        return context


class Moment(AdminSplitDateTime):
    """A date and a time, each with a label of its own."""

    template_name = "admin/services/moment.html"

    def __init__(self, *, label: Any) -> None:
        super().__init__()
        self.label = label

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["label"] = self.label
        return context


class Checkboxes(forms.CheckboxSelectMultiple):
    """Boxes to tick, in a group that says what they are about.

    What is ticked stands first and in the order it is kept in, so that saving does not change that order.
    """

    template_name = "admin/services/checkboxes.html"

    def __init__(self, *, label: Any) -> None:
        super().__init__()
        self.label = label

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        groups: list[Any] = super().optgroups(name, value, attrs)
        order = {code: place for place, code in enumerate(value)}
        return sorted(groups, key=lambda group: order.get(str(group[1][0]["value"]), len(order)))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["label"] = self.label
        return context
