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
    SUDDEN_DROOP = "sudden_droop", _("A sudden droop of the face that no doctor or nurse has looked at")
    LIMB = "limb", _("Weakness or numbness in an arm or a leg")
    SPEECH = "speech", _("New trouble speaking, or understanding others")
    BREATHING = "breathing", _("Trouble breathing or swallowing")
    VISION = "vision", _("Loss of sight, or seeing double")
    BALANCE = "balance", _("Sudden dizziness or loss of balance")
    HEADACHE = "headache", _("A sudden, severe headache")
    HEAD_INJURY = "head_injury", _("It came after a hit to the head")
    BOTH_SIDES = "both_sides", _("Both sides of the face are newly weak")
    OTHER_NERVE = "other_nerve", _("Another sudden, new change, such as confusion or a seizure")


class OnsetKind(TextChoices):
    DATE = "date", _("I know the date, or about when")
    UNSURE = "unsure", _("I am not sure")
    BIRTH = "birth", _("It has been there from birth")


class Began(TextChoices):
    SUDDEN = "sudden", _("Quickly, within hours or a few days")
    GRADUAL = "gradual", _("Slowly, over weeks or longer")
    UNSURE = "unsure", _("Not sure")


class Trend(TextChoices):
    WORSE = "worse", _("Getting worse")
    SAME = "same", _("About the same")
    BETTER = "better", _("Getting better")
    UNSURE = "unsure", _("Not sure")


class Side(TextChoices):
    LEFT = "left", _("Left")
    RIGHT = "right", _("Right")
    BOTH = "both", _("Both")
    UNSURE = "unsure", _("Not sure")


class Movement(TextChoices):
    NONE = "none", _("None at all")
    SOME = "some", _("Some")
    UNSURE = "unsure", _("Not sure")


class EyeSign(TextChoices):
    RED = "red", _("Red")
    PAINFUL = "painful", _("Painful")
    NUMB = "numb", _("Numb")
    BLURRED = "blurred", _("Blurred sight")


class EarSign(TextChoices):
    BLISTERS = "blisters", _("Blisters in the ear or mouth")
    HEARING_LOSS = "hearing_loss", _("Hearing loss")
    VERTIGO = "vertigo", _("The room seems to spin (vertigo)")
    EAR_PAIN = "ear_pain", _("Ear pain")
    EAR_DISCHARGE = "ear_discharge", _("Fluid from the ear")
    FEVER = "fever", _("Fever")
    RASH = "rash", _("A new rash")
    TICK_BITE = "tick_bite", _("A tick bite")


class Cause(TextChoices):
    NOTHING = "nothing", _("Neither")
    INJURY = "injury", _("An injury to the face")
    OPERATION = "operation", _("An operation")
    UNSURE = "unsure", _("Not sure")


class History(TextChoices):
    TWITCHING_FIRST = "twitching_first", _("The face twitched before it grew weak")
    CAME_BACK = "came_back", _("It went away once and came back")
    LUMP = "lump", _("A lump in the cheek or neck")
    SKIN_CANCER = "skin_cancer", _("Skin cancer of the face or scalp, now or earlier")


class OtherGoal(TextChoices):
    """What people want besides the goals of treatment that the content names."""

    SECOND_OPINION = "second_opinion", _("A second opinion")
    UNSURE = "unsure", _("I am not sure yet")


class VisitType(TextChoices):
    IN_PERSON = "in_person", _("In person")
    VIRTUAL = "virtual", _("By video")
    EITHER = "either", _("Either is fine")


class HalfDay(TextChoices):
    AM = "am", _("Morning")
    PM = "pm", _("Afternoon")


class Language(TextChoices):
    ENGLISH = "en", _("English")
    SPANISH = "es", _("Spanish")
    OTHER = "other", _("Another language")


class ForWhom(TextChoices):
    SELF = "self", _("For myself")
    HELPED = "helped", _("For someone I help")


class Authority(TextChoices):
    PARENT = "parent", _("I am the parent")
    GUARDIAN = "guardian", _("I am the legal guardian")
    PROXY = "proxy", _("I hold a health care power of attorney")
    AGREED = "agreed", _("The patient has asked me to do this")


class Reach(TextChoices):
    EMAIL = "email", pgettext_lazy("way to be reached", "E-mail")
    TEXT = "text", _("Text message")
    PHONE = "phone", _("Phone call")


class Insurance(TextChoices):
    INSURED = "insured", _("I have insurance and plan to use it")
    NOT_USING = "not_using", _("I have insurance but will not use it")
    UNINSURED = "uninsured", _("I have no insurance")


class UrgencyLevel(TextChoices):
    """Levels a stored request can have; an emergency is never stored."""

    SAME_DAY = "same_day", _("Same day")
    SOON = "soon", _("Soon")
    ROUTINE = "routine", _("Routine")


NONE_OF_THESE = "none"
E164 = r"^\+[1-9][0-9]{6,14}$"
"""How a phone number is stored: country code and number, 7 to 15 digits (ITU-T E.164)."""
