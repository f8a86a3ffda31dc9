"""Which URLs and addresses on the Internet may be called on behalf of somebody outside: only public ones.

Whoever gives us a URL must not reach through us what only we can reach: this machine, its network, a cloud's
metadata service. What counts is the address that a connection goes to, so every form of writing one is seen through.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from tasks.domain.errors import InvalidInput, UpstreamError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Awaitable[list[Address]]]

MAX_URL_LENGTH = 2048
WEB_PORTS = {80, 443}
LAST_PORT = 65_535
FIRST_FREE_PORT = 1024  # below it, and beside the web's two, other protocols listen: mail, shells, databases of names

# Beyond what `ipaddress` of this Python calls private: newer registrations, and Azure's host, which looks public.
_CLOSED = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/23", "2001:db8::/32", "3fff::/20"))
)
_UNICAST = ip_network("2000::/3")  # all that is given out of IPv6 for public use
_NAT64, _6TO4 = ip_network("64:ff9b::/96"), ip_network("2002::/16")
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # an interface id that holds an IPv4 address
_LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


def is_public(address: Address, allow: Iterable[Network] = ()) -> bool:
    """Tell whether `address` is on the public Internet, or in one of the networks that the operator allows."""
    inner = _seen_through(address)
    if any(inner in network for network in allow):
        return True
    if inner.is_multicast or not inner.is_global or any(inner in network for network in _CLOSED):
        return False
    return isinstance(inner, IPv4Address) or (inner in _UNICAST and (int(inner) >> 32) & 0xFFFF_FFFF not in _ISATAP)


def _seen_through(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for (mapped, NAT64, 6to4), or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _6TO4:
        return IPv4Address(int(address) >> 80 & 0xFFFF_FFFF)
    return address


def checked_url(url: str, *, field: str) -> httpx.URL:
    """Return `url` taken apart, if it is one that we would call; names are not looked up yet.

    Raises InvalidInput naming `field`.
    """
    if len(url) > MAX_URL_LENGTH:
        raise InvalidInput(field, f"is longer than {MAX_URL_LENGTH} characters")
    if "\\" in url or any(character.isspace() for character in url):
        raise InvalidInput(field, "holds a space or a backslash")
    try:
        parsed = httpx.URL(url)
        _ = parsed.host  # decodes an internationalised name
    except (httpx.InvalidURL, ValueError) as error:
        raise InvalidInput(field, f"is not a URL: {error}") from error
    if problem := _problem(parsed):
        raise InvalidInput(field, problem)
    return parsed


def _problem(url: httpx.URL) -> str:
    host = url.raw_host.decode("ascii", "replace")
    if url.scheme not in ("http", "https"):
        return "must begin with http:// or https://"
    if url.userinfo or b"@" in url.netloc:
        return "must not hold a user name or password"
    if not host or "%" in host or host.endswith(".") or ".." in host:
        return "must name a host"
    if url.port is not None and url.port not in WEB_PORTS and not FIRST_FREE_PORT <= url.port <= LAST_PORT:
        return f"must use port 80, 443, or one from {FIRST_FREE_PORT} to {LAST_PORT}"
    if _LOOKS_LIKE_A_NUMBER.fullmatch(host.rpartition(".")[2]) and not _is_plain_ipv4(host):
        return "writes an address in a form other than 1.2.3.4"
    return ""


def _is_plain_ipv4(host: str) -> bool:
    try:
        return str(IPv4Address(host)) == host
    except ValueError:
        return False


async def public_addresses(
    host: str, port: int, *, field: str, allow: Iterable[Network] = (), resolver: Resolver | None = None
) -> list[Address]:
    """Return where `host` is; one address that is not public spoils them all.

    Raises InvalidInput naming `field`, and UpstreamError when the name cannot be looked up.
    """
    addresses = await (resolver or resolve)(host, port)
    if not addresses:
        raise UpstreamError(host, "has no address")
    if not all(is_public(address, allow) for address in addresses):
        raise InvalidInput(field, f"{host} is not on the public Internet")
    return addresses


async def resolve(host: str, port: int) -> list[Address]:
    """Look `host` up as the system does; raises UpstreamError."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        passing = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        raise UpstreamError(host, "is not a name that can be looked up", retryable=passing) from error
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))
