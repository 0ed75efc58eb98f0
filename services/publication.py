"""Publishing, taking down and reviewing a page as it stands: each keeps a version."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from services import versions
from services.models import Page, PageVersion

REVIEW_LASTS = datetime.timedelta(days=365)


def publish(*, page: Page, actor: str) -> None:
    """Let everybody see it from now on. An end that has passed is taken away."""

    def now_public(stored: Page) -> None:
        stored.status, stored.publish_at = Page.Status.PUBLISHED, None
        if stored.archive_at is not None and stored.archive_at <= timezone.now():
            stored.archive_at = None

    _change(page, actor, PageVersion.Action.PUBLISHED, now_public)


def archive(*, page: Page, actor: str) -> None:
    """Let nobody but staff see it from now on."""

    def now_archived(stored: Page) -> None:
        stored.status = Page.Status.ARCHIVED

    _change(page, actor, PageVersion.Action.ARCHIVED, now_archived)


def mark_reviewed(*, page: Page, actor: str) -> None:
    """Reviewed today by the reviewer it has; due again in a year."""

    def now_reviewed(stored: Page) -> None:
        stored.reviewed_on = timezone.localdate()
        stored.review_due_on = stored.reviewed_on + REVIEW_LASTS

    _change(page, actor, PageVersion.Action.REVIEWED, now_reviewed)


def keep_as_own(*, page: Page, actor: str) -> None:
    """No longer a sample: the clinic stands by what it says."""

    def now_own(stored: Page) -> None:
        stored.is_sample = False

    _change(page, actor, PageVersion.Action.KEPT, now_own)


@transaction.atomic
def _change(page: Page, actor: str, action: PageVersion.Action, change: Callable[[Page], None]) -> None:
    stored = Page.objects.select_for_update().get(pk=page.pk)
    versions.catch_up(stored)
    change(stored)
    stored.staff_edited_at = timezone.now()
    stored.save()
    versions.keep(page=stored, actor=actor, action=action)
