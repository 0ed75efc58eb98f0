"""The camera and microphone check, the one page that may use them."""

HEADERS = {"Permissions-Policy": "camera=(self), microphone=(self)"}
"""All other device features stay refused: ``clinic_site.headers`` adds what is not named here."""
