"""Filters: ``{{ request.respond_by|moment }}``."""

from django import template

from clinic_site import moments

register = template.Library()
register.filter("moment", moments.moment)
register.filter("day", moments.day)
register.filter("day_soon", moments.day_soon)
