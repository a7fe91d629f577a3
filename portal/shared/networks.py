"""The only place that says which network a peer belongs to, and how a network is written down: never in the clear."""

import hashlib
import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address

_ONE_LINE = 64  # what a provider gives to one household, who may use any address in it (RFC 6177)
_ONE_SITE = 48  # what one customer may be given: 65,536 of the above


def network_of(peer: str) -> str:
    """The network that counts as one visitor: an IPv4 address whole, IPv6 by its first 64 bits.

    What is no address (a peer on a local socket) counts as one visitor together, under the empty name.
    """
    address = _address(peer)
    if isinstance(address, IPv6Address):
        return _first_bits(address, _ONE_LINE)
    return str(address or "")


def site_of(peer: str) -> str | None:
    """The wider network of an IPv6 peer, its first 48 bits; None for others, whose address is as wide as it gets."""
    address = _address(peer)
    return _first_bits(address, _ONE_SITE) if isinstance(address, IPv6Address) else None


def keyed(name: str, *, secret: str) -> str:
    """`name` as the counters keep it: equal for equal ones, mute without the side's secret (128 bits of HMAC)."""
    return hmac.new(secret.encode(), f"limits\0{name}".encode(), hashlib.sha256).hexdigest()[:32]


def _address(peer: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _first_bits(address: IPv6Address, bits: int) -> str:
    return f"{IPv6Address(int(address) >> (128 - bits) << (128 - bits))}/{bits}"
