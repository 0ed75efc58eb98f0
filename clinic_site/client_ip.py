"""Who sends a request, behind proxies of ours: their number is known, and nothing beyond them is believed.

Each proxy adds the address that it was called from at the end of X-Forwarded-For. With n proxies of ours the
n-th entry from the end is what our outermost proxy saw; whatever stands before it, the sender wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

NETWORK_BITS = 64
"""What one household or ward is given of IPv6: its single addresses cost nothing and say nothing."""

_WITH_PORT = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[0-9.]+))(?::[0-9]{1,5})?")


def client_ip(meta: Mapping[str, object], trusted_proxies: int) -> str:
    """The sender's IPv4 address or IPv6 network, in one spelling; empty where the server knows none.

    Too few entries, or one that is no address, means that a request did not come the way it should: then it
    is the address that called this server which counts.
    """
    forwarded = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    told = forwarded[-trusted_proxies] if 0 < trusted_proxies <= len(forwarded) else ""
    return _counted(told) or _counted(str(meta.get("REMOTE_ADDR", "")))


def _counted(text: str) -> str:
    """The address as it is counted, or empty for what is none."""
    text = text.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found["six"] or found["four"]
    try:
        address: IPv4Address | IPv6Address | None = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(IPv6Network((int(address), NETWORK_BITS), strict=False))
        address = address.ipv4_mapped
    return str(address)
