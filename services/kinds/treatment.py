"""A treatment or procedure."""

from typing import Any

from services.showing import Showing


def context(showing: Showing) -> dict[str, Any]:
    return {"treatment": showing.page.treatment}
