"""A leak-like mix made in code: mails that carry the example leak's own documents."""

from __future__ import annotations

import io
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


def picture(dice: random.Random, form: str) -> bytes:
    """A noisy picture of about 400 kB, as a camera or a scanner makes them."""
    from PIL import Image

    width, height = (1240, 1754) if form == "PDF" else (1600, 1200)
    noise = Image.frombytes("L", (width // 4, height // 4), dice.randbytes((width // 4) * (height // 4)))
    out = io.BytesIO()
    noise.resize((width, height)).convert("RGB").save(out, form, quality=80)
    return out.getvalue()


def leak_like(folder: Path, count: int) -> int:
    """Write ``count`` mails, two in three with attachments; the bytes written in all.

    No two mails or attachments are equal: every attachment gets bytes of its
    own at the end, so that nothing comes out of a cache.
    """
    folder.mkdir(parents=True)
    dice = random.Random(2017)
    stock = {kind: [path.read_bytes() for path in sorted(EXAMPLES.rglob(f"*.{kind}"))] for kind, _ in MIX}
    stock["jpg"] += [picture(dice, "JPEG") for _ in range(12)]
    stock["pdf"] += [picture(dice, "PDF") for _ in range(8)]
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
                data = dice.choice(stock[kind])
                if kind in ("pdf", "jpg"):
                    data += b"\n%% %d\n" % dice.randrange(10**9)
                main, sub = _TYPES[kind]
                mail.add_attachment(data, main, sub, filename=f"piece-{number}.{kind}")
        raw = mail.as_bytes()
        total += len(raw)
        (folder / f"{number:05}.eml").write_bytes(raw)
    return total
