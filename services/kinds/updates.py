"""The updates that run now."""

from typing import Any

from django.utils import timezone

from services.models import Update
from services.showing import Showing


def context(showing: Showing) -> dict[str, Any]:
    running = Update.objects.running(timezone.now()).in_language(showing.language)
    return {
        "updates": [
            {"update": update, "title": update.text.title, "body": showing.plain(update.text.body)}
            for update in running
        ]
    }
