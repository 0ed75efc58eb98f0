"""Pictures for texts: uploaded once, then named in a text by what this list shows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from services import pictures
from services.admin.editing import StaffEdited
from services.admin.uploads import UploadForm
from services.models import Picture


class PictureForm(UploadForm):
    upload = "file"
    least = pictures.LEAST_IN_A_TEXT


@admin.register(Picture)
class PictureAdmin(StaffEdited):
    form = PictureForm
    list_display = ["seen", "key", "to_paste", "size", "places", "is_sample", "edited"]
    list_display_links = ["key"]
    list_filter = ["is_sample"]
    readonly_fields = ["seen", "to_paste", "places"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["key", "file", "is_sample"] + (["seen", "to_paste", "places"] if obj else [])

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Texts name the key: it stays."""
        return [*self.readonly_fields, *(["key"] if obj else [])]

    def get_queryset(self, request: HttpRequest) -> Any:
        return Picture.objects.with_uses()

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        """Store a new picture once, under the digest of its bytes, with its variants."""
        if form.cleaned_picture is not None:
            stored = pictures.store_for_texts(form.cleaned_picture)
            obj.file, obj.width, obj.height = stored.name, stored.width, stored.height
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Nothing is deleted while a text shows one of these pictures; the answer says where."""
        deleted, counts, needed, protected = super().get_deleted_objects(objs, request)
        shown = gettext("picture:%(key)s, shown on %(place)s")
        for picture in objs:
            protected += [shown % {"key": picture.key, "place": place} for place in picture.used_on]
        return deleted, counts, needed, protected

    @admin.display(description=_("picture"))
    def seen(self, picture: Picture) -> SafeString:
        return format_html('<img class="picture-seen" src="{}" alt="">', picture.thumbnail_url)

    @admin.display(description=_("to paste into a text"))
    def to_paste(self, picture: Picture) -> SafeString:
        return format_html("<code>![{}](picture:{})</code>", gettext("what it shows"), picture.key)

    @admin.display(description=_("size"))
    def size(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"

    @admin.display(description=_("shown on"))
    def places(self, picture: Picture) -> str:
        return ", ".join(picture.used_on) or "–"
