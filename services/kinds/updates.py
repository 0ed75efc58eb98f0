"""The updates that run now."""

from typing import Any

from clinic_site.postgresql.one_statement import OneStatement
from services.context import LANGUAGE, NOW
from services.markdown import pictures_in
from services.models import Update
from services.showing import Showing

RUNNING = OneStatement(lambda: {"updates": Update.objects.running(NOW).readable(LANGUAGE)})


def context(showing: Showing) -> dict[str, Any]:
    running: list[Update] = showing.ask(RUNNING)["updates"]
    pictures = pictures_in(update.text.body for update in running)
    return {
        "updates": [
            {
                "update": update,
                "text": update.text,
                "body": showing.plain(update.text.body, pictures),
            }
            for update in running
        ]
    }
