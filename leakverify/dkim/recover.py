"""The public key of a retired selector, computed from two mails that it signed.

For an RSA signature s of a padded digest m, the modulus n divides s^e - m.  Two
of these numbers have n as their greatest common divisor, up to a small factor
(blog.ploetzli.ch, 2018).  It works only when both mails are still, in canonical
form, what was signed: success says that they are, failure says nothing.

The numbers have 134 million bits for a key of 2,048 and the exponent 65,537, so
the work is done in a process of its own, which can be stopped at any time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import msgspec

from leakverify.dkim.keys import Key, KeyRing, rsa_record
from leakverify.dkim.opening import open_signature, padded_digest
from leakverify.dkim.verify import STEMS, STORED, Signature
from leakverify.evidence import UnitResult

#: exponents tried: 3 and 17 cost nothing, 65537 is what nearly every key has
EXPONENTS = (3, 17, 65_537)
#: pairs of signatures tried for one key, and signatures taken of it
_PAIRS, _TAKEN = 3, 12
#: sizes of keys in bytes; larger ones would take memory and time out of all proportion
_SMALLEST, _LARGEST = 48, 512
#: what the gcd may hold beside the modulus: it shrinks like the chance of a common factor
_COFACTOR = 1 << 16


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A signature whose body is still the one signed: what recovery works on."""

    domain: str
    selector: str
    value: bytes
    hash: str
    digest: str
    time: str = ""


class Recovering(msgspec.Struct, frozen=True, kw_only=True):
    """Where recovery stands: ``done`` of ``total`` keys, the one at work, ``found`` so far, seconds."""

    done: int
    total: int
    name: str
    found: int
    elapsed: float


def stored_signatures(units: Iterable[UnitResult]) -> Iterator[Stored]:
    """RSA signatures of stored mails whose body hash holds, ARC's among them, in the order given."""
    for unit in units:
        for extraction in unit.extractions:
            if "mail" not in extraction.formats:
                continue
            by_part: dict[str, Signature] = {}
            for observation in extraction.observations:
                stem, _, name = observation.name.rpartition(".")
                if stem in STEMS:
                    part = observation.where.part
                    by_part.setdefault(part, Signature(stem, part, {})).facts.setdefault(name, observation)
            for signature in by_part.values():
                yield from _usable(signature)


def _usable(signature: Signature) -> Iterator[Stored]:
    kind, _, hashed = signature.text("algorithm").partition("-")
    holds = signature.is_seal or signature.text("body") in STORED
    value = signature.value
    if (
        kind == "rsa"
        and holds
        and signature.text("digest")
        and not signature.text("malformed")
        and _SMALLEST <= len(value) <= _LARGEST
        and signature.domain
    ):
        yield Stored(
            domain=signature.domain, selector=signature.text("selector").lower(), value=value, hash=hashed,
            digest=signature.text("digest"), time=signature.text("time"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """Signatures of one name and one length of key, one of each value."""

    domain: str
    selector: str
    signatures: tuple[Stored, ...]


def tasks(signatures: Iterable[Stored], held: KeyRing) -> list[Task]:
    """What can be recovered and is not at hand, names with the most signatures first."""
    groups: dict[tuple[str, str, int], dict[bytes, Stored]] = {}
    for one in signatures:
        group = groups.setdefault((one.domain, one.selector, len(one.value)), {})
        if len(group) < 1_000:
            group.setdefault(one.value, one)
    found = []
    for (domain, selector, _), group in groups.items():
        distinct = {one.digest: one for one in group.values()}  # the same mail twice gives no second equation
        if len(distinct) < 2:
            continue
        if any(opens(key, one) for key in held.find(domain, selector) for one in distinct.values()):
            continue
        found.append(Task(domain, selector, tuple(distinct.values())))
    return sorted(found, key=lambda task: (-len(task.signatures), task.domain, task.selector))


def opens(key: Key, one: Stored) -> bool:
    """Whether a key made a value over exactly the digest beside it."""
    material = key.material
    if material.kind != "rsa" or material.flaw:
        return False
    opened = open_signature(one.value, material.modulus, material.exponent)
    return opened is not None and (opened.hash, opened.digest) == (one.hash, one.digest)


def recover(
    signatures: Iterable[Stored],
    held: KeyRing,
    *,
    seconds: float = 60.0,
    progress: Callable[[Recovering], None] | None = None,
) -> tuple[Key, ...]:
    """Every key that can be computed from these signatures, at most ``seconds`` for each.

    An interruption (Ctrl-C) ends the process at work and is passed on.
    """
    todo = tasks(signatures, held)
    started = time.monotonic()
    found: list[Key] = []
    for done, task in enumerate(todo):
        if progress is not None:
            progress(
                Recovering(
                    done=done,
                    total=len(todo),
                    name=f"{task.selector}._domainkey.{task.domain}",
                    found=len(found),
                    elapsed=time.monotonic() - started,
                )
            )
        key = _in_process(task, seconds)
        if key is not None:
            found.append(key)
    if progress is not None and todo:
        elapsed = time.monotonic() - started
        progress(Recovering(done=len(todo), total=len(todo), name="", found=len(found), elapsed=elapsed))
    return tuple(found)


def _in_process(task: Task, seconds: float) -> Key | None:
    """The key of one task, computed in a process of its own; ``None`` when none came out in time."""
    asked = [
        {"value": one.value.hex(), "hash": one.hash, "digest": one.digest} for one in task.signatures[:_TAKEN]
    ]
    # a session of its own, so that Ctrl-C reaches us only, and we end it
    with subprocess.Popen(
        [sys.executable, "-m", "leakverify.dkim.recover"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            answer, _ = process.communicate(json.dumps(asked).encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            process.kill()
    try:
        told = json.loads(answer)
        modulus, exponent = int(told["modulus"], 16), int(told["exponent"])
    except (ValueError, TypeError, KeyError):
        return None
    record = rsa_record(modulus, exponent)
    key = Key(domain=task.domain, selector=task.selector, record=record, recovered=True)
    fits = [one for one in task.signatures if opens(key, one)]
    if len(fits) < 2:
        return None
    times = sorted(one.time[:10] for one in fits if one.time)
    return msgspec.structs.replace(
        key,
        first=times[0] if times else "",
        last=times[-1] if times else "",
        source=f"computed from {len(fits)} signatures of this archive",
    )


# in the process of its own --------------------------------------------------------------------------


def modulus_of(signatures: Sequence[Mapping[str, str]]) -> tuple[int, int] | None:
    """Modulus and exponent common to two of these signatures, small exponents first.

    A third signature, where there is one, has to fit as well; else the two from
    which it was computed do.
    """
    import gmpy2

    known = []
    for one in signatures:
        value = bytes.fromhex(one["value"])
        padded = padded_digest(len(value), one["hash"], one["digest"])
        if padded:
            known.append((value, gmpy2.mpz(int.from_bytes(value, "big")), gmpy2.mpz(padded), one))
    for exponent in EXPONENTS:
        for first, second in list(combinations(range(len(known)), 2))[:_PAIRS]:
            common = gmpy2.gcd(
                known[first][1] ** exponent - known[first][2], known[second][1] ** exponent - known[second][2]
            )
            modulus = int(_without_small_factors(common, 8 * len(known[first][0])))
            if modulus and all(
                _fits(known[at][0], modulus, exponent, known[at][3]) for at in (first, second)
            ):
                return modulus, exponent
    return None


def _without_small_factors(common: object, bits: int) -> int:
    """The modulus in a common divisor: what is left when every prime below the bound is taken out."""
    left = int(common)  # type: ignore[call-overload]
    if left.bit_length() > bits + 4_096:
        return 0
    factor = 2
    while factor < _COFACTOR and left.bit_length() > bits:
        while left % factor == 0 and left.bit_length() > bits:
            left //= factor
        factor += 1 if factor == 2 else 2
    # a key of full length has its top bit set; a common factor may hide in the last bits
    for factor in (*range(3, 2_000, 2), 2):
        while left % factor == 0:
            left //= factor
    return left if bits - 8 < left.bit_length() <= bits else 0


def _fits(value: bytes, modulus: int, exponent: int, one: Mapping[str, str]) -> bool:
    opened = open_signature(value, modulus, exponent)
    return opened is not None and (opened.hash, opened.digest) == (one["hash"], one["digest"])


def main() -> None:
    """Read signatures from standard input, write the key to standard output; both JSON."""
    found = modulus_of(json.load(sys.stdin))
    if found is not None:
        json.dump({"modulus": f"{found[0]:x}", "exponent": found[1]}, sys.stdout)


if __name__ == "__main__":
    main()
