"""Many stored requests at once, as copies of one that a patient sent: for what must hold with very many."""

from appointments.models import AppointmentRequest

OWN = ("id", "reference", "submission_key", "link_nonce", "link_digest", "is_answered")
"""What a copy has of its own, or from the database."""


def copies_of_one() -> str:
    """A statement that copies the request with an id; %s are the beginning of the references, number, id."""
    shared = [field.column for field in AppointmentRequest._meta.concrete_fields if field.column not in OWN]
    given, taken = ", ".join(shared), ", ".join(f"one.{column}" for column in shared)
    return (
        f"INSERT INTO appointments_appointmentrequest (reference, submission_key, link_nonce, {given}) "
        f"SELECT %s || number, gen_random_uuid(), gen_random_uuid(), {taken} "
        "FROM appointments_appointmentrequest one, generate_series(1, %s) number WHERE one.id = %s"
    )
