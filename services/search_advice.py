"""What the lay phrases in a question call for: help at once, and the pages to show before all others."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from services.models import SearchPhrase

Kind = SearchPhrase.Kind


@dataclass(frozen=True)
class Advice:
    """What is shown above the answers.

    A face that has newly gone weak is an emergency until somebody has examined it. So words for such a face
    call for 911 when words of new time stand beside them; without any the reader is asked, unless the words
    tell of something long known. Where both times are told, the new one counts. What is often looked up, such
    as palsy, calls for 911 beside words of new time alone. Who tells of an eye that hurts or does not close
    is asked whether it is safe today, unless the rest calls for 911 or 988.
    """

    emergency: bool = False
    poison: bool = False
    new_face: bool = False
    crisis: bool = False
    eye: bool = False

    @classmethod
    def of(cls, kinds: Set[str]) -> Advice:
        face, now = Kind.NEW_FACE in kinds, Kind.NEW_TIME in kinds
        poison = Kind.POISON in kinds
        emergency = poison or Kind.EMERGENCY in kinds or (now and (face or Kind.IF_NEW in kinds))
        undated = face and not now and Kind.LONG_AGO not in kinds
        crisis = Kind.CRISIS in kinds
        eye = Kind.EYE in kinds and not (emergency or crisis)
        return cls(emergency, poison, undated and not emergency, crisis, eye)

    @property
    def is_urgent(self) -> bool:
        """Whether nothing may distract: no other words, no pages that only resemble the question."""
        return self.emergency or self.crisis


def pages_first(found: Sequence[tuple[str, str]]) -> list[str]:
    """The words of the pages to show first, of phrases as (kind, meaning), in their order.

    A face that is long known to be weak does not ask for what is done for a new one.
    """
    advice = Advice.of({kind for kind, _means in found})
    unwanted = {Kind.SYNONYM}
    if not advice.emergency:
        unwanted |= {Kind.IF_NEW} if advice.new_face else {Kind.IF_NEW, Kind.NEW_FACE}
    wanted = [part.strip() for kind, means in found if kind not in unwanted for part in means.split(",")]
    return list(dict.fromkeys(filter(None, wanted)))
