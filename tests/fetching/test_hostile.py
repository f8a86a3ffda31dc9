"""The corpus of hostile URLs against the fetcher: what counts is where connections go."""

from ipaddress import ip_address
from pathlib import Path

import httpcore
import pytest

from blocks.fetching import Fetcher
from blocks.public_addresses import Address, is_public, resolve
from tasks.domain.errors import InvalidInput, UpstreamError

# One URL a line, odd characters as escapes. What cannot stand in a line is added here.
LINES = (Path(__file__).parent / "hostile.txt").read_text().splitlines()
WRITTEN = [line.encode().decode("unicode_escape") for line in LINES if line and not line.startswith("#")]
TOO_LONG = ["http://" + "a." * 200 + "example/", "http://public.example/" + "a" * 3000]
URLS = [*WRITTEN, *TOO_LONG, "", " ", "#x"]

# Names of the corpus; every other host is looked up by the system, as in production.
NAMES = {
    "public.example": ["93.184.215.14"],
    "loopback.example": ["127.0.0.1"],
    "loopback6.example": ["::1"],
    "private.example": ["10.0.0.7"],
    "private6.example": ["fd12:3456:789a::1"],
    "metadata.example": ["169.254.169.254"],
    "azure-host.example": ["168.63.129.16"],
    "half.example": ["93.184.215.14", "127.0.0.1"],
    "half6.example": ["93.184.215.14", "::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "sixtofour.example": ["2002:7f00:1::"],
    "link-local.example": ["fe80::1"],
    "unspecified.example": ["0.0.0.0"],
    "nobody.example": [],
}

PUBLIC = "1.1.1.1 8.8.8.8 93.184.215.14 192.0.1.1 172.32.0.1 100.128.0.1 2606:4700::1111 2a00:1450::1 64:ff9b::808:808"


class Notebook(httpcore.AsyncNetworkBackend):
    """A network that writes down where it is asked to connect to, and connects nowhere."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def connect_tcp(self, host, port, **options):
        self.asked.append(host)
        raise httpcore.ConnectError("written down")


async def look_up(host: str, port: int) -> list[Address]:
    """Answer for the corpus's own names; ask the system for the rest, odd forms of numbers above all."""
    return [ip_address(each) for each in NAMES[host]] if host in NAMES else await resolve(host, port)


@pytest.mark.parametrize("url", URLS, ids=lambda url: ascii(url)[:60])
async def test_no_hostile_url_leads_to_a_connection(url: str) -> None:
    """Every URL of the corpus is refused, or its host is not known; none is connected to."""
    network = Notebook()
    with pytest.raises((InvalidInput, UpstreamError)):
        await Fetcher(allow=(), resolver=look_up, network=network).fetch(url, field="picture")
    assert network.asked == []


def test_the_corpus_is_large_and_has_no_doubles() -> None:
    """At least 150 different hostile URLs."""
    assert len(URLS) == len(set(URLS)) >= 150


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_pass(address: str) -> None:
    """The guard refuses what is not public, not everything."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize("url", ["http://public.example/", "https://public.example:8443/a?b=c", "http://1.1.1.1:1024/"])
async def test_the_connection_goes_to_the_address_that_was_checked(url: str) -> None:
    """A public target is connected to by its address, so that no second look-up can change it."""
    network = Notebook()
    with pytest.raises(UpstreamError, match="written down"):
        await Fetcher(allow=(), resolver=look_up, network=network).fetch(url)
    assert network.asked == [NAMES["public.example"][0] if "public" in url else "1.1.1.1"]


async def test_a_name_that_changes_its_address_is_asked_once() -> None:
    """Rebinding: a name that is public when checked and private right after leads to the public address only."""
    answers = [["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> list[Address]:
        return [ip_address(each) for each in answers.pop(0)]

    network = Notebook()
    with pytest.raises(UpstreamError):
        await Fetcher(allow=(), resolver=rebinding, network=network).fetch("http://rebinding.example/")
    assert network.asked == ["93.184.215.14"]
    assert len(answers) == 2


async def test_every_public_address_of_a_name_is_tried() -> None:
    """A host whose first address does not answer is reached at its next one."""

    async def two(host: str, port: int) -> list[Address]:
        return [ip_address("1.1.1.1"), ip_address("2606:4700::1111")]

    network = Notebook()
    with pytest.raises(UpstreamError):
        await Fetcher(allow=(), resolver=two, network=network).fetch("https://two.example/")
    assert network.asked == ["1.1.1.1", "2606:4700::1111"]


async def test_a_refusal_names_the_field_of_the_caller() -> None:
    """What the caller reads says which of his fields is wrong."""
    with pytest.raises(InvalidInput) as refusal:
        await Fetcher(allow=(), resolver=look_up, network=Notebook()).fetch("http://loopback.example/", field="picture")
    assert refusal.value.field == "picture"
