"""The WSGI application the production server runs."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from clinic_site.character_set import utf8_only
from clinic_site.complete_body import complete_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")

answering = complete_bodies(utf8_only(get_wsgi_application()))

from clinic_site.page_cache import PageCache  # noqa: E402 - its parts are there once Django is set up

application = PageCache(answering) if settings.PUBLIC_ADDRESS else answering

# All that is loaded by now stays: looking through it again and again took a sixth of making a page.
gc.collect()
gc.freeze()
