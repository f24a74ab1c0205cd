"""What the invented leak says: people, suppliers, invoices, contracts, mails. All of it is made up.

Telephone numbers come from the ranges that the French regulator keeps free for works of fiction, domains end in
``.example`` (RFC 2606), network addresses are those for documentation (RFC 5737), bank and company numbers fail
their own check digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from tests.forge.word import Block, Heading, Table

#: a space that does not break, as French typography wants it before euro signs and inside figures
NB = "\u00a0"

CLAIRE = ("Claire Vasseur", "claire.vasseur@horizon-commun.example")
ANTOINE = ("Antoine Lemoine", "antoine.lemoine@horizon-commun.example")
SOPHIE = ("Sophie Marchetti", "sophie.marchetti@horizon-commun.example")
DMITRI = ("Дмитрий Соколов", "d.sokolov@horizon-commun.example")
HELENE = ("Hélène Roussel", "h.roussel@cabinet-roussel.example")
JULIEN = ("Julien Delorme", "j.delorme@imprimerie-delorme.example")
NADIA = ("Nadia Benali", "n.benali@lumen-evenements.example")
TOMASZ = ("Tomasz Wilk", "t.wilk@cormoran-web.example")

CLIENT = ("Association Horizon Commun", "14, rue des Tanneurs", "37990 Valmont-sur-Ourse")


@dataclass(frozen=True, slots=True)
class Supplier:
    name: str
    street: str
    town: str
    phone: str
    siret: str
    iban: str


DELORME = Supplier(
    "Imprimerie Delorme Frères", "3, impasse du Moulin", "37990 Valmont-sur-Ourse", "02 61 91 22 07",
    "123 456 789 00016", "FR00 1234 5678 9012 3456 7890 123",
)  # fmt: skip
LUMEN = Supplier(
    "Lumen Événements", "27, quai de la Loge", "37991 Saint-Brévin-le-Vieux", "02 61 91 58 30",
    "234 567 891 00023", "FR00 2345 6789 0123 4567 8901 234",
)  # fmt: skip
CORMORAN = Supplier(
    "Ateliers Web Cormoran", "8, place des Halles", "44999 Port-Cormoran", "02 61 91 63 41",
    "345 678 912 00031", "FR00 3456 7890 1234 5678 9012 345",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invoice:
    supplier: Supplier
    number: str
    date: str
    due: str
    lines: tuple[tuple[str, int, int], ...]  # what, how many, price of one in cents
    subject: str

    @property
    def net(self) -> int:
        return sum(count * price for _, count, price in self.lines)

    @property
    def vat(self) -> int:
        return round(self.net * 0.2)

    @property
    def total(self) -> int:
        return self.net + self.vat


def euros(cents: int) -> str:
    """``1 234,50 €`` with spaces that do not break."""
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", NB)
    return f"{'-' if cents < 0 else ''}{grouped},{rest:02d}{NB}€"


INVOICES = {
    "F-2026-0912_delorme": Invoice(
        DELORME, "F-2026-0912", "12 septembre 2026", "12 octobre 2026",
        (("Affiches 60 x 80 cm, quadri recto, papier 135 g", 400, 145),
         ("Dépliants trois volets A4, quadri recto verso", 5000, 14),
         ("Livraison au local", 1, 4500)),
        "Devis D-2026-118 du 8 septembre 2026",
    ),
    "F-2026-0930_cormoran": Invoice(
        CORMORAN, "F-2026-0930", "30 septembre 2026", "30 octobre 2026",
        (("Hébergement et maintenance du site, septembre 2026", 1, 18000),
         ("Formulaire d'adhésion en ligne (journées)", 3, 42000)),
        "Contrat de maintenance du 2 juin 2025",
    ),
    "F-2026-1008_lumen": Invoice(
        LUMEN, "F-2026-1008", "8 octobre 2026", "7 novembre 2026",
        (("Location de sonorisation, salle des fêtes, 3 octobre", 1, 62000),
         ("Technicien son (heures)", 9, 4200),
         ("Chaises pliantes, location", 180, 95)),
        "Réunion publique du 3 octobre 2026",
    ),
    "F-2026-1011_delorme": Invoice(
        DELORME, "F-2026-1011", "11 octobre 2026", "10 novembre 2026",
        (("Affiches 40 x 60 cm, quadri recto, papier 115 g", 1500, 92),
         ("Cartes postales 10 x 15 cm, vernis une face", 8000, 18),
         ("Mise sous film et livraison", 1, 8000)),
        "Commande du 29 septembre 2026",
    ),
    "F-2026-0302_cormoran": Invoice(
        CORMORAN, "F-2026-0302", "2 mars 2026", "1er avril 2026",
        (("Refonte de la page d'accueil", 1, 240000),
         ("Reprise des contenus (heures)", 22, 6500)),
        "Prestation forfaitaire",
    ),
    "F-2026-1022_delorme": Invoice(
        DELORME, "F-2026-1022", "22 octobre 2026", "21 novembre 2026",
        (("Programme 16 pages A5, agrafé", 2500, 61),
         ("Enveloppes imprimées C5", 2500, 9)),
        "Commande du 12 octobre 2026",
    ),
    "F-2026-1103_lumen": Invoice(
        LUMEN, "F-2026-1103", "3 novembre 2026", "3 décembre 2026",
        (("Location d'un podium 6 x 4 m, 24 octobre", 1, 78000),
         ("Montage et démontage (heures)", 14, 3800)),
        "Rassemblement du 24 octobre 2026",
    ),
}  # fmt: skip


def invoice_blocks(invoice: Invoice) -> list[Block]:
    """The invoice as headings, paragraphs and one table."""
    who = invoice.supplier
    rows = [("Désignation", "Quantité", "Prix unitaire", "Montant HT")]
    rows += [(what, str(count), euros(price), euros(count * price)) for what, count, price in invoice.lines]
    return [
        Heading(who.name, 0),
        f"{who.street}, {who.town} – Tél. {who.phone} – SIRET {who.siret}",
        Heading(f"Facture n° {invoice.number} du {invoice.date}"),
        f"Client : {', '.join(CLIENT)}",
        f"Objet : {invoice.subject}",
        Table(rows),
        f"Total HT : {euros(invoice.net)}",
        f"TVA 20 % : {euros(invoice.vat)}",
        f"Net à payer : {euros(invoice.total)}",
        f"Règlement par virement avant le {invoice.due}.",
        f"IBAN {who.iban}",
        "Pénalités de retard : trois fois le taux d'intérêt légal. Indemnité forfaitaire de recouvrement : "
        f"40,00{NB}€.",
    ]


def invoice_html(invoice: Invoice) -> str:
    """The invoice as the page that the supplier's billing program prints."""
    who = invoice.supplier
    rows = "".join(
        f"<tr><td>{escape(what)}</td><td>{count}</td><td>{euros(price)}</td><td>{euros(count * price)}</td></tr>"
        for what, count, price in invoice.lines
    )
    return f"""<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Facture {invoice.number}</title><style>
@page {{ size: A4; margin: 22mm }} body {{ font: 11pt "Liberation Sans", sans-serif }}
h1 {{ font-size: 20pt; margin: 0; color: #234 }} .qui {{ color: #555 }} .client {{ margin: 12mm 0 8mm 90mm }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ border: 1px solid #999; padding: 2mm; text-align: left }}
.total {{ text-align: right; line-height: 1.7 }}</style></head><body>
<h1>{escape(who.name)}</h1><p class="qui">{who.street}, {who.town}<br>Tél. {who.phone} – SIRET {who.siret}</p>
<p class="client">{"<br>".join(CLIENT)}</p>
<h2>Facture n° {invoice.number}</h2><p>Date : {invoice.date} – Objet : {escape(invoice.subject)}</p>
<table><tr><th>Désignation</th><th>Quantité</th><th>Prix unitaire</th><th>Montant HT</th></tr>{rows}</table>
<p class="total">Total HT : {euros(invoice.net)}<br>TVA 20 % : {euros(invoice.vat)}<br>
<b>Net à payer : {euros(invoice.total)}</b></p>
<p>Règlement par virement avant le {invoice.due}, IBAN {who.iban}.</p></body></html>
"""


QUOTE: list[Block] = [
    Heading("Imprimerie Delorme Frères", 0),
    f"{DELORME.street}, {DELORME.town} – Tél. {DELORME.phone}",
    Heading("Devis n° D-2026-118 du 8 septembre 2026"),
    f"Pour : {', '.join(CLIENT)}, à l'attention de Mme Marchetti",
    Table(
        [
            ("Désignation", "Quantité", "Montant HT"),
            ("Affiches 60 x 80 cm, quadri recto", "400", euros(58000)),
            ("Dépliants trois volets A4", "5000", euros(70000)),
            ("Livraison au local", "1", euros(4500)),
        ]
    ),
    f"Total HT : {euros(132500)}, soit {euros(159000)} TTC. Devis valable un mois.",
]

DELIVERY: list[Block] = [
    Heading("Imprimerie Delorme Frères", 0),
    "Bordereau de livraison n° BL-2026-203",
    "Livré le 12 octobre 2026 au 14, rue des Tanneurs",
    Table(
        [
            ("Désignation", "Colis", "Reçu"),
            ("Affiches 40 x 60 cm", "6", "X"),
            ("Cartes postales 10 x 15 cm", "4", "X"),
        ]
    ),
    "Reçu en bon état, sous réserve de comptage.",
    "Signature : S. Marchetti",
]

PRINT_CONTRACT: list[Block] = [
    Heading("Contrat d'impression", 0),
    "Entre l'Association Horizon Commun, dont le siège est 14, rue des Tanneurs à Valmont-sur-Ourse, représentée par "
    "Mme Claire Vasseur, déléguée générale, ci-après « l'association »,",
    "et la société Imprimerie Delorme Frères, 3, impasse du Moulin à Valmont-sur-Ourse, représentée par M. Julien "
    "Delorme, gérant, ci-après « l'imprimeur », il est convenu ce qui suit.",
    Heading("Article 1 – Objet"),
    "L'imprimeur réalise pour l'association les travaux décrits dans les bons de commande signés par le trésorier, "
    "du 1er octobre 2026 au 30 septembre 2027.",
    Heading("Article 2 – Prix"),
    f"Les prix sont ceux de la grille annexée. Une remise de 6 % s'applique au-delà de 12{NB}000,00{NB}€ HT de "
    "commandes cumulées.",
    Table(
        [
            ("Travail", "Unité", "Prix HT"),
            ("Affiche 40 x 60 cm", "pièce", euros(92)),
            ("Affiche 60 x 80 cm", "pièce", euros(145)),
            ("Dépliant trois volets", "pièce", euros(14)),
        ]
    ),
    Heading("Article 3 – Délais"),
    "Le délai de livraison est de dix jours ouvrés à compter du bon à tirer. Tout retard de plus de cinq jours ouvre "
    "droit à une remise de 3 % par jour.",
    Heading("Article 4 – Règlement"),
    "Les factures sont payées par virement à trente jours. Aucun acompte n'est versé.",
    "Fait à Valmont-sur-Ourse, en deux exemplaires.",
]

HALL_AGREEMENT: list[Block] = [
    Heading("Convention de mise à disposition d'une salle", 0),
    "Entre la société Lumen Événements, exploitante de l'Espace de la Loge, et l'Association Horizon Commun.",
    Heading("Article 1"),
    "La salle Mireille (220 places assises) est mise à disposition le 24 octobre 2026 de 14 h à 23 h, montage compris.",
    Heading("Article 2"),
    f"Le prix est de {euros(64000)} HT, sonorisation de base incluse. Le podium fait l'objet d'une facture distincte.",
    Heading("Article 3"),
    "L'association remet une attestation d'assurance huit jours avant la date.",
]

LUMEN_2010: list[Block] = [
    Heading("Contrat de prestation de service", 0),
    "Entre l'Association Horizon Commun et la société Lumen Événements.",
    Heading("Article 1 – Exclusivité"),
    "L'association confie à la société, à titre exclusif et pour une durée de dix ans, l'organisation technique de "
    "l'ensemble de ses réunions publiques.",
    Heading("Article 2 – Rémunération"),
    f"La société perçoit un forfait annuel de {euros(4_800_000)} HT, payable d'avance, que des réunions aient lieu "
    "ou non.",
    Heading("Article 3 – Résiliation"),
    "En cas de résiliation anticipée par l'association, le forfait reste dû jusqu'au terme.",
]

CORMORAN_2012: list[Block] = [
    Heading("Avenant n° 1 au contrat de maintenance", 0),
    "Entre l'Association Horizon Commun et Ateliers Web Cormoran.",
    "Les parties conviennent que les fichiers des adhérents peuvent être communiqués aux partenaires commerciaux "
    "d'Ateliers Web Cormoran.",
    f"En contrepartie, une remise annuelle de {euros(350_000)} est accordée.",
    "Fait à Port-Cormoran le 14 mai 2012.",
]

FRAMEWORK_2014: list[Block] = [
    Heading("Accord-cadre de fourniture", 0),
    "Entre Imprimerie Delorme Frères et l'Association Horizon Commun.",
    "Le présent accord, conclu le 18 mars 2014 pour quinze ans, réserve à l'imprimeur l'ensemble des travaux "
    "d'impression de l'association, à un prix supérieur de 18 % au tarif public.",
    f"Une commission de {euros(120_000)} par an est versée à l'apporteur d'affaires désigné par l'imprimeur.",
    "Signé : C. Vasseur, J. Delorme",
]

PROXY: list[Block] = [
    Heading("Mandat de représentation", 0),
    "Je soussigné, Antoine Lemoine, trésorier de l'Association Horizon Commun, donne mandat à la société Lumen "
    f"Événements d'engager au nom de l'association toute dépense jusqu'à {euros(2_500_000)}.",
    "Ce mandat vaut jusqu'au 31 décembre 2027 et ne peut être révoqué qu'avec l'accord de la société.",
    "Fait le 6 octobre 2026.",
]

HOURS_BEFORE: list[Block] = [
    Heading("Relevé d'heures – Lumen Événements", 0),
    Table([("Jour", "Technicien", "Heures"), ("3 octobre", "M. Aubry", "9"), ("4 octobre", "M. Aubry", "2")]),
    "Total : 11 heures.",
]

HOURS_AFTER: list[Block] = [
    Heading("Relevé d'heures – Lumen Événements", 0),
    Table(
        [
            ("Jour", "Technicien", "Heures"),
            ("3 octobre", "M. Aubry", "19"),
            ("4 octobre", "M. Aubry", "12"),
            ("5 octobre", "M. Aubry", "10"),
        ]
    ),
    "Total : 41 heures.",
]

CHARTER = """---
title: Charte graphique
author: Sophie Marchetti
lang: fr-FR
---

# Couleurs

- bleu nuit : `#1c2f4a`
- sable : `#e9dcc3`

# Textes

Les titres ne prennent pas de point final. Les montants s'écrivent en chiffres, avec une espace insécable
avant le signe de l'euro.

# Logo

Le logo ne descend pas sous 18 mm de large. Il n'est jamais posé sur une photo.
"""

LETTER = (
    "Chère adhérente, cher adhérent,",
    "Votre cotisation pour l'année 2027 arrive à échéance le 31 décembre. Son montant reste fixé à 20 euros, ou 5 euros "
    "pour les personnes sans emploi.",
    "Vous pouvez la régler par chèque, ou en espèces lors des permanences du mardi.",
    "Antoine Lemoine, trésorier",
)

BUDGET = (
    ("Poste", "Prévu", "Engagé", "Payé"),
    ("Impression", 9500, 7170, 1590),
    ("Salles et sonorisation", 7200, 3745.2, 1402.8),
    ("Site et hébergement", 6000, 1728, 1728),
    ("Déplacements", 2500, 1184.3, 1184.3),
    ("Timbres et routage", 3200, 1490, 1490),
    ("Assurances", 850, 812.5, 812.5),
)

BANK = (
    ("2026-10-01", "VIR CORMORAN WEB F-2026-0930", -1728.00),
    ("2026-10-05", "REMISE CHEQUES 14", 280.00),
    ("2026-10-06", "PRLV ASSURANCE LOIRE", -67.70),
    ("2026-10-12", "VIR DELORME FRERES F-2026-0912", -1590.00),
    ("2026-10-14", "DON M. ET MME PELTIER", 150.00),
    ("2026-10-19", "FRAIS TENUE DE COMPTE", -8.50),
    ("2026-10-23", "REMISE CHEQUES 22", 440.00),
    ("2026-10-29", "VIR LUMEN EVENEMENTS F-2026-1008", -1402.80),
)

EXPENSES = (
    ("2026-09-21", "Train Valmont – Bruxelles, aller", "C. Vasseur", 89.0),
    ("2026-09-22", "Train Bruxelles – Valmont, retour", "C. Vasseur", 94.0),
    ("2026-10-03", "Essence, réunion publique", "A. Lemoine", 41.2),
    ("2026-10-15", "Repas des bénévoles", "S. Marchetti", 118.4),
    ("2026-10-24", "Location d'utilitaire", "A. Lemoine", 76.0),
)

REFUNDS = (
    ("Date", "Bénéficiaire", "Motif", "Montant"),
    ("2026-09-28", "C. Vasseur", "Train Bruxelles", 183),
    ("2026-10-08", "A. Lemoine", "Essence", 41.2),
    ("2026-10-20", "S. Marchetti", "Repas des bénévoles", 118.4),
    ("2026-10-27", "A. Lemoine", "Frais de représentation", 2940),
)

LEDGER = (
    "date;compte;libelle;debit;credit",
    "12/09/2026;606300;Delorme affiches et dépliants;1325,00;",
    "12/09/2026;445660;TVA déductible;265,00;",
    "12/09/2026;401010;Fournisseur Delorme;;1590,00",
    "30/09/2026;615600;Cormoran maintenance;1440,00;",
    "30/09/2026;445660;TVA déductible;288,00;",
    "30/09/2026;401020;Fournisseur Cormoran;;1728,00",
    "08/10/2026;613500;Lumen sonorisation;1169,00;",
    "08/10/2026;445660;TVA déductible;233,80;",
    "08/10/2026;401030;Fournisseur Lumen;;1402,80",
    "14/10/2026;754100;Dons manuels;;150,00",
)

PHONES = (
    "nom,fonction,telephone",
    "Claire Vasseur,déléguée générale,06 39 98 14 02",
    "Antoine Lemoine,trésorier,06 39 98 27 45",
    "Sophie Marchetti,communication,06 39 98 33 18",
    "Дмитрий Соколов,traductions et site,06 39 98 51 60",
    "Hélène Roussel,expert-comptable,02 61 91 40 12",
    "Julien Delorme,imprimeur,02 61 91 22 07",
    "Nadia Benali,Lumen Événements,02 61 91 58 30",
    "Tomasz Wilk,Ateliers Web Cormoran,02 61 91 63 41",
    "Standard,accueil,01 99 00 37 37",
)

README = """HORIZON COMMUN - DOSSIER COMPLET

Boîtes, factures et contrats de l'Association Horizon Commun, septembre à novembre 2026.
Tout est livré tel quel. Faites circuler.

  mailbox/       courriels, un fichier par message
  mailbox.mbox   suite de la boîte, export
  factures/      factures reçues
  contrats/      contrats et documents types
  compta/        tableaux et exports
  photos/        communication
  archives/      sauvegardes
  contacts/      liste téléphonique
"""

SUMMARY_RU = (
    "Общий горизонт: краткое изложение программы\n\n"
    "Объединение выступает за открытость местных финансов и за участие жителей в решениях.\n"
)


def signature(person: tuple[str, str], role: str) -> str:
    return f"\n-- \n{person[0]}\n{role}\n"


QUOTE_MAIL = """Bonjour Sophie,

Comme convenu au téléphone, voici notre devis pour les affiches et les dépliants. Les prix tiennent un mois.
Pour le papier, le 135 g se froisse moins au collage, je vous le conseille.

Bien à vous,
"""
QUOTE_ANSWER = """Bonsoir Julien,

Merci, c'est clair. Va pour le 135 g. J'attends l'accord d'Antoine sur le montant et je vous confirme demain.

Sophie
"""
TRAIN_MAIL = """Antoine,

Finalement je rentre demain par celui de 17 h 12. J'ai gardé les billets, 183 euros en tout, je te fais la note
en rentrant.

Claire
"""
CONTRACT_MAIL = """Bonjour Julien,

Voici le contrat relu par Claire. Rien n'a changé sur les prix. Pouvez-vous me renvoyer deux exemplaires signés
avant le 1er octobre ?

Merci d'avance,
Sophie
"""
TRANSLATION_MAIL = """Bonjour Claire,

Le résumé en russe est en pièce jointe, celui en polonais suivra mercredi. Tomasz peut les mettre en ligne
quand vous voulez.

Bonne journée,
"""
ORDER_MAIL = """Bonjour Nadia,

Je confirme le bon de commande pour la sonorisation de toute la saison, aux conditions de votre contrat.
Le forfait annuel sera réglé d'avance.

Antoine
"""
HOURS_MAIL = """Bonjour Antoine,

Voici le relevé d'heures du technicien pour la réunion du 3. La facture part demain.

Bien cordialement,
Nadia
"""
HALL_MAIL = """Claire,

La salle Mireille est libre le 24. Nadia nous la laisse à 640 euros hors taxes, sono de base comprise. Je réserve ?

Sophie
"""
HALL_HTML = """<html><body><p>Claire,</p>
<p>La salle Mireille est libre le 24. Nadia nous la laisse à <b>640 euros</b> hors taxes, sono de base comprise.
Je réserve&nbsp;?</p><p>Sophie</p><p><img src="cid:logo@horizon-commun.example" alt="Horizon Commun"></p>
</body></html>
"""
EXPENSES_MAIL = """Bonjour Hélène,

Le tableau des notes de frais est joint, justificatifs à suivre par courrier. Il manque celui du 24 octobre.

Bonne réception,
Antoine
"""
AGENDA_MAIL = """Bonjour Sophie,

Pour mardi : affiches, réunion du 3 octobre, site. Autre chose ?

Claire
"""
AGENDA_ANSWER = """Bonjour Claire,

From the printers: Delorme demande une réponse sur le papier avant la fin de semaine. À ajouter, donc.

Sophie
"""
SITE_MAIL = """Bonjour Dmitri,

Coupure jeudi de 6 h à 6 h 30 pour la mise à jour. La sauvegarde tourne la nuit du 30.

Tomasz
"""
FORWARD_MAIL = """Bonjour Hélène,

Le devis d'origine, pour rapprocher la facture F-2026-0912.

Claire
"""
SITE_PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Horizon Commun</title></head>
<body><h1>Horizon Commun</h1><p>Réunion publique le 24 octobre, salle Mireille.</p></body></html>
"""
