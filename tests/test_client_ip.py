"""Whom a limit counts: the sender behind our own proxies, and nobody that a sender can invent."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_site.client_ip import client_ip

PROXY = "10.0.0.7"


def sender(forwarded: str, proxies: int = 1, remote: str = PROXY) -> str:
    return client_ip({"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": remote}, proxies)


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        ("203.0.113.9", 0, PROXY),
        ("203.0.113.9", 1, "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", 1, "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", 2, "198.51.100.1"),
        ("6.6.6.6,198.51.100.1 ,203.0.113.9", 2, "198.51.100.1"),
        ("203.0.113.9", 2, PROXY),
        ("", 1, PROXY),
        ("unknown", 1, PROXY),
        ("203.0.113.9, ", 1, PROXY),
        ("203.0.113.999", 1, PROXY),
        ("203.0.113.9:4711", 1, "203.0.113.9"),
        ("[2001:db8::1]:4711", 1, "2001:db8::/64"),
        ("2001:DB8:0:0:ffff::1", 1, "2001:db8::/64"),
        ("2001:db8:0:1::1", 1, "2001:db8:0:1::/64"),
        ("::ffff:203.0.113.9", 1, "203.0.113.9"),
        ("fe80::1%eth0", 1, "fe80::/64"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(forwarded: str, proxies: int, expected: str) -> None:
    assert sender(forwarded, proxies) == expected


def test_without_any_address_there_is_none() -> None:
    assert client_ip({}, 0) == client_ip({"REMOTE_ADDR": ""}, 3) == ""


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@given(claimed=st.lists(st.text(max_size=20), max_size=5), seen=st.lists(ADDRESSES, min_size=1, max_size=4))
def test_whatever_a_sender_claims_the_outermost_proxy_decides(
    claimed: list[str], seen: list[IPv4Address | IPv6Address]
) -> None:
    told = ",".join([*claimed, *map(str, seen)])
    assert sender(told, len(seen)) == sender(str(seen[0]))


@given(forwarded=st.text(max_size=80), proxies=st.integers(0, 6))
def test_the_answer_is_always_an_address_or_a_network(forwarded: str, proxies: int) -> None:
    found = sender(forwarded, proxies)
    assert found and str(ip_network(found) if "/" in found else ip_address(found)) == found


@given(network=st.integers(0, 2**64 - 1), hosts=st.tuples(*[st.integers(0, 2**64 - 1)] * 2))
def test_one_network_of_version_6_is_one_sender(network: int, hosts: tuple[int, int]) -> None:
    one, other = (IPv6Address((network << 64) + host) for host in hosts)
    if not (one.ipv4_mapped or other.ipv4_mapped):
        assert sender(str(one)) == sender(str(other))
