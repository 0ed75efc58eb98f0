"""What the set-up has loaded, so that it never loads it over, or again after, what staff did."""

from django.db import models


class StarterRecord(models.Model):
    """One starter document: its key, and the digest of what was last loaded from it."""

    key = models.CharField(max_length=260, unique=True)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now=True)
    page = models.ForeignKey("Page", null=True, on_delete=models.SET_NULL, related_name="+")
    update = models.ForeignKey("Update", null=True, on_delete=models.SET_NULL, related_name="+")
    term = models.ForeignKey("Term", null=True, on_delete=models.SET_NULL, related_name="+")
    phrase = models.ForeignKey("SearchPhrase", null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.key
