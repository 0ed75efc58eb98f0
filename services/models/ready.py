"""What the site keeps of finished pages: which content they show, and their bytes."""

import uuid

from django.db import models


class ContentStamp(models.Model):
    """One row, which another random number replaces whenever a transaction that changed content commits.

    Triggers of the database do it (migration 0004), so that no way of changing content can forget to.
    """

    stamp = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.stamp)


class ReadyPage(models.Model):
    """A page as it is sent, for every process of the site; or the claim of one that is making it now.

    The table is not written to the log of PostgreSQL: after a crash it is empty, and pages are made again.
    """

    address = models.CharField(primary_key=True, max_length=300)
    edition = models.CharField(max_length=120)
    claimed_at = models.DateTimeField()
    page = models.BinaryField(null=True)

    def __str__(self) -> str:
        return self.address
