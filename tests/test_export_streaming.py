"""A download from the real server: it begins before all is read, waits for its reader, and notices a cut."""

import http.client
import json
import re
import time
from urllib.parse import urlencode

import pytest

from tests.form_client import FormClient, patient_answers
from tests.journeys.steps import given_an_empty_queue
from tests.many_requests import copies_of_one
from tests.site_process import SiteProcess

EXPORTS = "/staff/appointments/export/"
MANY = 6_000
"""With 1,400 characters in each more than the buffers between server and reader hold."""


@pytest.fixture(scope="module")
def staff(site: SiteProcess) -> FormClient:
    """Somebody signed in at a queue of very many."""
    given_an_empty_queue(site)
    FormClient(site).submit(patient_answers(signs={"tried": "Steroids. " * 140}))
    ((pk,),) = site.db("SELECT id FROM appointments_appointmentrequest")
    site.db(copies_of_one(), "M", MANY - 1, pk)
    client = FormClient(site)
    client.get("/staff/login/")
    client.post("/staff/login/", {"username": site.staff_user, "password": site.staff_password})
    client.get(f"{EXPORTS}new/")
    return client


def begun(staff: FormClient, shape: str) -> str:
    """The address of a new export."""
    answer = staff.post(f"{EXPORTS}new/", {"shape": shape, "purpose": "quality"})
    found = re.fullmatch(rf"({EXPORTS}\d+/)change/", answer.headers["Location"])
    assert found
    return found[1]


def progress(staff: FormClient, export: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(staff.get(f"{export}progress/").body)
    return told


@pytest.mark.parametrize("shape", ["csv", "fhir"])
def test_a_download_begins_at_once_and_a_cut_in_the_middle_is_noted(
    site: SiteProcess, staff: FormClient, shape: str
) -> None:
    export = begun(staff, shape)
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    headers = {
        **staff.headers(),
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept-Encoding": "gzip, br",
    }
    body = urlencode({"csrfmiddlewaretoken": staff.token})
    connection.request("POST", f"{export}download/", body, headers)
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["Content-Encoding"] is None
    assert "no-store" in response.headers["Cache-Control"]
    first = response.read(64 * 1024)
    assert first.startswith(b"\xef\xbb\xbfReference," if shape == "csv" else b'{"resourceType":"Bundle"')
    # The reader has its first part; the server has not read all requests, and waits.
    told = progress(staff, export)
    assert told["state"] == "begun" and told["total"] == MANY
    assert int(str(told["written"])) < MANY
    response.close()
    connection.close()
    deadline = time.monotonic() + 20
    while (told := progress(staff, export))["state"] == "begun" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert told["state"] == "cut_off"
    assert 0 < int(str(told["written"])) < MANY
    pk = export.split("/")[-2]
    ended = "SELECT codes FROM appointments_event WHERE action = 'export_end' ORDER BY id DESC LIMIT 1"
    codes = site.db(ended)
    assert codes == [({"export": int(pk), "written": told["written"], "state": "cut_off"},)]


def test_a_download_that_is_read_to_its_end_is_whole(site: SiteProcess, staff: FormClient) -> None:
    export = begun(staff, "text")
    answer = staff.post(f"{export}download/", {})
    assert answer.status == 200
    lines = answer.body.decode("utf-16").split("\r\n")
    assert len(lines) == 1 + MANY + 2
    assert lines[-2].startswith(f"End of the export\t{MANY} requests")
    assert progress(staff, export)["state"] == "complete"
    given_an_empty_queue(site)
