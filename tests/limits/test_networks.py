"""Which network a peer belongs to, and that it is written down under a key alone."""

import pytest

from portal.shared.networks import keyed, network_of, site_of


@pytest.mark.parametrize(
    ("peer", "network", "site"),
    [
        ("192.0.2.7", "192.0.2.7", None),
        ("::ffff:192.0.2.7", "192.0.2.7", None),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::1", "2001:db8:1:ffff::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("", "", None),
        ("unix:", "", None),
        ("192.0.2.7, 198.51.100.1", "", None),
    ],
)
def test_ipv4_counts_whole_and_ipv6_by_its_prefix(peer: str, network: str, site: str | None) -> None:
    assert network_of(peer) == network
    assert site_of(peer) == site


def test_a_key_is_the_same_for_the_same_name_alone_and_says_nothing_without_the_secret() -> None:
    assert keyed("192.0.2.7", secret="a" * 32) == keyed("192.0.2.7", secret="a" * 32)
    assert keyed("192.0.2.7", secret="a" * 32) != keyed("192.0.2.8", secret="a" * 32)
    assert keyed("192.0.2.7", secret="a" * 32) != keyed("192.0.2.7", secret="b" * 32)
    assert len(keyed("", secret="a" * 32)) == 32
