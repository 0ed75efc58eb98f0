"""What no honest browser sends does not reach a view: half a body, too much of it, control characters."""

import io
import threading
from collections.abc import Iterable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from clinic_site import complete_body, errors, request_guard
from clinic_site.complete_body import CompleteInput, complete_bodies
from clinic_site.request_guard import RequestGuard, has_control_characters

FORM = "application/x-www-form-urlencoded"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'


class Trickle(io.BytesIO):
    """A connection on which a few bytes arrive at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size, 3) if size and size > 0 else 3)


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "_phone", lambda: "216-555-0142")


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"view {request.POST.get('a')}")


def guarded(request: HttpRequest) -> tuple[int, str]:
    answer = RequestGuard(view)(request)
    assert isinstance(answer, HttpResponse)
    return answer.status_code, answer.text


def posted(
    body: bytes, announced: int | None = None, kind: str = FORM, stream: io.BytesIO | None = None
) -> HttpRequest:
    """A request whose body is read as the production server hands it over."""
    request: list[HttpRequest] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request.append(RequestFactory().generic("POST", "/a/", **environ))
        return []

    length = len(body) if announced is None else announced
    environ = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(length), "wsgi.input": stream or Trickle(body)}
    complete_bodies(application)(environ, None)  # type: ignore[arg-type]
    return request[0]


def test_a_whole_body_reaches_the_view() -> None:
    assert guarded(posted(b"a=1234567890")) == (200, "view 1234567890")
    assert guarded(posted(PART, kind="multipart/form-data; boundary=x")) == (200, "view 1")


@pytest.mark.parametrize("missing", [1, 5, 1000])
def test_a_body_that_ends_early_is_refused_however_much_of_it_came(missing: int) -> None:
    body = b"a=1234567890"
    status, page = guarded(posted(body, len(body) + missing))
    assert status == 400 and "Nothing was stored." in page
    assert guarded(posted(b"", missing))[0] == 400
    assert guarded(posted(PART[:-missing], len(PART), "multipart/form-data; boundary=x"))[0] == 400


def test_a_body_over_the_limit_is_too_much(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
    assert guarded(posted(b"a=" + b"1" * 18))[0] == 200
    status, page = guarded(posted(b"a=" + b"1" * 19))
    assert status == 413 and "That was too much at once" in page


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_guard, "READ_AWAY_BYTES", len(PART))


@pytest.mark.usefixtures("small_parts")
def test_an_upload_over_the_limit_is_refused_and_read_away_up_to_several_times_the_limit(
    settings: Any,
) -> None:
    settings.MAX_BODY_BYTES = len(PART)
    kind = "multipart/form-data; boundary=x"
    assert guarded(posted(PART, kind=kind))[0] == 200
    for times, left in ((3, 0), (9, 5)):
        stream = io.BytesIO(PART * times)
        request = posted(b"", len(PART) * times, kind, stream)
        assert guarded(request)[0] == 413
        assert len(stream.read()) == left * len(PART)


def test_too_many_fields_are_refused(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    assert guarded(posted(b"a=1&b=2"))[0] == 200
    assert guarded(posted(b"a=1&b=2&c=3"))[0] == 400


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=\xff"])
def test_a_form_in_parts_without_a_boundary_is_refused(kind: str) -> None:
    assert guarded(posted(PART, kind=kind))[0] == 400


@pytest.mark.parametrize("query", ["a=%00", "a=%1b[0m", "%0a", "a=%7f", "a=\x01"])
def test_control_characters_in_a_query_are_refused(query: str) -> None:
    request = RequestFactory().get("/staff/login/", QUERY_STRING=query)
    assert guarded(request)[0] == 400


@pytest.mark.parametrize("path", ["/a%00/", "/a%0d%0aSet-Cookie:x/", "/%7f"])
def test_control_characters_in_an_address_are_refused(path: str) -> None:
    assert guarded(RequestFactory().get(path))[0] == 400


@pytest.mark.parametrize("query", ["", "q=%C3%A9", "q=a+b%20c", "q=100%", "q=%zz", "next=/staff/%3Fa=b"])
def test_everything_else_reaches_the_view(query: str) -> None:
    assert not has_control_characters(query)
    assert guarded(RequestFactory().get("/a/", QUERY_STRING=query)) == (200, "view None")


def test_the_input_is_read_to_its_length_and_not_beyond() -> None:
    assert CompleteInput(Trickle(b"12345678next request"), 8).read() == b"12345678"
    parts = CompleteInput(Trickle(b"12345678"), 8)
    assert [parts.read(5), parts.read(5), parts.read(5)] == [b"12345", b"678", b""]
    lines = CompleteInput(io.BytesIO(b"a\nbc\nnext"), 5)
    assert [lines.readline(), lines.readline(2), lines.readline(), lines.readline()] == [
        b"a\n", b"bc", b"\n", b"",
    ]  # fmt: skip


@pytest.mark.parametrize("read", ["read", "readline"])
def test_the_input_raises_where_it_ends_early(read: str) -> None:
    with pytest.raises(OSError, match="ended early"):
        getattr(CompleteInput(io.BytesIO(b"12345"), 6), read)()


@pytest.mark.parametrize("length", ["", "0", "many", "-1"])
def test_a_request_without_a_length_is_left_as_it_is(length: str) -> None:
    stream = io.BytesIO()
    environ: dict[str, Any] = {"CONTENT_LENGTH": length, "wsgi.input": stream}
    complete_bodies(lambda environ, start: [])(environ, None)  # type: ignore[arg-type]
    assert environ["wsgi.input"] is stream


def test_bodies_that_never_come_leave_threads_for_who_only_reads() -> None:
    arrived = threading.Event()

    class Stalled(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            arrived.wait(30)
            return b""

    waiting = [posted(b"", 9, stream=Stalled()) for _each in range(complete_body.READERS)]
    threads = [threading.Thread(target=guarded, args=(request,), daemon=True) for request in waiting]
    for thread in threads:
        thread.start()
    status, page = guarded(posted(b"a=1"))
    assert status == 503 and "Please wait a moment" in page
    assert guarded(RequestFactory().get("/a/"))[0] == 200
    arrived.set()
    for thread in threads:
        thread.join(10)
    assert guarded(posted(b"a=1"))[0] == 200


@pytest.mark.django_db
def test_an_address_of_hundreds_of_fields_is_refused_without_an_error_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/?" + "a&" * 401).status_code == 400
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
