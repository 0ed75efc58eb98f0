"""The states, the District of Columbia and Puerto Rico, by their postal codes.

Marked are those with a name of their own in Spanish.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

US_STATES: dict[str, str | Promise] = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": _("District of Columbia"),
    "FL": "Florida", "GA": "Georgia", "HI": _("Hawaii"), "ID": "Idaho", "IL": "Illinois", "IN": "Indiana",
    "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": _("Louisiana"), "ME": "Maine", "MD": "Maryland",
    "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": _("Mississippi"),
    "MO": _("Missouri"), "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": _("New Hampshire"),
    "NJ": _("New Jersey"), "NM": _("New Mexico"), "NY": _("New York"), "NC": _("North Carolina"),
    "ND": _("North Dakota"), "OH": "Ohio", "OK": "Oklahoma", "OR": _("Oregon"), "PA": _("Pennsylvania"),
    "PR": "Puerto Rico", "RI": "Rhode Island", "SC": _("South Carolina"), "SD": _("South Dakota"),
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": _("West Virginia"), "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
