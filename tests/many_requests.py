"""Many stored requests at once, as copies of one that a patient sent: for what must hold with very many."""

from appointments.models import AppointmentRequest

OWN = ("id", "reference", "submission_key", "link_nonce", "link_digest")
"""What a copy has of its own."""


def copies_of_one() -> str:
    """A statement that copies the request with an id; %s are the beginning of the references, number, id."""
    columns = AppointmentRequest._meta.concrete_fields
    shared = [field.column for field in columns if not field.generated and field.column not in OWN]
    given, taken = ", ".join(shared), ", ".join(f"one.{column}" for column in shared)
    return (
        f"INSERT INTO appointments_appointmentrequest (reference, submission_key, link_nonce, {given}) "
        f"SELECT %s || number, gen_random_uuid(), gen_random_uuid(), {taken} "
        "FROM appointments_appointmentrequest one, generate_series(1, %s) number WHERE one.id = %s"
    )
