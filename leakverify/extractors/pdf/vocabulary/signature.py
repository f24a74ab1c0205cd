"""What is read of signatures."""

from __future__ import annotations

from leakverify.extractors._base import Declared, count, flag, text, token, when

VOCABULARY: dict[str, Declared] = {
    "pdf.signature.count": count("signatures and time stamps of the document as it stands"),
    "pdf.signature.byte_range": token("bytes it covers: offset length pairs", repeats=True),
    "pdf.signature.kind": token("approval, certification, time-stamp or usage-rights", repeats=True),
    "pdf.signature.sub_filter": token("kind of value", repeats=True),
    "pdf.signature.field": text("full name of its field", repeats=True),
    "pdf.signature.software": text("program that made it, as stated in it", repeats=True),
    "pdf.signature.when": when(
        "signing time as stated in the dictionary, not part of the value", repeats=True
    ),
    "pdf.signature.name": text("signer as stated in the dictionary", repeats=True),
    "pdf.signature.reason": text("reason as stated in the dictionary", repeats=True),
    "pdf.signature.permits": token(
        "what may be changed afterwards: 1 nothing, 2 forms and signatures, 3 comments too", repeats=True
    ),
    "pdf.signature.locks": text("form fields that may not be changed afterwards", repeats=True),
    "pdf.signature.coverage": token(
        "file, revision (all of the document as it was after a save), less, or unfit: "
        "the range is not one over these bytes",
        repeats=True,
    ),
    "pdf.signature.odd": token("what is out of order with the range", repeats=True),
    "pdf.signature.bytes_after": count("bytes of the file after what it covers", "bytes", repeats=True),
    "pdf.signature.digest": token(
        "whether the covered bytes are those that were hashed: holds, fails, not-hashed, unsupported, "
        "unreadable",
        repeats=True,
    ),
    "pdf.signature.value": token(
        "whether the value was made with the key of its own certificate: holds, fails, refused, "
        "not-hashed, unsupported, unreadable",
        repeats=True,
    ),
    "pdf.signature.signed": when("signing time in the value, by the signer's clock", repeats=True),
    "pdf.signature.stamp": token("whether a time stamp over the value fits it", repeats=True),
    "pdf.signature.stamped": when("time stated by a time-stamping service", repeats=True),
    "pdf.signature.certificate.subject": text("whom the signer's certificate names", repeats=True),
    "pdf.signature.certificate.issuer": text("who issued it, as it says", repeats=True),
    "pdf.signature.certificate.serial": token("its serial number, hex", repeats=True),
    "pdf.signature.certificate.begins": when("begin of its validity", repeats=True),
    "pdf.signature.certificate.ends": when("end of its validity", repeats=True),
    "pdf.signature.certificate.self_issued": flag("it names itself as its issuer", repeats=True),
    "pdf.signature.rules": token(
        "most that pyHanko's rules find in later saves: none, validation-data, form, annotations, other; "
        "not-covered or not-run",
        repeats=True,
    ),
    "pdf.signature.trace": token(
        "what is left of a signature the document does not have: loose-value, earlier-save, flags, "
        "permissions, validation-data",
        repeats=True,
    ),
}
