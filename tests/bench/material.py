"""A leak-like mix made in code: mails that carry the example leak's own documents."""

from __future__ import annotations

import random
from email.message import EmailMessage
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples" / "leak"
#: share of attachments by kind, as assumed in the design for 2017
MIX = (("pdf", 45), ("docx", 24), ("jpg", 25), ("xlsx", 6))
_TYPES = {
    "pdf": ("application", "pdf"),
    "docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "jpg": ("image", "jpeg"),
}
_WORDS = (
    "bonjour merci facture contrat réunion campagne fournisseur virement demain équipe note projet".split()
)


def leak_like(folder: Path, count: int) -> int:
    """Write ``count`` mails, two in three with attachments; the bytes written in all.

    No two mails or attachments are equal: every attachment gets bytes of its
    own at the end, so that nothing comes out of a cache.
    """
    folder.mkdir(parents=True)
    dice = random.Random(2017)
    stock = {kind: sorted(EXAMPLES.rglob(f"*.{kind}")) for kind, _ in MIX}
    total = 0
    for number in range(count):
        mail = EmailMessage()
        mail["From"] = f"Alice Martin <alice{number % 17}@example.org>"
        mail["To"] = "tresorier@example.org"
        mail["Date"] = (
            f"{dice.choice(['Mon', 'Tue'])}, {1 + number % 28} May 2017 10:{number % 60:02}:00 +0200"
        )
        mail["Subject"] = f"Pièce {number}"
        mail["Message-ID"] = f"<{number}.{dice.randrange(10**9)}@example.org>"
        mail.set_content(" ".join(dice.choice(_WORDS) for _ in range(dice.randrange(40, 900))))
        for _ in range(dice.choice((0, 1, 2))):
            kind = dice.choices([k for k, _ in MIX], [share for _, share in MIX])[0]
            if stock[kind]:
                data = dice.choice(stock[kind]).read_bytes()
                if kind in ("pdf", "jpg"):
                    data += b"\n%% %d\n" % dice.randrange(10**9)
                main, sub = _TYPES[kind]
                mail.add_attachment(data, main, sub, filename=f"piece-{number}.{kind}")
        raw = mail.as_bytes()
        total += len(raw)
        (folder / f"{number:05}.eml").write_bytes(raw)
    return total
