"""The words of the request form: every question's choices, as codes and as people read them.

One vocabulary for the forms, the urgency rules, the database and the staff's screens.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class YesNoUnsure(TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNSURE = "unsure", _("Not sure")


class EmergencySign(TextChoices):
    SUDDEN_DROOP = "sudden_droop", _("Sudden droop, not examined yet")
    LIMB = "limb", _("Weak or numb arm or leg")
    SPEECH = "speech", _("New trouble speaking or understanding")
    BREATHING = "breathing", _("Trouble breathing or swallowing")
    VISION = "vision", _("Lost or double vision")
    BALANCE = "balance", _("Sudden dizziness or loss of balance")
    HEADACHE = "headache", _("Sudden, severe headache")
    HEAD_INJURY = "head_injury", _("A hit to the head")
    BOTH_SIDES = "both_sides", _("Both sides newly weak")
    OTHER_NERVE = "other_nerve", _("Another sudden change, like confusion")


class OnsetKind(TextChoices):
    DATE = "date", _("On or about")
    UNSURE = "unsure", _("Not sure")
    BIRTH = "birth", _("From birth")


class Began(TextChoices):
    SUDDEN = "sudden", _("Within hours or days")
    GRADUAL = "gradual", _("Over weeks or longer")
    UNSURE = "unsure", _("Not sure")


class Trend(TextChoices):
    WORSE = "worse", _("Worse")
    SAME = "same", _("The same")
    BETTER = "better", _("Better")
    UNSURE = "unsure", _("Not sure")


class Side(TextChoices):
    LEFT = "left", _("Left")
    RIGHT = "right", _("Right")
    BOTH = "both", _("Both")
    UNSURE = "unsure", _("Not sure")


class Movement(TextChoices):
    NONE = "none", _("Not at all")
    SOME = "some", _("Some")
    UNSURE = "unsure", _("Not sure")


class EyeSign(TextChoices):
    RED = "red", _("Red")
    PAINFUL = "painful", _("Painful")
    NUMB = "numb", _("Numb")
    BLURRED = "blurred", _("Blurred")


class EarSign(TextChoices):
    BLISTERS = "blisters", _("Blisters in ear or mouth")
    HEARING_LOSS = "hearing_loss", _("Hearing loss")
    VERTIGO = "vertigo", _("The room spins")
    EAR_PAIN = "ear_pain", _("Ear pain")
    EAR_DISCHARGE = "ear_discharge", _("Fluid from the ear")
    FEVER = "fever", _("Fever")
    RASH = "rash", _("Rash")
    TICK_BITE = "tick_bite", _("Tick bite")


class Cause(TextChoices):
    NOTHING = "nothing", _("Neither")
    INJURY = "injury", _("Injury")
    OPERATION = "operation", _("Operation")
    UNSURE = "unsure", _("Not sure")


class History(TextChoices):
    TWITCHING_FIRST = "twitching_first", _("The face twitched first")
    CAME_BACK = "came_back", _("It came back")
    LUMP = "lump", _("Lump in cheek or neck")
    SKIN_CANCER = "skin_cancer", _("Skin cancer of face or scalp")


class OtherGoal(TextChoices):
    """What people want besides the goals of treatment that the content names."""

    SECOND_OPINION = "second_opinion", _("A second opinion")
    UNSURE = "unsure", _("Not sure yet")


class VisitType(TextChoices):
    IN_PERSON = "in_person", _("In person")
    VIRTUAL = "virtual", _("By video")
    EITHER = "either", _("Either")


class HalfDay(TextChoices):
    AM = "am", _("Morning")
    PM = "pm", _("Afternoon")


class Language(TextChoices):
    ENGLISH = "en", _("English")
    SPANISH = "es", _("Spanish")
    OTHER = "other", _("Another language")


class ForWhom(TextChoices):
    SELF = "self", _("For myself")
    HELPED = "helped", _("For my child or someone I help")


class Authority(TextChoices):
    PARENT = "parent", _("I am the parent")
    GUARDIAN = "guardian", _("I am the legal guardian")
    PROXY = "proxy", _("I hold a health care power of attorney")
    AGREED = "agreed", _("The patient has asked me to do this")
    CARER = "carer", _("I am a paid carer or from an agency, and the patient agrees")


class Reach(TextChoices):
    EMAIL = "email", pgettext_lazy("way to be reached", "E-mail")
    TEXT = "text", _("Text message")
    PHONE = "phone", _("Phone call")


class Insurance(TextChoices):
    INSURED = "insured", _("Insured")
    NOT_USING = "not_using", _("Insured, not using it")
    UNINSURED = "uninsured", _("Not insured")
    UNSURE = "unsure", _("Not sure")


class UrgencyLevel(TextChoices):
    """Levels a stored request can have; an emergency is never stored."""

    SAME_DAY = "same_day", _("Same day")
    SOON = "soon", _("Soon")
    ROUTINE = "routine", _("Routine")


NONE_OF_THESE = "none"
E164 = r"^\+[1-9][0-9]{6,14}$"
"""How a phone number is stored: country code and number, 7 to 15 digits (ITU-T E.164)."""
