"""What no honest browser sends: refused with a page that says what to do, and nothing stored of it."""

import socket
import struct
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest

from tests.form_client import FormClient, patient_answers
from tests.journeys.steps import counts
from tests.site_process import Answer, SiteProcess

MEBIBYTE = 1024 * 1024
MOMENT_SECONDS = 0.2
"""In which the server has noticed what came in, or that nobody is there any more."""

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
PART = b'--x\r\nContent-Disposition: form-data; name="examined"\r\n\r\nyes'


@pytest.fixture
def client(site: SiteProcess) -> FormClient:
    """A patient at the first question."""
    client = FormClient(site)
    client.get("/request/safety/")
    return client


@pytest.fixture(scope="module")
def staff(site: SiteProcess) -> FormClient:
    """Somebody signed in."""
    client = FormClient(site)
    client.get("/staff/login/")
    answer = client.post("/staff/login/", {"username": site.staff_user, "password": site.staff_password})
    assert answer.status == 302
    return client


def phone(site: SiteProcess) -> str:
    number: str = site.db("SELECT phone FROM services_clinic")[0][0]
    return number


def assert_page_with_a_way_on(site: SiteProcess, answer: Answer, status: int) -> None:
    """A page of ours with a heading, a link to go on, and the phone number."""
    assert answer.status == status, answer.text
    assert answer.text.count("<h1>") == 1 and 'href="/"' in answer.text
    assert phone(site) in answer.text


# ------------------------------------------------------------------------- a connection cut in the middle


def send_half(client: FormClient, path: str, fields: Mapping[str, object], *, hard: bool) -> bytes:
    """POST a form that announces more than it sends, then close our half, or all of it; what comes back."""
    body = urlencode({"csrfmiddlewaretoken": client.token, **fields}, doseq=True).encode()
    cookie = client.headers()["Cookie"]
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{client.site.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: {FORM}\r\nContent-Length: {len(body) + 40}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", client.site.port), timeout=10) as connection:
        connection.sendall(head.encode() + body)
        if hard:
            time.sleep(MOMENT_SECONDS)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("hard", [False, True])
def test_a_step_cut_off_in_the_middle_is_not_kept(client: FormClient, hard: bool) -> None:
    before = counts(client.site)
    answer = send_half(client, "/request/safety/", {"examined": "yes", "signs": "none"}, hard=hard)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    time.sleep(MOMENT_SECONDS)
    assert counts(client.site) == before


@pytest.mark.parametrize("hard", [False, True])
def test_a_request_cut_off_while_it_is_sent_can_be_sent_again(client: FormClient, hard: bool) -> None:
    client.send_steps(patient_answers())
    before = counts(client.site)
    answer = send_half(client, "/request/check/", {"consent": "on"}, hard=hard)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    time.sleep(MOMENT_SECONDS)
    assert counts(client.site) == before
    assert client.post("/request/check/", {"consent": "on"}).headers["Location"] == "/request/received/"


def test_a_wish_for_a_link_cut_off_in_the_middle_is_none(client: FormClient) -> None:
    answer = send_half(client, "/request/follow/", {"contact": "cut.off@example.org"}, hard=False)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    assert client.site.db("SELECT 1 FROM appointments_linkwish WHERE contact = 'cut.off@example.org'") == []


# ------------------------------------------------------------------------------- addresses and headers


@pytest.mark.parametrize("character", ["%00", "%0A", "%1B", "%7F"])
@pytest.mark.parametrize(
    "path", ["/?x={}", "/request/safety/?again={}", "/staff/?x={}", "/staff/login/?next={}", "/{}/"]
)
def test_control_characters_in_an_address_are_refused(site: SiteProcess, path: str, character: str) -> None:
    assert_page_with_a_way_on(site, site.get(path.format(character)), 400)


def test_the_staffs_own_addresses_refuse_them_too(staff: FormClient) -> None:
    queue = "/staff/appointments/appointmentrequest/"
    for query in ("?urgency__exact=%00", "?status=%00", "?q=a%00b", "?_changelist_filters=%0D%0A"):
        assert_page_with_a_way_on(staff.site, staff.get(queue + query), 400)


@pytest.mark.parametrize(
    "query",
    ["?p=nine", "?p=99999999999999999999", "?o=99.-1", "?status=no", "?urgency__exact=%F0%9F", "?with[]=me",
     "?received_at__year=x", "?patient_name__regex=((((", "?e=1", "?_facets=2", "?all=" + "9" * 3000],
)  # fmt: skip
def test_a_queue_asked_for_nonsense_never_breaks(staff: FormClient, query: str) -> None:
    assert staff.get("/staff/appointments/appointmentrequest/" + query).status < 500


@pytest.mark.parametrize(
    "path",
    ["0/change/", "9223372036854775808/change/", "999999999999999999999999/step/close/", "abc/change/",
     "1/step/explode/", "99999999/note/", "%F0%9F%92%A3/change/"],
)  # fmt: skip
def test_a_request_that_does_not_exist_never_breaks(staff: FormClient, path: str) -> None:
    assert staff.get("/staff/appointments/appointmentrequest/" + path).status in (302, 404)


@pytest.mark.parametrize(
    "path",
    ["/no-such-page/", "/request/no-such-step/", "/request/safety/more/", "/%FF%FE/", "/../etc/passwd",
     "/.env", "/media/nothing.jpg", "/media/" + "a" * 5000, "/" + "deep/" * 300],
)  # fmt: skip
def test_an_unknown_address_shows_a_way_on(site: SiteProcess, path: str) -> None:
    assert_page_with_a_way_on(site, site.get(path), 404)


@pytest.mark.parametrize(
    "path", ["/media/../secrets.json", "/media/%2e%2e/secrets.json", "/media//etc/passwd"]
)
def test_no_address_leads_out_of_the_media(site: SiteProcess, path: str) -> None:
    answer = site.get(path)
    assert answer.status in (400, 404)
    assert b"secret_key" not in answer.body and b"root:" not in answer.body


@pytest.mark.parametrize(
    "value",
    ["", "=", ";;;", "x" * 5000, '"' + "\\000" * 12 + '"', '"' + "\\377\\012" * 12 + '"', "\xff\xfe", "%00",
     "a=b=c; a", "../../etc", "\xf0\x9d\x95\x8f" * 9],
)  # fmt: skip
@pytest.mark.parametrize("name", ["request_draft", "csrftoken", "sessionid", "messages"])
def test_a_malformed_cookie_is_no_cookie(site: SiteProcess, name: str, value: str) -> None:
    headers = {"Cookie": f"{name}={value}"}
    for path, status in {"/": 200, "/request/safety/": 200, "/request/check/": 302, "/staff/": 302}.items():
        assert site.get(path, headers).status == status, path


def test_a_host_that_is_not_ours_is_refused(site: SiteProcess) -> None:
    assert site.get("/", {"Host": "elsewhere.example"}).status == 400


# ------------------------------------------------------------------------------------------------ bodies


def test_more_than_any_form_needs_is_refused_with_a_page(client: FormClient) -> None:
    before = counts(client.site)
    answer = client.post("/request/signs/", {"tried": "x" * MEBIBYTE})
    assert_page_with_a_way_on(client.site, answer, 413)
    assert counts(client.site) == before


def test_more_fields_than_any_form_has_are_refused_with_a_page(client: FormClient) -> None:
    answer = client.post("/request/signs/", {f"field_{number}": "x" for number in range(500)})
    assert_page_with_a_way_on(client.site, answer, 400)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"examined": "yes"}'),
        ("text/plain", b"examined=yes"),
        ("", b"examined=yes"),
        (f"{FORM}; charset=utf-16", "examined=yes&signs=none".encode("utf-16")),
        (f"{FORM}; charset=latin-1", b"examined=yes&signs=none"),
        (f"{FORM}; charset=rot13", b"examined=yes&signs=none"),
        (MULTIPART, PART),
        (f"{MULTIPART}; boundary=", PART),
        (f"{MULTIPART}; boundary=x", PART),
        (f"{MULTIPART}; boundary=x", PART + b"\r\n--x--\r\n"),
        (f"{MULTIPART}; boundary=x; charset=rot13", PART + b"\r\n--x--\r\n"),
        (f"{MULTIPART}; boundary=x; charset=undefined", PART + b"\r\n--x--\r\n"),
        (f"{MULTIPART}; boundary=x", PART.replace(b"examined", b'a"; filename="../../a') + b"\r\n--x--\r\n"),
    ],
)
def test_a_body_that_cannot_be_read_gets_a_page(client: FormClient, kind: str, body: bytes) -> None:
    before = counts(client.site)
    headers = {**client.headers(), **({"Content-Type": kind} if kind else {})}
    if kind.startswith(FORM):
        body = f"csrfmiddlewaretoken={client.token}&".encode() + body
    answer = client.site.request("POST", "/request/safety/", body, headers)
    assert 400 <= answer.status < 500 and answer.text.count("<h1>") == 1
    assert counts(client.site) == before


@pytest.mark.parametrize(
    "body",
    [
        b"%%%%&&&===;;;",
        b"\xff\xfe\x00\x01",
        b"examined=%ff%fe&signs=%C0%80",
        b"examined[]=yes&signs[0]=none",
    ],
)
def test_a_form_that_answers_nothing_is_refused_beside_its_questions(client: FormClient, body: bytes) -> None:
    headers = {**client.headers(), "Content-Type": FORM}
    body = f"csrfmiddlewaretoken={client.token}&".encode() + body
    answer = client.site.request("POST", "/request/safety/", body, headers)
    assert (answer.status, answer.headers["Location"]) == (302, "/request/safety/")
    page = client.site.get("/request/safety/", {"Cookie": answer.headers["Set-Cookie"].split(";")[0]})
    assert page.status == 200 and page.text.count('<p class="error">') == 2


@pytest.mark.parametrize("kind", ["text/html; charset=rot13", f"{FORM}; charset=undefined", "; charset=\x80"])
@pytest.mark.parametrize("path", ["/", "/request/safety/?again", "/staff/login/?next=/staff/"])
def test_an_odd_character_set_never_breaks_a_page(site: SiteProcess, path: str, kind: str) -> None:
    assert site.get(path, {"Content-Type": kind}).status < 500


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST"])
@pytest.mark.parametrize("path", ["/", "/request/", "/request/received/", "/staff/"])
def test_a_method_that_is_not_meant_changes_nothing(site: SiteProcess, path: str, method: str) -> None:
    refusals = {"appointments_event"} if path == "/staff/" else set()
    before = counts(site)
    assert 200 <= site.request(method, path, b"").status < 500
    assert {name for name, count in counts(site).items() if count != before[name]} <= refusals
