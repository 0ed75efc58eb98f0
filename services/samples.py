"""Everything that is marked as a sample: listed, removed or kept in one step."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from services import dead_links, publication, search_index
from services.models import Clinic, OldAddress, Page, PageText, Person, Point, SearchPhrase, UpdateText
from services.models.picture import Picture
from services.models.provenance import Provenance

SHOWN_PICTURE = re.compile(r"\]\(picture:([a-z0-9-]+)")


@dataclass(frozen=True)
class Sample:
    """One thing that is marked; ``fixed`` says why it cannot be removed, empty where it can."""

    thing: Any
    fixed: str

    @property
    def key(self) -> str:
        """Names it in a form."""
        return f"{type(self.thing)._meta.model_name}:{self.thing.pk}"

    @property
    def edited_at(self) -> datetime | None:
        """When staff last wrote in it: it may hold hours of their work."""
        edited: datetime | None = self.thing.staff_edited_at
        return edited

    @property
    def ticked(self) -> bool:
        """Whether it is meant to go unless somebody says otherwise."""
        return not self.fixed and self.edited_at is None

    @property
    def path(self) -> str:
        """Where it stands; empty for what is no page."""
        return self.thing.path if isinstance(self.thing, Page) else ""


@dataclass(frozen=True)
class Group:
    """The samples of one model."""

    title: str
    samples: list[Sample]


@dataclass(frozen=True)
class Removal:
    """``gone``: how many went. ``staying``: what something needs. ``linking``: pages that lead to it."""

    gone: int
    staying: list[Sample]
    linking: list[Page]


def models_with_samples() -> list[type[models.Model]]:
    """Every model whose rows can be samples, pages of all kinds as one."""
    return [
        model
        for model in apps.get_app_config("services").get_models()
        if issubclass(model, Provenance) and model._meta.get_field("is_sample").model is model
    ]


def listed() -> list[Group]:
    """All samples, by what they are; pages in the order of their addresses."""
    groups = []
    for model in sorted(models_with_samples(), key=lambda model: model is not Page):
        marked = model._default_manager.filter(is_sample=True)
        if hasattr(model, "texts"):
            marked = marked.prefetch_related("texts")
        if model is Page:
            marked = marked.order_by("path")
        fixed = _why_fixed(model)
        samples = [Sample(thing, fixed(thing)) for thing in marked]
        if samples:
            groups.append(Group(str(model._meta.verbose_name_plural).capitalize(), samples))
    return groups


def count() -> int:
    """How many there are."""
    return sum(model._default_manager.filter(is_sample=True).count() for model in models_with_samples())


def marked() -> Iterator[Sample]:
    """The same without groups."""
    for group in listed():
        yield from group.samples


def going(samples: Collection[Sample], chosen: Collection[str]) -> int:
    """How many of ``samples`` ``remove`` would take for these keys."""
    stay = [each for each in samples if each.fixed or each.key not in chosen]
    held = [each.path for each in stay if each.path]
    return sum(
        not (each.path and any(path.startswith(each.path) for path in held))
        for each in samples
        if each not in stay
    )


def remove(*, chosen: set[str], log: Callable[[Any], None]) -> Removal:
    """Remove the samples of these keys.

    Pages go from below: one stays while a page below it stays. The set-up never loads them again.
    ``log`` is told each one just before it goes.
    """
    with transaction.atomic():
        samples = [sample for sample in marked() if sample.key in chosen]
        gone, staying, phrases, paths = 0, [], False, set[str]()
        for sample in sorted(samples, key=_depth, reverse=True):
            reason = sample.fixed if not isinstance(sample.thing, Page) else _why_it_stays(sample.thing)
            if reason:
                staying.append(Sample(sample.thing, reason))
            else:
                log(sample.thing)
                paths |= _addresses(sample)
                _delete(sample.thing)
                gone, phrases = gone + 1, phrases or isinstance(sample.thing, SearchPhrase)
        if phrases:
            search_index.index_phrases()
        return Removal(gone, staying, dead_links.pages_leading_to(paths))


def _addresses(sample: Sample) -> set[str]:
    """Where visitors find it now, and where they did."""
    old = OldAddress.objects.filter(page=sample.thing.pk) if sample.path else OldAddress.objects.none()
    return {sample.path, *old.values_list("path", flat=True)} - {""}


def keep(*, chosen: set[str], actor: str) -> list[Any]:
    """Take the mark from the samples of these keys: the clinic stands by them, and edits them as its own."""
    with transaction.atomic():
        kept = [sample.thing for sample in marked() if sample.key in chosen]
        for thing in kept:
            if isinstance(thing, Page):
                publication.keep_as_own(page=thing, actor=actor)
            else:
                thing.is_sample, thing.staff_edited_at = False, timezone.now()
                thing.save(update_fields=["is_sample", "staff_edited_at"])
    return kept


def _depth(sample: Sample) -> int:
    return sample.path.count("/")


def _why_fixed(model: type[models.Model]) -> Callable[[Any], str]:
    if model is Clinic:
        return lambda clinic: gettext("Every page names the clinic: write your own over it.")
    if model is Page:
        holding = _paths_above_own_pages()
        return lambda page: _why_it_stays(page, holding)
    if model is Picture:
        shown = _pictures_of_own_pages()
        return lambda picture: gettext("Pages of your own show it.") if picture.key in shown else ""
    return lambda thing: ""


def _why_it_stays(page: Page, holding: set[str] | None = None) -> str:
    """``holding``: the addresses above pages that stay; without it, all that stands below a page now."""
    if page.kind == Page.Kind.HOME:
        return gettext("Every site has a home page: write your own over it.")
    held = page.children.exists() if holding is None else page.path in holding
    return gettext("Pages below it stay.") if held else ""


def _paths_above_own_pages() -> set[str]:
    above = set()
    for path in Page.objects.filter(is_sample=False).values_list("path", flat=True):
        parts = path.strip("/").split("/")[:-1]
        above |= {f"/{'/'.join(parts[: end + 1])}/" for end in range(len(parts))}
    return above


def _pictures_of_own_pages() -> set[str]:
    own: list[Any] = [model.objects.filter(page__is_sample=False) for model in (PageText, Point)]
    own.append(UpdateText.objects.filter(update__is_sample=False))
    bodies = [body for rows in own for body in rows.values_list("body", flat=True)]
    return {key for body in bodies for key in SHOWN_PICTURE.findall(body)}


def _delete(thing: Any) -> None:
    """With its files; the database takes what belongs to it along."""
    person = Person.objects.filter(pk=thing.pk).first() if isinstance(thing, Page) else None
    files = [str(person.portrait.name)] if person and person.portrait.name else []
    if hasattr(thing, "file"):
        files.append(str(thing.file.name))
    thing.delete()
    transaction.on_commit(lambda: _delete_files(files))


def _delete_files(names: list[str]) -> None:
    """Originals and their variants, whose names begin with the original's; not where others use them."""
    for name in names:
        if Person.objects.filter(portrait=name).exists() or Picture.objects.filter(file=name).exists():
            continue
        folder, _, file = name.rpartition("/")
        stem = file.rsplit(".", 1)[0]
        for found in default_storage.listdir(folder)[1]:
            if found.startswith(stem):
                default_storage.delete(f"{folder}/{found}")
