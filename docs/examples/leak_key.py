"""The answer key of the example leak: what made each file, what was altered, what an examiner would find.

``check`` is the check that asks the question; ``place`` the attachment concerned, where it is not the file itself.
"""

from __future__ import annotations

_WRITER = "LibreOffice Writer 7.4, exported as PDF"
_WORD_LIKE = "tests/forge/word.py, laid out as Word lays it out; not made by Word"
_MAIL = "Python's email package, with the trace of a delivery put on top"
_PHOTO = "drawn by a script, saved by Pillow, EXIF and thumbnail by ExifTool; the camera is invented"

#: path -> how it was made and what was then done to it
ALTERED: dict[str, dict[str, str]] = {
    "factures/F-2026-1011_delorme.pdf": {
        "made": _WRITER,
        "altered": "The sum to pay was raised from 3 480,00 € to 9 480,00 €: a white area over it and the other sum on that, nine "
        "days later, saved as an incremental update.",
        "examiner": "Cutting the file after the first %%EOF gives the invoice with 3 480,00 €, which is also what the lines "
        "of the invoice add up to; both sums can be selected at the same place.",
        "check": "LV-PDF-002",
    },
    "factures/F-2026-0302_cormoran.pdf": {
        "made": _WRITER + "/A-2",
        "altered": "Both dates of the Info dictionary were set back by seven months with ExifTool.",
        "examiner": "XMP and the earlier revision still state 16 October 2026.",
        "check": "LV-PDF-001",
    },
    "contrats/contrat_exclusivite_lumen.docx": {
        "made": "LibreOffice Writer 7.4, saved as DOCX",
        "altered": "docProps/app.xml was made to name Microsoft Office Word, version 14 (2010).",
        "examiner": "The package is laid out as LibreOffice lays it out: parts, order, flags, real times, no rsids.",
        "check": "LV-OOX-001",
    },
    "contrats/avenant_cormoran_2012.docx": {
        "made": _WORD_LIKE,
        "altered": "Created and modified were set to 14 May 2012.",
        "examiner": "The parts declare namespaces of 2018 to 2024, and AppVersion 16 did not exist in 2012.",
        "check": "LV-OOX-002",
    },
    "contrats/accord_cadre_delorme_2014.pdf": {
        "made": _WRITER,
        "altered": "All dates in Info and XMP were set to 18 March 2014 and Adobe programs named as the makers.",
        "examiner": "The XMP toolkit that wrote the packet was built on 11 June 2023.",
        "check": "LV-XMP-001",
    },
    "contrats/mandat_lumen.docx": {
        "made": _WORD_LIKE,
        "altered": "Two letters of the last author's name are Cyrillic.",
        "examiner": "The name reads Antoine Lemoine and is not equal to it: U+043E and U+0435.",
        "check": "LV-NAME-001",
    },
    "compta/remboursements.xlsx": {
        "made": "LibreOffice Calc 7.4, saved as XLSX",
        "altered": "The editing time was set to -574302 minutes.",
        "examiner": "Nothing is edited for less than no time; a clock set back by 398 days during the session leaves this.",
        "check": "LV-OOX-003",
    },
    "photos/IMG_0427.jpg": {
        "made": _PHOTO,
        "altered": "The picture was exchanged for a dark and crowded hall; EXIF and its thumbnail stayed.",
        "examiner": "The thumbnail shows a bright hall with two crates and one person.",
        "check": "LV-IMG-002",
    },
    "mailbox/006_bon_de_commande.eml": {
        "made": _MAIL,
        "altered": "The Date header was set back from 12 November to 3 September 2026.",
        "examiner": "Three servers of one delivery state 12 November within eight seconds; so does the Message-ID.",
        "check": "LV-MAIL-003",
    },
    "mailbox/007_releve_heures.eml": {
        "made": _MAIL + "; attached: " + _WORD_LIKE,
        "altered": "The attached statement of hours was exchanged for one that was made a month after the mail.",
        "examiner": "The attachment was created and saved on 9 November 2026; the mail was delivered on 7 October.",
        "check": "LV-MAIL-002",
        "place": "releve_heures_octobre.docx",
    },
}

#: path -> (how it was made, what may look odd and is not)
GENUINE: dict[str, tuple[str, str]] = {
    "README.txt": ("typed", ""),
    "archives/pieces_octobre.zip": (
        "Info-ZIP 3.0",
        "Files were unpacked and packed again: the times in the ZIP are later than those in the documents.",
    ),
    "archives/sauvegarde_site.tar.gz": ("GNU tar and Python's gzip", ""),
    "compta/budget_2026.xlsx": ("LibreOffice Calc 7.4, saved as XLSX", ""),
    "compta/export_banque_octobre.xlsx": (
        "XlsxWriter 3.3.1",
        "Names Microsoft Excel, as XlsxWriter always does; no author.",
    ),
    "compta/grand_livre_2026.csv": ("Python, Windows-1252, CRLF", ""),
    "compta/notes_de_frais_2026.xlsx": ("openpyxl 3.1.5", ""),
    "contacts/telephones.csv": ("Python, UTF-8 with a byte order mark", "A colleague's name in Cyrillic."),
    "contrats/charte_graphique.docx": ("pandoc 2.17", "Names Microsoft Word, left in pandoc's template."),
    "contrats/contrat_impression_delorme_2026.docx": (_WORD_LIKE, ""),
    "contrats/convention_salle_2026.docx": (
        _WORD_LIKE + "; then opened and saved with LibreOffice 7.4",
        "Saved again four days later by another program, which kept author and dates.",
    ),
    "contrats/lettre_cotisation.docx": (
        "python-docx 1.2.0",
        "States 2013 and Microsoft Macintosh Word, left in the library's template.",
    ),
    "factures/BL-2026-203_scan.pdf": (
        "LibreOffice Writer 7.4, then rasterised, laid crooked and made noisy; PDF by Pillow",
        "A picture without text, as scanners send it.",
    ),
    "factures/F-2026-0912_delorme.pdf": (_WRITER, ""),
    "factures/F-2026-0930_cormoran.pdf": (
        _WRITER + ", linearised by qpdf 11.3",
        "Two %%EOF marks in one revision.",
    ),
    "factures/F-2026-1008_lumen.pdf": ("Chromium 156, printed to PDF", ""),
    "factures/F-2026-1022_delorme_visee.pdf": (
        _WRITER + "; then annotated (tests/forge/pdf.py)",
        "A second revision: the treasurer's note in the margin.",
    ),
    "factures/F-2026-1103_lumen.pdf": (
        "Chromium 156, printed to PDF; title set by ExifTool 12.57",
        "A second revision: only metadata.",
    ),
    "factures/note_de_frais_vasseur.pdf": (
        _WRITER + " with a form; then filled in (tests/forge/pdf.py)",
        "A second revision three months later: the fields of the form.",
    ),
    "mailbox.mbox": (
        _MAIL + ", in one file",
        "A mail forwarded whole; a line quoted because it begins with From.",
    ),
    "mailbox/001_devis_affiches.eml": (_MAIL + "; attached PDF by LibreOffice Writer 7.4", ""),
    "mailbox/002_re_devis_affiches.eml": (_MAIL, "Written in the evening, sent nine hours later."),
    "mailbox/003_train_bruxelles.eml": (_MAIL, "Date in UTC, as telephones state it abroad."),
    "mailbox/004_contrat_a_signer.eml": (_MAIL + "; attached: " + _WORD_LIKE, ""),
    "mailbox/005_traductions.eml": (_MAIL, "The sender's name and the attachment are in Cyrillic."),
    "mailbox/008_reunion_salle.eml": (_MAIL, ""),
    "mailbox/009_note_de_frais.eml": (_MAIL + "; attached XLSX by openpyxl 3.1.5", "Unix line ends."),
    "photos/IMG-20261015-WA0003.jpg": (
        _PHOTO + "; then made smaller and stripped",
        "No metadata, as messengers send.",
    ),
    "photos/IMG_0412.jpg": (_PHOTO, ""),
    "photos/IMG_0415.jpg": (
        _PHOTO + "; then marked as turned by ExifTool",
        "Turned by its orientation mark.",
    ),
}


def table() -> str:
    """The key as the table of README.md, files in order of their paths."""
    rows = ["| file | made by | what to know |", "|---|---|---|"]
    for path in sorted({*ALTERED, *GENUINE}):
        if path in ALTERED:
            entry = ALTERED[path]
            rows.append(
                f"| **`{path}`** | {entry['made']} | **Altered.** {entry['altered']} {entry['check']} |"
            )
        else:
            made, oddity = GENUINE[path]
            rows.append(f"| `{path}` | {made} | {oddity} |")
    return "\n".join(rows) + "\n"
