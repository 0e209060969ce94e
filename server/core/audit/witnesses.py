"""Judges the signed statements themselves: whose keys, whole succession, no two that contradict each other."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from server.contract.receipt import SigningKey, endorsed_bytes
from server.core.audit.findings import Finding, Kind
from server.core.audit.statements import Checkpoint, ExportClosed, digest, signed_bytes
from server.core.keys.signing import verify_signature


def trusted_keys(given: Iterable[SigningKey], offered: Iterable[SigningKey]) -> dict[str, str]:
    """Public keys by id: the given ones, and of the offered those that an endorsement ties to a trusted one."""
    trusted = {key.key_id: key.public_key for key in given}
    for key in sorted(offered, key=lambda key: key.starts_at):
        endorser = trusted.get(key.endorsed_by, "")
        if key.key_id not in trusted and verify_signature(endorser, key.endorsement, endorsed_bytes(key)):
            trusted[key.key_id] = key.public_key
    return trusted


def is_signed(statement: Checkpoint | ExportClosed, keys: dict[str, str]) -> bool:
    public_key = keys.get(statement.key_id, "")
    return verify_signature(public_key, statement.signature, signed_bytes(statement))


def check_succession(where: str, checkpoints: Sequence[Checkpoint], keys: dict[str, str]) -> list[Finding]:
    """Whether the checkpoints of one place follow each other from the first without a gap, and are signed.

    A checkpoint's digest covers its signature, so a signature is checked only where no later checkpoint that
    holds names that digest: a year of them is verified in the time of one.
    """
    findings = [_unsigned(where, checkpoint) for checkpoint in _not_vouched(checkpoints, keys)]
    if checkpoints and (checkpoints[0].number, checkpoints[0].previous) != (1, ""):
        findings.append(_missing(where, f"before number {checkpoints[0].number}", checkpoints[0].sequence))
    for earlier, later in pairwise(checkpoints):
        if later.number != earlier.number + 1 or later.previous != digest(earlier):
            between = f"between numbers {earlier.number} and {later.number}"
            findings.append(_missing(where, between, later.sequence))
    return findings


def find_forks(checkpoints: Iterable[Checkpoint]) -> list[Finding]:
    """Signed statements that cannot both be true of one log: same place or same number, different content."""
    by_sequence: dict[int, Checkpoint] = {}
    by_number: dict[int, Checkpoint] = {}
    findings: list[Finding] = []
    for checkpoint in checkpoints:
        same_place = by_sequence.setdefault(checkpoint.sequence, checkpoint)
        same_number = by_number.setdefault(checkpoint.number, checkpoint)
        if same_place.head != checkpoint.head:
            findings.append(_fork(same_place, checkpoint, f"at event {checkpoint.sequence}"))
        elif same_number != checkpoint:
            findings.append(_fork(same_number, checkpoint, f"both as checkpoint {checkpoint.number}"))
    return findings


def _not_vouched(checkpoints: Sequence[Checkpoint], keys: dict[str, str]) -> list[Checkpoint]:
    """Those that neither their own signature nor a sound successor vouches for."""
    unsigned: list[Checkpoint] = []
    vouched = ""
    for checkpoint in reversed(checkpoints):
        if digest(checkpoint) == vouched or is_signed(checkpoint, keys):
            vouched = checkpoint.previous
        else:
            unsigned.append(checkpoint)
            vouched = ""
    return unsigned[::-1]


def _unsigned(where: str, checkpoint: Checkpoint) -> Finding:
    sentence = (
        f"checkpoint {checkpoint.number} {where} (event {checkpoint.sequence}) does not carry a signature of "
        f"{checkpoint.key_id or 'any key'} that the given public key vouches for"
    )
    return Finding(Kind.FORGED, sentence, checkpoint.sequence)


def _missing(where: str, which: str, sequence: int) -> Finding:
    return Finding(Kind.CHECKPOINT_MISSING, f"a checkpoint {which} is missing {where}", sequence)


def _fork(one: Checkpoint, other: Checkpoint, what: str) -> Finding:
    sentence = (
        f"two different logs were signed {what}: at {one.signed_at} with the head {one.head[:16]}…, "
        f"at {other.signed_at} with {other.head[:16]}…"
    )
    return Finding(Kind.FORKED, sentence, min(one.sequence, other.sequence))
