"""The search page. What is typed stands in its address, and is written nowhere else."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from services import search as searching
from services.search_query import MAX_CHARACTERS


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Answers to ``?q=``, ten a page; the empty box where nothing is asked."""
    language = get_language()
    number = request.GET.get("page", "")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    found = searching.find(request.GET.get("q", ""), language=language, page=page)
    context: dict[str, Any] = {
        "found": found,
        "query": found.asked,
        "searching": True,
        "most_characters": MAX_CHARACTERS,
    }
    response = render(request, "services/search.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
