"""A plain Django site that takes one form and inserts one row: the baseline of ``bench/submit.py``.

Its default middleware, CSRF on, a connection that stays open; the form asks what ours asks, without a rule.
``python bench/submit_baseline.py`` makes its table.
"""

import dj_database_url
import django
from django.conf import settings

HERE = "submit_baseline"

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="bench",  # noqa: S106
    ROOT_URLCONF=HERE,
    DATABASES={"default": {**dj_database_url.config(), "CONN_MAX_AGE": None}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.forms import ModelForm  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.shortcuts import redirect  # noqa: E402
from django.urls import path  # noqa: E402

CODES = {name: {code: code.title() for code in codes.split()} for name, codes in {
    "examined": "yes no unsure", "onset_kind": "date unsure birth", "began": "sudden gradual unsure",
    "trend": "worse same better unsure", "side": "left right both unsure", "movement": "none some unsure",
    "eye_closes": "yes no unsure", "eye_cared": "yes no unsure", "cause": "nothing injury operation unsure",
    "nerve_cut": "yes no unsure", "visit_type": "in_person virtual either", "language": "en es other",
    "for_whom": "self helped", "helper_authority": "parent guardian proxy agreed carer",
    "reach": "email text phone", "insurance": "insured not_using uninsured unsure",
}.items()}  # fmt: skip
NUMBERS = "onset_year onset_month onset_day".split()
LINES = (
    "eye_signs ear_signs history goals times place person other_language patient_name helper_name "
    "helper_relation phone speaker_name speaker_phone state"
).split()
TEXTS = "tried easier".split()
TICKS = "interpreter speaking_hard relay may_leave_message".split()


class Wish(models.Model):
    """As many columns as ours has answers; the lists are lines of text."""

    created_at = models.DateTimeField(auto_now_add=True)
    email = models.EmailField(blank=True)
    date_of_birth = models.DateField()
    for _name, _codes in CODES.items():
        locals()[_name] = models.CharField(max_length=16, choices=_codes, blank=True)
    for _name in NUMBERS:
        locals()[_name] = models.PositiveSmallIntegerField(null=True, blank=True)
    for _name in LINES:
        locals()[_name] = models.CharField(max_length=120, blank=True)
    for _name in TEXTS:
        locals()[_name] = models.TextField(blank=True)
    for _name in TICKS:
        locals()[_name] = models.BooleanField(default=False)

    class Meta:
        app_label = HERE

    def __str__(self) -> str:
        return f"wish {self.pk}"


class WishForm(ModelForm):
    class Meta:
        model = Wish
        fields = "__all__"  # noqa: DJ007


def send(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(get_token(request))
    form = WishForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=422)
    form.save()
    return redirect("/received/")


urlpatterns = [path("", send)]
application = get_wsgi_application()

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Wish)
