"""A coturn of its own on this machine: a relay over UDP, TCP and TLS, with one user whose password it is told."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from server.contract.call import TurnServer
from tests.journeys.waiting import until
from tests.support.seaweedfs import free_ports

CERTIFICATE = "relay.pem"
"""In the folder; whoever is to believe the relay over TLS trusts it."""
HOST, REALM, USER, PASSWORD = "127.0.0.1", "careferry.test", "call", "relay-of-the-tests"


@asynccontextmanager
async def open_relay(folder: Path) -> AsyncGenerator[dict[str, TurnServer]]:
    """The relay's addresses by way: `udp`, `tcp`, `tls`."""
    plain, secure = free_ports(2)
    certificate, key = _certificate(folder)
    command = [
        "turnserver",
        "--no-cli",
        "--log-file=stdout",
        "--lt-cred-mech",
        "--allow-loopback-peers",
        f"--listening-ip={HOST}",
        f"--relay-ip={HOST}",
        f"--listening-port={plain}",
        f"--tls-listening-port={secure}",
        f"--realm={REALM}",
        f"--user={USER}:{PASSWORD}",
        f"--cert={certificate}",
        f"--pkey={key}",
        f"--pidfile={folder / 'turnserver.pid'}",
        f"--userdb={folder / 'turndb'}",
    ]
    with (folder / "turnserver.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
        try:
            await until(lambda: _answers(plain), within_s=20, what=f"coturn to answer; see {folder}")
            yield {
                "udp": _server(f"turn:{HOST}:{plain}?transport=udp"),
                "tcp": _server(f"turn:{HOST}:{plain}?transport=tcp"),
                "tls": _server(f"turns:{HOST}:{secure}?transport=tcp"),
            }
        finally:
            process.terminate()
            await process.wait()


def _server(url: str) -> TurnServer:
    expires_at = datetime.now(UTC) + timedelta(minutes=10)
    return TurnServer(urls=(url,), username=USER, credential=PASSWORD, expires_at=expires_at)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, REALM)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    certificate, private = folder / CERTIFICATE, folder / "relay.key"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
