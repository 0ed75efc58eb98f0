"""The camera and microphone check, the one page that may use them.

The page itself needs no script, and so is painted without waiting for one. Its links lead to the same page
with the test on it (``?test=both``), which static/js/device-check.js runs.
"""

from typing import Any

from services.showing import Showing

HEADERS = {"Permissions-Policy": "camera=(self), microphone=(self)"}
"""All other device features stay refused: ``clinic_site.headers`` adds what is not named here."""

WAYS = ("both", "microphone")


def context(showing: Showing) -> dict[str, Any]:
    return {"testing": showing.chosen.get("test") in WAYS, "noindex": bool(showing.chosen)}
