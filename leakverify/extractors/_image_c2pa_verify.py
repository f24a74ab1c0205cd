"""Whether a C2PA manifest holds, by c2pa-python, where that extra is installed.

The library is native code over hostile bytes: it only ever runs here, in the
box, which gives it no file and no socket; fetching manifests and revocation
lists is switched off as well.  It is called for pictures in which our own walk
found a manifest, and not at all without the extra.  No list of trusted signers
is given to it, so a manifest that holds says that its bytes fit a certificate
in the file, and nothing of whose that is.

Tried with c2pa-python 0.38.1 on the 16 public test files of the Content
Authenticity Initiative: 2 to 20 ms each, one thread, 12 MiB more in the box.
"""

from __future__ import annotations

import importlib.util
import io
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from leakverify.evidence import Location, Observation
from leakverify.extractors._base import Declared, Fault, token

C2PA_VERIFY_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "c2pa.validation.state": token(
            "what c2pa-python says of the manifest, without any list of trusted signers: Valid or Invalid"
        ),
        "c2pa.validation.failure": token("what of the manifest does not hold (C2PA 2.1, 15.2)", repeats=True),
    }
)

#: whether the extra is there; looked up without loading it
AVAILABLE = importlib.util.find_spec("c2pa") is not None
_SETTINGS = json.dumps({"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}})
#: codes told of one picture; no signer is trusted here, so that one is left out
_CODES, _UNTRUSTED = 20, "signingCredential.untrusted"


def verified(data: bytes, media_type: str, where: Location) -> Iterator[Observation | Fault]:
    """What the library says of the manifest of a picture; nothing without the extra. Never raises."""
    if not AVAILABLE:
        return
    import c2pa

    try:
        context = c2pa.Context(c2pa.Settings.from_json(_SETTINGS))
        with c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader:
            said = json.loads(reader.json())
        state = said.get("validation_state")
        codes = dict.fromkeys(
            str(status.get("code", "")) for status in said.get("validation_status") or () if status
        )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a library does with hostile bytes
        yield Fault("reader-error", f"c2pa-python: {type(error).__name__}: {str(error)[:200]}", where)
        return
    if isinstance(state, str):
        yield Observation(name="c2pa.validation.state", value=state[:40], where=where)
    for code in [code for code in codes if code and code != _UNTRUSTED][:_CODES]:
        yield Observation(name="c2pa.validation.failure", value=code[:100], where=where)
