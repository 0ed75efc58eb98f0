"""The content: one page base, what is small on top of it, and the clinic's own data."""

from services.models.clinic import Clinic
from services.models.icon import Icon
from services.models.location import Location, OpeningHours
from services.models.page import Fact, Page, PageText, Point, Source
from services.models.person import Person
from services.models.starter import StarterRecord
from services.models.treatment import Goal, Treatment
from services.models.update import Update, UpdateText

__all__ = [
    "Clinic",
    "Fact",
    "Goal",
    "Icon",
    "Location",
    "OpeningHours",
    "Page",
    "PageText",
    "Person",
    "Point",
    "Source",
    "StarterRecord",
    "Treatment",
    "Update",
    "UpdateText",
]
