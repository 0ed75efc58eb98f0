"""Made-up people: their names, birth dates, and contacts that reach nobody (555-01xx, example.org)."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from random import Random

from appointments.samples.copying import field

FIRST_NAMES = """
James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan
Joseph Jessica Thomas Karen Charles Sarah Daniel Lisa Matthew Nancy Anthony Sandra Mark Ashley Steven
Emily Andrew Kimberly Paul Margaret Joshua Donna Kenneth Michelle Kevin Carol Brian Amanda Timothy
Melissa Ronald Deborah Jason Stephanie Ryan Rebecca Jacob Laura Nicholas Helen Gary Sharon Eric Cynthia
Jonathan Amy Larry Angela José María Luis Guadalupe Juan Rosa Carlos Carmen Jesús Ana Miguel Sofía Jorge
Lucía Ángel Inés Raúl Belén Zoë Chloé Noël Renée André Björn Søren Łukasz Małgorzata Agnieszka Siobhán
Niamh Seán Aoife Wei Mei Hiroshi Yuki Min-jun Ji-woo Nguyen Linh Minh Priya Arjun Ananya Rahul Fatima
Omar Aisha Yusuf Leila Hassan Amara Kwame Nia Malik Imani Dmitri Olga Anastasia Ivan Chiara Giulia Matteo
Élodie Thérèse Jürgen Käthe Ursula Frank
""".split()
LAST_NAMES = """
Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson
Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis
Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall
Rivera Campbell Mitchell Carter Roberts Gómez Phillips Evans Turner Díaz Parker Cruz Edwards Collins
Reyes Stewart Morris Morales Murphy Cook Rogers Gutiérrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly
Howard Ramos Kim Cox Ward Richardson Watson Brooks Chávez Wood James Bennett Gray Mendoza Ruiz Hughes
Price Álvarez Castillo Sanders Patel Myers Long Ross Foster Jiménez O’Brien O’Hara D’Angelo Núñez Peña
Müller Schröder Kowalski Nowak Dvořák Novák Ionescu Popović Petrov Ivanova Yılmaz Öztürk Haddad Khoury
Okafor Adeyemi Mensah Tadesse Kaur Singh Sharma Iyer Chen Wang Zhang Tanaka Suzuki Park Choi Pham Trần
Santos Silva Ferreira Rossi Bianchi Lefèvre Dubois Van-Dijk Jørgensen Lindström Virtanen Papadopoulos
Cohen Friedman Abernathy Featherstone Blankenship Weatherby Vanderbilt
""".split()
MIDDLE = "ABCDEFGHJKLMNPRSTVW"
AREA_CODES = """
201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 224 225 228 229 231 234 239 240
248 251 252 253 254 256 260 262 267 269 270 272 276 281 301 302 303 304 305 307 308 309 310 312 313 314
315 316 317 318 319 320 321 323 325 330 331 334 336 337 339 347 351 352 360 361 380 385 386 401 402 404
405 406 407 408 409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 440 442 443 458 463 469 470
475 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 516 517 518 520 530 531 534 539 540
541 551 559 561 562 563 567 570 571 573 574 575 580 585 586 601 602 603 605 606 607 608 609 610 612 614
615 616 617 618 619 620 623 626 628 629 630 631
""".split()
HOME = ["216", "440", "330", "941", "234"]
STATES = ["OH"] * 12 + ["FL"] * 4 + ["PA", "MI", "IN", "KY", "WV", "NY"]
RELATIONS = ["daughter", "son", "wife", "husband", "partner", "sister", "friend"]
PERSON_COLUMNS = [
    "for_whom", "helper_name", "helper_relation", "helper_authority", "patient_name", "date_of_birth",
    "reach", "email", "phone", "speaking_hard", "relay", "may_leave_message", "speaker_name", "speaker_phone",
    "insurance", "state",
]  # fmt: skip
_PLAIN = {ord("ł"): "l", ord("ø"): "o", ord("ı"): "i", ord("’"): "", ord("-"): ""}


def _for_mail(name: str) -> str:
    spelled = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    return "".join(letter for letter in spelled if "a" <= letter <= "z")


MAIL_FIRST = {name: _for_mail(name) for name in FIRST_NAMES}
MAIL_LAST = {name: _for_mail(name) for name in LAST_NAMES}


def phone(chance: Random) -> str:
    """A number of those kept for fiction, of the clinic's own neighborhood more often than not."""
    area = chance.choice(HOME) if chance.random() < 0.3 else chance.choice(AREA_CODES)
    return f"+1{area}55501{chance.randrange(100):02}"


def _born(chance: Random, today: date, child: bool) -> date:
    if child:
        return today - timedelta(days=200 + int(chance.random() * 17.3 * 365))
    years = 18 + int(chance.betavariate(2.2, 1.8) * 77)
    return today - timedelta(days=years * 365 + years // 4 + 1 + int(chance.random() * 364))


def person(chance: Random, arrived: date, *, in_person: bool, born: str = "") -> str:
    """The columns of one person, ready to copy. ``born`` is theirs where what is told rests on it."""
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    child = bool(born) or chance.random() < 0.1
    name = f"{first} {last}" if chance.random() < 0.6 else f"{first} {chance.choice(MIDDLE)}. {last}"
    helper, relation, authority = "", "", ""
    if child:
        helper, relation, authority = f"{chance.choice(FIRST_NAMES)} {last}", "parent", "parent"
    elif chance.random() < 0.07:
        helper = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
        relation, authority = chance.choice(RELATIONS), "agreed"
    lot = chance.random()
    reach = "email" if lot < 0.62 else "text" if lot < 0.85 else "phone"
    has_mail = reach == "email" or chance.random() < 0.4
    number = chance.randrange(1, 1_000_000)
    mail = f"{MAIL_FIRST[first]}.{MAIL_LAST[last]}{number}@example.org" if has_mail else ""
    called = phone(chance) if reach != "email" or chance.random() < 0.45 else ""
    speaker, speaker_phone = "", ""
    if chance.random() < 0.04:
        speaker, speaker_phone = f"{chance.choice(FIRST_NAMES)} {last}", phone(chance)
    hard = chance.random() < 0.22
    lot = chance.random()
    return "\t".join((
        "helped" if helper else "self", helper, relation, authority, name,
        born or _born(chance, arrived, child).isoformat(), reach, mail, called,
        field(hard), field(hard and chance.random() < 0.2), field(reach == "phone" and chance.random() < 0.6),
        speaker, speaker_phone,
        "insured" if lot < 0.7 else "uninsured" if lot < 0.85 else "not_using" if lot < 0.93 else "unsure",
        "" if in_person and lot < 0.3 else chance.choice(STATES),
    ))  # fmt: skip
