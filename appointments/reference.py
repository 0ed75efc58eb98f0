"""The reference of a request, such as FHK-MRW-X23-467-9FX: unguessable, easy to read aloud, checked.

Thirteen symbols: no two of them look alike (0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V are not both here) or sound alike
on the telephone (B/C/D/E/G/P/T/V/Z, M/N, F/S, J/K, 5/9), and without vowels no word can appear.

The last character is a check. Thirteen is prime and the weights are the powers of two, which repeat modulo
thirteen only after twelve places: any one wrong character, and any two swapped that stand nearer than that,
are always noticed.
"""

import re
import secrets
from collections.abc import Callable

ALPHABET = "234679FHKMRWX"
RANDOM_LENGTH = 14  # 13 symbols to the 14th power: 51.8 bits
GROUP = 3

_LENGTH = RANDOM_LENGTH + 1
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_LONGEST_INPUT = 64
_RUN_OF_THREE = re.compile(r"(.)\1\1")


def new_reference(choose: Callable[[str], str] | None = None) -> str:
    """A fresh reference in its canonical form, never with one character three times running (hard to say).

    ``choose`` takes one symbol of many, where made-up requests are to be the same each time.
    """
    choose = choose or secrets.choice
    while True:
        body = "".join(choose(ALPHABET) for _ in range(RANDOM_LENGTH))
        code = body + _check_character(body)
        if not _RUN_OF_THREE.search(code):
            return _grouped(code)


def normalise(text: str) -> str:
    """The canonical form of what someone typed: any case, spaces and dashes anywhere or nowhere.

    Raises ValueError for anything that cannot be a reference, a misread one included.
    """
    if len(text) > _LONGEST_INPUT:
        raise ValueError("too long for a reference")
    code = _SEPARATORS.sub("", text)
    if not code.isascii():
        raise ValueError("a reference has only plain letters and digits")
    code = code.upper()
    if len(code) != _LENGTH or not set(code) <= set(ALPHABET):
        raise ValueError("not a reference")
    if _check_character(code[:-1]) != code[-1]:
        raise ValueError("a character of the reference is wrong")
    return _grouped(code)


def _check_character(body: str) -> str:
    weighted = (ALPHABET.index(symbol) * 2**place for place, symbol in enumerate(reversed(body), start=1))
    return ALPHABET[-sum(weighted) % len(ALPHABET)]


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
