"""The content: one page base, what is small on top of it, and the clinic's own data."""

from services.models.clinic import Clinic, ClinicText
from services.models.glossary import Term, TermText
from services.models.goal import Goal, OnsetWindow
from services.models.icon import Icon
from services.models.location import Location, OpeningHours
from services.models.page import OldAddress, Page
from services.models.page_parts import Destination, Fact, NerveBranch, PageText, Point, Source
from services.models.person import Person
from services.models.picture import Picture
from services.models.ready import ContentStamp, ReadyPage
from services.models.search import SearchEntry, SearchPhrase, SearchWord
from services.models.starter import StarterRecord
from services.models.treatment import Treatment
from services.models.update import Update, UpdateText
from services.models.us_states import US_STATES
from services.models.version import PageVersion

__all__ = [
    "US_STATES",
    "Clinic",
    "ClinicText",
    "ContentStamp",
    "Destination",
    "Fact",
    "Goal",
    "Icon",
    "Location",
    "NerveBranch",
    "OldAddress",
    "OnsetWindow",
    "OpeningHours",
    "Page",
    "PageText",
    "PageVersion",
    "Person",
    "Picture",
    "Point",
    "ReadyPage",
    "SearchEntry",
    "SearchPhrase",
    "SearchWord",
    "Source",
    "StarterRecord",
    "Term",
    "TermText",
    "Treatment",
    "Update",
    "UpdateText",
]
