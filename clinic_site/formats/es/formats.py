"""Where Spanish in the United States writes times and numbers otherwise than Django, which follows Spain.

Dates with a weekday are in ``clinic_site/moments.py``.
"""

TIME_FORMAT = "g:i a"
DATETIME_FORMAT = r"j \d\e F \d\e Y, g:i a"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
