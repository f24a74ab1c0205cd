"""Every reason for not having seen something: stable codes, worded on our side.

The codes are public: scripts match on them, so they are never renamed.
"""

from __future__ import annotations

#: code -> what it means to the reader of a report
PROBLEMS: dict[str, str] = {
    # getting at the bytes
    "unreadable": "the file could not be opened or read",
    "not-a-file": "a device, pipe or socket, which is not opened",
    "link-not-followed": "a symbolic link, which is listed and not followed",
    "changed-while-reading": "the file changed while it was being read",
    "empty": "the file holds no bytes",
    # reading
    "unknown-format": "no known format was recognised in the bytes",
    "unsupported-format": "the format is known and not read by this version",
    "malformed": "the file breaks the rules of its format; what could be read was read",
    "truncated": "the file ends before its format says it should",
    "encrypted": "protected by encryption; the content was not seen",
    "missing-part": "a part the format requires is not there",
    "unsupported-feature": "uses a feature of the format that is not read",
    "readers-disagree": "two independent readers saw different values",
    "reader-warning": "the reading library reported an irregularity",
    "wrong-extension": "the name's ending does not fit what the bytes are",
    "polyglot": "the same bytes are valid in more than one format",
    # limits
    "limit-size": "larger than the size that is read",
    "limit-cpu": "used up its processor time; what was read before is kept",
    "limit-time": "did not finish in time; what was read before is kept",
    "limit-memory": "needed more memory than it may have; what was read before is kept",
    "limit-inflate": "expands too far when decompressed",
    "limit-members": "holds more members than are listed",
    "limit-depth": "nested too deeply",
    "limit-documents": "carries more documents than are examined",
    "limit-text": "has more text than is kept",
    "limit-pages": "has more pages or parts than are read",
    "limit-answer": "produced more facts than are accepted",
    "limit-budget": "the whole archive expands further than allowed",
    # the box
    "reader-crash": "the reading library crashed on this file; what was read before is kept",
    "reader-error": "the reading library failed on this file; what was read before is kept",
    "box-protocol": "the confined reader sent something it may not send; that part was discarded",
    "box-lost": "the confined reader was killed from outside, repeatedly",
    # judging
    "check-error": "a check failed; its question was not answered",
    "too-few-peers": "the model has too few known-genuine documents like this one to say how unusual it is",
}
