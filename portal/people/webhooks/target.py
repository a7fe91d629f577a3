"""The only place that says where a webhook may go: a public host over https, and nothing that lies inward (SSRF).

The name is looked up once and the connection is made to that very address, so that a second answer of the DNS changes
nothing. Addresses written as numbers are refused whole: in decimal, octal, hexadecimal or IPv6 they hide where they
lead, and no certificate names them.
"""

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal.shared.reserved import SUFFIXES

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]  # host and port to the addresses that the name has

LONGEST_URL = 500
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})")
_THIS_MACHINE = ("localhost", "127.0.0.1")
_INWARD_NAMES = (*SUFFIXES, "lan", "intranet", "corp", "home", "private")
# Of IPv6 what is given out to the world, without what stands for an IPv4 address or a tunnel to one, or for books.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
_TUNNELS = tuple(ipaddress.ip_network(net) for net in ("2002::/16", "2001::/32", "3fff::/20"))


class TargetRefused(ValueError):
    """No webhook may go there; the message says what to do, in the words of a form."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a webhook goes, as its URL says; `is_here` is this machine, in development alone."""

    host: str
    port: int
    path: str
    is_tls: bool
    is_here: bool


def read_target(url: str, *, is_development: bool) -> Target:
    """The target that a URL names, without looking its host up. Raises TargetRefused."""
    if len(url) > LONGEST_URL or not re.fullmatch(r"[!-~]+", url) or re.search(r"[\\#\"<>^`{|}]", url):
        raise TargetRefused(
            f"Write the address in plain characters, {LONGEST_URL} at most, without # and without spaces."
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as fault:
        raise TargetRefused("This is no address. Write it like https://crm.customerhub.net/hooks/consents") from fault
    if "@" in parts.netloc:
        raise TargetRefused("Leave user and password out of the address: the signature proves who sends.")
    is_here = is_development and host in _THIS_MACHINE
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise TargetRefused("A webhook leaves over https:// alone, so that nobody reads it on its way.")
    if not is_here:
        _refuse_host(host, port)
    is_tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host=host, port=port or (443 if is_tls else 80), path=path, is_tls=is_tls, is_here=is_here)


def pin(target: Target, *, resolve: Resolve | None = None) -> str:
    """The one address to connect to. Raises TargetRefused where any address of the host lies inward."""
    if target.is_here:
        return "127.0.0.1"
    try:
        found = (resolve or look_up)(target.host, target.port)
    except OSError as fault:
        raise TargetRefused(f"{target.host} is not in the DNS. Check how it is spelled.") from fault
    if not found:
        raise TargetRefused(f"{target.host} is not in the DNS. Check how it is spelled.")
    if not all(is_public(address) for address in found):
        raise TargetRefused(f"{target.host} leads into a network that is not public. Nothing is sent there.")
    return found[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, and not one of this machine, its network or its cloud."""
    if "%" in address:  # a zone is of this machine
        return False
    try:
        ip: Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip not in _GIVEN_OUT or any(ip in net for net in _TUNNELS):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local)


def look_up(host: str, port: int) -> list[str]:
    """The addresses that the system finds for a host, in its order."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _refuse_host(host: str, port: int | None) -> None:
    if not _HOST.fullmatch(host):
        raise TargetRefused("Name the host by its public name, like crm.customerhub.net, and not by a number.")
    if any(host == name or host.endswith(f".{name}") for name in _INWARD_NAMES):
        raise TargetRefused(f"{host} is a name of an inner network or one that is set aside. Nothing is sent there.")
    if port is not None and port != 443 and port < 1024:
        raise TargetRefused(f"Port {port} is none that https is served on. Leave it out, or use 443 or one above 1023.")
