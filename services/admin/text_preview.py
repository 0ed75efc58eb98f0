"""A text that is being written, as readers will see it, with what breaks a rule of writing."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from services import markdown, writing
from services.context import Site


def answer(request: HttpRequest) -> JsonResponse:
    """For POST with ``text``, ``language``, and ``line`` where it is a single line."""
    text, inline = request.POST.get("text", ""), "line" in request.POST
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    problems = writing.line_problems(text) if inline else [str(each) for each in writing.problems(text)]
    html = ""
    if len(text) <= writing.MOST_CHARACTERS:
        placeholders = Site(request).placeholders
        html = markdown.draft(text, language=language, placeholders=placeholders, inline=inline)
    return JsonResponse(
        {"html": html, "problems": problems},
    )
