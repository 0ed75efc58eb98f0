"""HTML back to plain text, for descriptions and structured data."""

import html
import re
from functools import lru_cache

from django.utils.html import strip_tags

BLOCK_END = re.compile(r"</(?:p|li|h[2-4]|td|th|tr|blockquote|div)>|<br[^>]*>")


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """The words of sanitised HTML in one line."""
    return " ".join(html.unescape(strip_tags(BLOCK_END.sub(r" \g<0>", text))).split())
