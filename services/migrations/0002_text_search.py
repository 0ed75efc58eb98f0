"""How texts become words to search: accents left out, then each language's own stems.

``clinic_<language>`` leaves out words like "the"; ``clinic_<language>_phrases`` keeps them ("hurt myself" is
not "hurt"). A language without a stemmer here uses ``clinic_simple``. Made by the owner; the application's
role only uses them.
"""

from django.db import migrations

LANGUAGES = {"en": "english", "es": "spanish"}
WORDS = "asciiword, asciihword, hword_asciipart, word, hword, hword_part"


def make() -> list[str]:
    statements = [
        "CREATE TEXT SEARCH CONFIGURATION clinic_simple (COPY = pg_catalog.simple)",
        f"ALTER TEXT SEARCH CONFIGURATION clinic_simple ALTER MAPPING FOR {WORDS} WITH unaccent, simple",
    ]
    for code, name in LANGUAGES.items():
        stem, whole, phrases = f"clinic_{code}_stem", f"clinic_{code}", f"clinic_{code}_phrases"
        statements += [
            f"CREATE TEXT SEARCH DICTIONARY {stem} (TEMPLATE = snowball, LANGUAGE = {name})",
            f"CREATE TEXT SEARCH CONFIGURATION {whole} (COPY = pg_catalog.{name})",
            f"ALTER TEXT SEARCH CONFIGURATION {whole} ALTER MAPPING FOR {WORDS} WITH unaccent, {name}_stem",
            f"CREATE TEXT SEARCH CONFIGURATION {phrases} (COPY = pg_catalog.{name})",
            f"ALTER TEXT SEARCH CONFIGURATION {phrases} ALTER MAPPING FOR {WORDS} WITH unaccent, {stem}",
        ]
    return statements


def remove() -> list[str]:
    statements = ["DROP TEXT SEARCH CONFIGURATION clinic_simple"]
    for code in LANGUAGES:
        statements += [
            f"DROP TEXT SEARCH CONFIGURATION clinic_{code}_phrases",
            f"DROP TEXT SEARCH CONFIGURATION clinic_{code}",
            f"DROP TEXT SEARCH DICTIONARY clinic_{code}_stem",
        ]
    return statements


class Migration(migrations.Migration):
    dependencies = [("services", "0001_initial")]

    operations = [migrations.RunSQL(make(), remove())]
