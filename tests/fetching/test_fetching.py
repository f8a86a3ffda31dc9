"""The fetcher against real servers: what it brings, where it follows to, and what it does not put up with."""

import asyncio
import datetime
import gzip
import ssl
from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from blocks.fetching import MAX_REDIRECTS, Fetcher, FetchSettings
from blocks.public_addresses import Address
from blocks.tracing import tracing
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.trace_context import Trace
from tests.fetching.conftest import page

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
NAME = "pinned.example"


@pytest.fixture
def fetcher() -> Fetcher:
    """A fetcher that may call 127.0.0.1, and nothing else that is not public."""
    return Fetcher(allow=[ip_network("127.0.0.1/32")])


async def test_bytes_come_with_the_type_that_they_have(site, fetcher) -> None:
    """What the server calls the bytes does not count; identity encoding is asked for, under the right host."""
    site.says("/ring.html?size=7", page(PNG, "Content-Type: text/html"))
    fetched = await fetcher.fetch(f"{site.url}/ring.html?size=7")
    assert (fetched.data, fetched.media_type, fetched.url) == (PNG, "image/png", f"{site.url}/ring.html?size=7")
    assert f"Host: 127.0.0.1:{site.port}\r\n" in site.asked[0]
    assert "Accept-Encoding: identity\r\n" in site.asked[0]


async def test_the_trace_goes_along(site, fetcher) -> None:
    """A call made for a request carries its correlation id and its trace."""
    site.says("/", page(PNG))
    trace = Trace.received("order-7", "")
    with tracing(trace):
        await fetcher.fetch(f"{site.url}/")
    assert "X-Correlation-ID: order-7\r\n" in site.asked[0]
    assert f"traceparent: 00-{trace.trace_id}-" in site.asked[0]
    assert trace.span_id not in site.asked[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(site, fetcher, status: int) -> None:
    """A relative redirect of every kind leads on."""
    site.redirects("/a/b", "../c", status)
    site.says("/c", page(PNG))
    assert (await fetcher.fetch(f"{site.url}/a/b")).url == f"{site.url}/c"


async def test_redirects_end(site, fetcher) -> None:
    """A circle is left after the allowed number of redirects."""
    site.redirects("/", "/")
    with pytest.raises(UpstreamError, match="redirects more than"):
        await fetcher.fetch(f"{site.url}/")
    assert len(site.asked) == MAX_REDIRECTS + 1


async def test_a_redirect_is_a_new_target(site, start, fetcher) -> None:
    """An allowed server cannot send us to one that is not: no connection is made."""
    inner = await start(host="127.0.0.2")
    inner.says("/", page(b"secret"))
    for location in (
        f"http://127.0.0.2:{inner.port}/",
        f"//127.0.0.2:{inner.port}/",
        "file:///etc/passwd",
        "http://[::1]/",
    ):
        site.redirects("/", location)
        with pytest.raises(InvalidInput):
            await fetcher.fetch(f"{site.url}/", field="picture")
    assert inner.asked == []


async def test_every_hop_is_looked_up_anew(site) -> None:
    """Rebinding between two hops: the name that was allowed first is refused at its second look-up."""
    answers = ["127.0.0.1", "127.0.0.2"]

    async def rebinding(host: str, port: int) -> list[Address]:
        return [ip_address(answers.pop(0))]

    site.redirects("/", "/again")
    fetcher = Fetcher(allow=[ip_network("127.0.0.1/32")], resolver=rebinding)
    with pytest.raises(InvalidInput, match="not on the public Internet"):
        await fetcher.fetch(f"http://{NAME}:{site.port}/")
    assert len(site.asked) == 1


async def test_too_much_is_refused_before_it_is_read(site, fetcher) -> None:
    """A declared length above the limit ends the call; the body is not waited for."""
    site.says("/", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    with pytest.raises(InvalidInput, match="99999999999 bytes; at most 1000"):
        await fetcher.fetch(f"{site.url}/", max_bytes=1000)


async def test_an_endless_body_is_cut(site, fetcher) -> None:
    """A body without a length is counted while it comes."""

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"10000\r\n" + bytes(65536) + b"\r\n")
            await writer.drain()

    site.pages["/"] = endless
    with pytest.raises(InvalidInput, match="more than the 1000000 bytes"):
        await fetcher.fetch(f"{site.url}/", max_bytes=1_000_000)


async def test_exactly_the_limit_is_taken(site, fetcher) -> None:
    """The limit itself is allowed."""
    site.says("/", page(bytes(1000)))
    assert len((await fetcher.fetch(f"{site.url}/", max_bytes=1000)).data) == 1000


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nlying",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nlying",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"not HTTP at all\r\n\r\n",
        b"",
    ],
    ids=["short", "short chunk", "two lengths", "negative", "endless head", "no HTTP", "nothing"],
)
async def test_a_lying_server_is_a_failure_of_that_server(site, fetcher, answer: bytes) -> None:
    """Half an answer is never taken for a whole one."""
    site.says("/", answer)
    with pytest.raises(UpstreamError) as failure:
        await fetcher.fetch(f"{site.url}/")
    assert (failure.value.service, failure.value.retryable) == ("127.0.0.1", True)


async def test_more_than_declared_is_not_read(site, fetcher) -> None:
    """The declared length is what counts."""
    site.says("/", page(b"12345") + b"67890")
    assert (await fetcher.fetch(f"{site.url}/")).data == b"12345"


async def test_compressed_bytes_are_not_unpacked(site, fetcher) -> None:
    """A server that compresses although it was asked not to may send a bomb."""
    site.says("/", page(gzip.compress(bytes(10_000_000)), "Content-Encoding: gzip"))
    with pytest.raises(UpstreamError, match="compressed"):
        await fetcher.fetch(f"{site.url}/")


@pytest.mark.parametrize("drip", [b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"], ids=["head", "body"])
async def test_a_slow_server_is_left(site, fetcher, drip: bytes) -> None:
    """One byte now and then does not stretch the deadline, which is for everything together."""

    async def slowly(writer: asyncio.StreamWriter) -> None:
        writer.write(drip)
        while not writer.is_closing():
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.write(b"T")

    site.pages["/"] = slowly
    with pytest.raises(UpstreamError, match=r"took longer than 0.5 s") as failure:
        await fetcher.fetch(f"{site.url}/", timeout_s=0.5)
    assert failure.value.retryable


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (410, False), (429, True), (500, True), (204, False)])
async def test_an_error_status_is_a_failure(site, fetcher, status: int, retryable: bool) -> None:
    """Only a full answer is one; overload and the server's own faults may pass."""
    site.says("/", f"HTTP/1.1 {status} Status\r\nContent-Length: 0\r\n\r\n".encode())
    with pytest.raises(UpstreamError, match=f"HTTP {status}") as failure:
        await fetcher.fetch(f"{site.url}/")
    assert failure.value.retryable is retryable


def certificate(name: str, folder) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's TLS with a certificate for `name`, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    return server, ssl.create_default_context(cafile=folder / "both.pem")


@pytest.mark.parametrize(("name", "trusted"), [(NAME, True), ("other.example", False)])
async def test_the_certificate_is_checked_for_the_name(start, tmp_path, name: str, trusted: bool) -> None:
    """The connection goes to an address, and TLS still asks for the name's own certificate."""
    server_tls, client_tls = certificate(name, tmp_path)
    site = await start(tls=server_tls)
    site.says("/", page(PNG))

    async def here(host: str, port: int) -> list[Address]:
        return [ip_address("127.0.0.1")]

    fetcher = Fetcher(allow=[ip_network("127.0.0.1/32")], resolver=here, tls=client_tls)
    if trusted:
        assert (await fetcher.fetch(f"https://{NAME}:{site.port}/")).data == PNG
        assert f"Host: {NAME}:{site.port}\r\n" in site.asked[0]
    else:
        with pytest.raises(UpstreamError, match="certificate"):
            await fetcher.fetch(f"https://{NAME}:{site.port}/")
        assert site.asked == []


async def test_nobody_answers(fetcher, site) -> None:
    """A closed port is the other side's failure, and may pass."""
    closed = Fetcher(allow=[ip_network("127.0.0.3/32")])
    with pytest.raises(UpstreamError) as failure:
        await closed.fetch(f"http://127.0.0.3:{site.port}/")
    assert failure.value.retryable


async def test_a_post_says_what_came_back_and_follows_nothing(site, fetcher) -> None:
    """The status is returned as it is; a redirect of a POST is an answer like any other."""
    site.redirects("/hook", "/elsewhere", 307)
    assert await fetcher.post(f"{site.url}/hook", b'{"a":1}', {"Content-Type": "application/json"}) == 307
    assert len(site.asked) == 1
    assert site.asked[0].startswith("POST /hook HTTP/1.1\r\n")
    assert "Content-Length: 7\r\n" in site.asked[0]


async def test_check_refuses_without_calling(site, fetcher) -> None:
    """An edge can refuse a target before any work is done."""
    await fetcher.check(f"{site.url}/", field="webhook_url")
    with pytest.raises(InvalidInput, match="webhook_url: localhost is not on the public Internet"):
        await Fetcher(allow=()).check(f"http://localhost:{site.port}/", field="webhook_url")
    assert site.asked == []


def test_networks_come_from_the_environment(monkeypatch) -> None:
    """ATELIER_FETCH_ALLOW holds networks, comma separated; a bare address is one of its own."""
    monkeypatch.setenv("ATELIER_FETCH_ALLOW", "127.0.0.1, 10.1.0.0/16,fd00::/8")
    assert FetchSettings().allow == tuple(map(ip_network, ("127.0.0.1/32", "10.1.0.0/16", "fd00::/8")))
