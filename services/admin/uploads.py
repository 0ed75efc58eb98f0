"""Forms that take a picture."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.core.files.uploadedfile import UploadedFile

from services import pictures


class UploadForm(forms.ModelForm):
    """A form whose uploaded picture is cleaned before it is kept; what cannot be used is told by us."""

    upload = ""
    least = pictures.SIZES[1]
    cleaned_picture: bytes | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """In place of Django's own field for pictures, which opens any format to look at it."""
        super().__init__(*args, **kwargs)
        if self.upload in self.fields:
            usual = self.fields[self.upload]
            self.fields[self.upload] = forms.FileField(
                label=usual.label,
                help_text=usual.help_text,
                required=usual.required,
                widget=AdminFileWidget(attrs={"accept": "image/jpeg,image/png,image/webp"}),
            )

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        file = self.cleaned_data.get(self.upload)
        if isinstance(file, UploadedFile):
            try:
                self.cleaned_picture = pictures.cleaned(file, least=self.least)
            except forms.ValidationError as error:
                self.add_error(self.upload, error)
