"""Makes the example leak again, with the programs named in README.md next to it.

The leak is committed as it is and needs none of those programs to be examined.  To make it anew::

    sh tests/forge/install-tools.sh
    python docs/examples/make_leak.py [FOLDER]

Every program is shown the clock of the day on which, in the story, the document was made (by libfaketime), in
the zone Europe/Paris.  Two runs give the same documents up to ids and fractions of seconds that the programs
draw.  ``leak-key.json`` is written next to the folder.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

import leak_content as say  # noqa: E402
from leak_key import ALTERED, GENUINE  # noqa: E402
from leak_makers import (  # noqa: E402
    DOCX,
    EXCEL,
    WORD,
    XLSX,
    by_script,
    local,
    logo,
    message,
    printed,
    scanned,
    typed,
    utc,
    word_like,
    written,
)
from leak_odf import spreadsheet, text_document  # noqa: E402

from tests.forge import image, mail, office, pdf  # noqa: E402
from tests.forge.tools import run, soffice, through  # noqa: E402
from tests.forge.word import Heading  # noqa: E402

Leak = dict[str, bytes]


def invoices() -> Leak:
    made: Leak = {}

    def typeset(key: str, when: str, author: str, *, archival: bool = False) -> bytes:
        invoice = say.INVOICES[key]
        properties = typed(f"Facture {invoice.number}", author, when)
        return written(say.invoice_blocks(invoice), properties, when, archival=archival)

    made["F-2026-0912_delorme.pdf"] = typeset("F-2026-0912_delorme", "2026-09-12 17:42:08", "Julien Delorme")
    made["F-2026-0930_cormoran.pdf"] = pdf.linearise(
        typeset("F-2026-0930_cormoran", "2026-09-30 18:05:31", "Tomasz Wilk")
    )
    made["F-2026-1008_lumen.pdf"] = printed(
        say.invoice_html(say.INVOICES["F-2026-1008_lumen"]), "2026-10-08 11:20:14"
    )
    # altered: a white area over the sum to pay and another sum on it, saved incrementally nine days later
    invoice = say.INVOICES["F-2026-1011_delorme"]
    made["F-2026-1011_delorme.pdf"] = pdf.cover_and_write(
        typeset("F-2026-1011_delorme", "2026-10-11 16:58:40", "Julien Delorme"),
        old=say.euros(invoice.total),
        new=say.euros(invoice.total + 600_000),
        moment=local("2026-10-20 21:14:03"),
    )
    # altered: an invoice of October with dates of March in Info, by exiftool
    made["F-2026-0302_cormoran.pdf"] = pdf.backdate_info_with_exiftool(
        typeset("F-2026-0302_cormoran", "2026-10-16 19:33:27", "Tomasz Wilk", archival=True),
        moment="2026:03:02 09:41:00+01:00",
    )
    made["F-2026-1022_delorme_visee.pdf"] = pdf.annotate(
        typeset("F-2026-1022_delorme", "2026-10-22 10:11:52", "Julien Delorme"),
        text="Bon a payer - A.L. 23/10",
        author="Antoine Lemoine",
    )
    made["F-2026-1103_lumen.pdf"] = pdf.update_metadata_with_exiftool(
        printed(say.invoice_html(say.INVOICES["F-2026-1103_lumen"]), "2026-11-03 09:02:45"),
        title="Facture F-2026-1103 (classée)",
    )
    form = soffice(
        text_document(
            [Heading("Note de frais", 0), "À remettre au trésorier avec les justificatifs."],
            typed("Note de frais", "Antoine Lemoine", "2026-06-15 14:30:00"),
            fields=("Nom", "Motif", "Montant", "Date"),
        ),
        suffix=".fodt",
        to="pdf",
        how="writer_pdf_Export",
        at="2026-06-15 14:30:00",
    )
    made["note_de_frais_vasseur.pdf"] = pdf.fill_form(
        form,
        values={
            "Nom": "Claire Vasseur",
            "Motif": "Train Bruxelles, aller et retour",
            "Montant": "183,00 euros",
            "Date": "25/09/2026",
        },
        moment=local("2026-09-25 08:47:19"),
    )
    made["BL-2026-203_scan.pdf"] = scanned(
        written(
            say.DELIVERY, typed("Bordereau", "Julien Delorme", "2026-10-12 07:30:00"), "2026-10-12 07:30:00"
        ),
        "2026-10-12 15:36:10",
    )
    return {f"factures/{name}": data for name, data in made.items()}


def contracts() -> Leak:
    made: Leak = {}
    made["contrat_impression_delorme_2026.docx"] = word_like(
        say.PRINT_CONTRACT, "Contrat d'impression", "Sophie Marchetti", "2026-09-22 09:18", "2026-09-24 13:52",
        company="Association Horizon Commun", last_by="Claire Vasseur", minutes=94, revision=11,
    )  # fmt: skip
    made["convention_salle_2026.docx"] = office.resave_with_libreoffice(
        word_like(
            say.HALL_AGREEMENT, "Convention de salle", "Nadia Benali", "2026-09-28 11:04", "2026-09-28 16:40"
        ),
        at="2026-10-02 10:15:22",
    )
    made["charte_graphique.docx"] = through(
        ("pandoc", "-f", "markdown", "-t", "docx", "-o", "OUT", "IN"),
        say.CHARTER.encode(),
        suffix=".md",
        to=".docx",
        at="2026-09-17 15:25:00",
    )
    made["lettre_cotisation.docx"] = by_script("python-docx", "2026-11-05 10:02:00")
    # altered: written by LibreOffice, said to come from Word 2010
    made["contrat_exclusivite_lumen.docx"] = office.claim_word(
        soffice(
            text_document(
                say.LUMEN_2010, typed("Contrat de prestation", "Nadia Benali", "2026-10-18 22:51:00")
            ),
            suffix=".fodt",
            to="docx",
            how=WORD,
            at="2026-10-18 22:51:00",
        ),
        version="14.0000",
    )
    # altered: laid out by a Word of 2025, with dates of 2012
    made["avenant_cormoran_2012.docx"] = office.backdate_properties(
        word_like(say.CORMORAN_2012, "Avenant n° 1", "Tomasz Wilk", "2026-10-27 20:02", "2026-10-27 20:44"),
        created=utc("2012-05-14 10:12"),
        modified=utc("2012-05-14 11:03"),
    )
    # altered: dates of 2014 everywhere but in the toolkit that wrote them
    made["accord_cadre_delorme_2014.pdf"] = pdf.claim_older_than_toolkit(
        written(
            say.FRAMEWORK_2014,
            typed("Accord-cadre", "Julien Delorme", "2026-10-28 21:40:00"),
            "2026-10-28 21:40:00",
        ),
        created=local("2014-03-18 10:05:12"),
        title="Accord-cadre de fourniture",
    )
    # altered: the treasurer's name in two scripts
    made["mandat_lumen.docx"] = office.mix_scripts_in_author(
        word_like(say.PROXY, "Mandat", "Antoine Lemoine", "2026-10-06 18:31", "2026-10-06 18:59", minutes=22),
        seed=4,
    )
    return {f"contrats/{name}": data for name, data in made.items()}


def accounts() -> Leak:
    made: Leak = {}
    rows = [
        *say.BUDGET,
        ("Total", *(f"=SUM([.{column}2:.{column}{len(say.BUDGET)}])" for column in "BCD")),
    ]
    made["budget_2026.xlsx"] = soffice(
        spreadsheet("Budget", rows, typed("Budget 2026", "Antoine Lemoine", "2026-11-04 18:20:00", cycles=9)),
        suffix=".fods",
        to="xlsx",
        how=EXCEL,
        at="2026-11-04 18:20:00",
    )
    made["export_banque_octobre.xlsx"] = by_script("xlsxwriter", "2026-11-02 07:12:00")
    made["notes_de_frais_2026.xlsx"] = by_script("openpyxl", "2026-11-03 08:50:00")
    # altered: more than a year of editing below zero, as a clock set back during the session leaves it
    made["remboursements.xlsx"] = office.set_editing_time(
        soffice(
            spreadsheet(
                "Remboursements",
                say.REFUNDS,
                typed("Remboursements", "Antoine Lemoine", "2026-10-29 19:26:00"),
            ),
            suffix=".fods",
            to="xlsx",
            how=EXCEL,
            at="2026-10-29 19:26:00",
        ),
        minutes=-574_302,
    )
    made["grand_livre_2026.csv"] = ("\r\n".join(say.LEDGER) + "\r\n").encode("cp1252")
    return {f"compta/{name}": data for name, data in made.items()}


def photos() -> Leak:
    made: Leak = {}
    hall = image.paint(image.Scene(seed=3, crates=5, people=4))
    made["IMG_0412.jpg"] = image.photograph(hall, moment="2026:10:03 18:41:27")
    upright = image.paint(image.Scene(seed=8, crates=3, people=3)).rotate(90, expand=True)
    made["IMG_0415.jpg"] = image.set_orientation(
        image.photograph(upright, moment="2026:10:03 20:07:55"), value=6
    )
    # altered: another scene under the thumbnail of the one that was taken
    taken = image.photograph(
        image.paint(image.Scene(seed=11, crates=2, people=1)), moment="2026:10:24 21:15:08"
    )
    crowd = image.paint(image.Scene(seed=21, crates=0, people=24, lamps=3))
    made["IMG_0427.jpg"] = image.exchange_picture_keep_thumbnail(
        taken, picture=crowd.point(lambda v: int(v * 0.42))
    )
    sent = image.photograph(image.paint(image.Scene(seed=5, crates=10)), moment="2026:10:15 09:31:00")
    made["IMG-20261015-WA0003.jpg"] = image.through_messenger(sent)
    return {f"photos/{name}": data for name, data in made.items()}


def mails(leak: Leak) -> Leak:
    """The mailbox; attachments are documents of the leak or were made for the mail."""
    made: Leak = {}
    quote = written(
        say.QUOTE, typed("Devis D-2026-118", "Julien Delorme", "2026-09-08 10:22:05"), "2026-09-08 10:22:05"
    )
    first = "20260908104112.4417@imprimerie-delorme.example"
    made["001_devis_affiches.eml"] = message(
        say.JULIEN, say.SOPHIE, "Devis affiches et dépliants", "2026-09-08 10:41:17", say.QUOTE_MAIL,
        "Imprimerie Delorme Frères – 02 61 91 22 07", identity=first,
        attachments=[("Devis_D-2026-118.pdf", quote, "application/pdf")],
    )  # fmt: skip
    made["002_re_devis_affiches.eml"] = message(
        say.SOPHIE, say.JULIEN, "Re: Devis affiches et dépliants", "2026-09-08 22:52:40", say.QUOTE_ANSWER,
        "Communication", sent="2026-09-09 07:58:11", reply_to=first, cc=[say.ANTOINE],
    )  # fmt: skip
    made["003_train_bruxelles.eml"] = message(
        say.CLAIRE,
        say.ANTOINE,
        "Train de demain",
        "2026-09-21 18:03:44",
        say.TRAIN_MAIL,
        "Déléguée générale",
        abroad=True,
    )
    made["004_contrat_a_signer.eml"] = message(
        say.SOPHIE, say.JULIEN, "Contrat d'impression à signer", "2026-09-24 14:12:09", say.CONTRACT_MAIL, "Communication",
        cc=[say.CLAIRE],
        attachments=[
            ("contrat_impression_delorme_2026.docx", leak["contrats/contrat_impression_delorme_2026.docx"], DOCX)
        ],
    )  # fmt: skip
    made["005_traductions.eml"] = message(
        say.DMITRI, say.CLAIRE, "Traductions pour le site", "2026-10-05 09:20:31", say.TRANSLATION_MAIL,
        "Traductions et site", attachments=[("resume_ru.txt", say.SUMMARY_RU.encode(), "text/plain")],
    )  # fmt: skip
    # altered: written and delivered on 12 November, Date set back by ten weeks
    made["006_bon_de_commande.eml"] = mail.edit_date(
        message(
            say.ANTOINE,
            say.NADIA,
            "Bon de commande sonorisation",
            "2026-11-12 17:36:20",
            say.ORDER_MAIL,
            "Trésorier",
            cc=[say.CLAIRE],
        ),
        moment=local("2026-09-03 17:36:20"),
    )
    # altered: the statement of hours exchanged for one made a month after the mail
    before, after = (
        word_like(blocks, "Relevé d'heures", "Nadia Benali", *dates, minutes=12, company="Lumen Événements")
        for blocks, dates in (
            (say.HOURS_BEFORE, ("2026-10-06 19:10", "2026-10-07 10:41")),
            (say.HOURS_AFTER, ("2026-11-09 21:17", "2026-11-09 21:43")),
        )
    )
    made["007_releve_heures.eml"] = mail.exchange_attachment(
        message(
            say.NADIA, say.ANTOINE, "Relevé d'heures du 3 octobre", "2026-10-07 11:05:52", say.HOURS_MAIL,
            "Lumen Événements – 02 61 91 58 30", attachments=[("releve_heures_octobre.docx", before, DOCX)],
        ),
        replacement=after,
    )  # fmt: skip
    made["008_reunion_salle.eml"] = message(
        say.SOPHIE, say.CLAIRE, "Salle du 24 octobre", "2026-10-14 12:02:18", say.HALL_MAIL, "Communication",
        html=say.HALL_HTML, inline=[("logo@horizon-commun.example", logo(), "image/png")],
    )  # fmt: skip
    made["009_note_de_frais.eml"] = mail.to_lf(
        message(
            say.ANTOINE, say.HELENE, "Notes de frais de l'automne", "2026-11-03 09:14:37", say.EXPENSES_MAIL, "Trésorier",
            cc=[say.CLAIRE],
            attachments=[("notes_de_frais_2026.xlsx", leak["compta/notes_de_frais_2026.xlsx"], XLSX)],
        )
    )  # fmt: skip
    return {f"mailbox/{name}": data for name, data in made.items()}


def export(leak: Leak) -> Leak:
    """The rest of the box as one file, among it a mail forwarded whole."""
    first = message(
        say.CLAIRE,
        say.SOPHIE,
        "Ordre du jour de mardi",
        "2026-09-14 08:31:02",
        say.AGENDA_MAIL,
        "Déléguée générale",
    )
    second = message(
        say.SOPHIE,
        say.CLAIRE,
        "Re: Ordre du jour de mardi",
        "2026-09-14 09:10:44",
        say.AGENDA_ANSWER,
        "Communication",
    )
    third = message(
        say.TOMASZ,
        say.DMITRI,
        "Maintenance du site jeudi",
        "2026-10-12 16:45:13",
        say.SITE_MAIL,
        "Ateliers Web Cormoran",
    )
    fourth = message(
        say.CLAIRE, say.HELENE, "TR: Devis affiches et dépliants", "2026-10-20 10:20:05", say.FORWARD_MAIL,
        "Déléguée générale", cc=[say.ANTOINE], forwarded=leak["mailbox/001_devis_affiches.eml"],
    )  # fmt: skip
    return {"mailbox.mbox": mail.mbox([first, second, third, fourth])}


def archives(leak: Leak) -> Leak:
    """A ZIP of files that were unpacked and packed again later, and a compressed tape archive of the site."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        kept = {
            "contrat_impression_signe.docx": leak["contrats/contrat_impression_delorme_2026.docx"],
            "grand_livre_2026.csv": leak["compta/grand_livre_2026.csv"],
            "F-2026-0912_delorme.pdf": leak["factures/F-2026-0912_delorme.pdf"],
        }
        moment = local("2026-11-02 08:15:40").timestamp()
        for name, data in kept.items():
            (place / name).write_bytes(data)
            os.utime(place / name, (moment, moment))
        run("zip", "-q", "-X", "pieces_octobre.zip", *kept, cwd=place, at="2026-11-02 08:16:10")
        site = place / "site"
        site.mkdir()
        (site / "index.html").write_text(say.SITE_PAGE, encoding="utf-8")
        (site / "robots.txt").write_text("User-agent: *\nDisallow: /adhesion/\n", encoding="utf-8")
        (site / "logo.png").write_bytes(logo())
        run(
            "tar", "--sort=name", "--owner=www-data:33", "--group=www-data:33", "--mtime=2026-10-31 03:10:00",
            "--format=gnu", "-cf", "site.tar", "site", cwd=place,
        )  # fmt: skip
        packed = gzip.compress(
            (place / "site.tar").read_bytes(), mtime=int(local("2026-10-31 03:10:02").timestamp())
        )
        return {
            "archives/pieces_octobre.zip": (place / "pieces_octobre.zip").read_bytes(),
            "archives/sauvegarde_site.tar.gz": packed,
        }


def leak() -> Leak:
    """Every file of the leak by its path."""
    made: Leak = {
        "README.txt": say.README.encode(),
        "contacts/telephones.csv": b"\xef\xbb\xbf" + ("\r\n".join(say.PHONES) + "\r\n").encode(),
    }
    for section in (invoices, contracts, accounts, photos):
        made |= section()
    for later in (mails, export, archives):
        made |= later(made)
    return dict(sorted(made.items()))


def key(files: Leak) -> str:
    """What was done to which file, and which check asks for it, as JSON."""
    if {*ALTERED, *GENUINE} != set(files):
        raise SystemExit(f"leak_key.py and the leak differ: {sorted({*ALTERED, *GENUINE} ^ set(files))}")
    entries: dict[str, dict[str, str]] = {}
    for path in files:
        if path in ALTERED:
            entries[path] = {"status": "altered", **ALTERED[path]}
        else:
            made, oddity = GENUINE[path]
            entries[path] = {"status": "genuine", "made": made, **({"oddity": oddity} if oddity else {})}
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def main(target: Path) -> None:
    files = leak()
    if target.exists():
        shutil.rmtree(target)
    for path, data in files.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    (target.parent / f"{target.name}-key.json").write_text(key(files), encoding="utf-8")
    print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes in {target}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "leak")
