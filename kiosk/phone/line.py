"""The sealed line to one phone: keys that live as long as the hand-off, and questions that are answered once."""

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.contract.handoff import (
    DERIVED_BYTES,
    HANDOFF_INFO,
    PUBLIC_KEY_BYTES,
    code_of,
    decode_message,
    encode_message,
)
from server.contract.sealing import KEY_BYTES, Malformed, nonce


class NotTheirs(Exception):
    """No message of the phone that joined, or one that was answered long ago."""


class Line:
    """One phone's; not for two threads at once."""

    def __init__(self, own: X25519PrivateKey, phone_key: bytes, ticket: str) -> None:
        """NotTheirs for what is no key, such as a point whose secret anybody knows (RFC 7748, section 6.1)."""
        if len(phone_key) != PUBLIC_KEY_BYTES:
            raise NotTheirs("a key has 32 bytes")
        try:
            shared = own.exchange(X25519PublicKey.from_public_bytes(phone_key))
        except ValueError as error:
            raise NotTheirs("no key") from error
        salt = own.public_key().public_bytes_raw() + phone_key
        derived = HKDF(algorithm=SHA256(), length=DERIVED_BYTES, salt=salt, info=HANDOFF_INFO).derive(shared)
        self.phone_key = phone_key
        self.code = code_of(derived)
        self._questions = ChaCha20Poly1305(derived[:KEY_BYTES])
        self._answers = ChaCha20Poly1305(derived[KEY_BYTES : 2 * KEY_BYTES])
        self._ticket = ticket.encode()
        self._number = 0
        self._last: tuple[bytes, bytes] | None = None

    def answer(self, message: bytes, think: Callable[[bytes], bytes]) -> bytes:
        """What `think` says to the question inside, sealed; the answer of before to the last question once more."""
        if self._last and message == self._last[0]:
            return self._last[1]
        number, question = self._open(message)
        answer = encode_message(number, self._answers.encrypt(nonce(number), think(question), self._ticket))
        self._number, self._last = number, (message, answer)
        return answer

    def _open(self, message: bytes) -> tuple[int, bytes]:
        try:
            number, sealed = decode_message(message)
            plain = self._questions.decrypt(nonce(number), sealed, self._ticket)
        except (Malformed, InvalidTag) as error:
            raise NotTheirs("does not open") from error
        if number <= self._number:
            raise NotTheirs("an old question")
        return number, plain
