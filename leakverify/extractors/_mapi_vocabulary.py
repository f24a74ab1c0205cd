"""Names of the facts that the properties of a message give. Numbers are those of MS-OXPROPS."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leakverify.extractors._base import Declared, content, count, digest, flag, text, token, when

MAPI_VOCABULARY: Mapping[str, Declared] = MappingProxyType(
    {
        "mapi.rebuilt": token(
            "the bytes are a TNEF stream made from the stored properties by this reader: store-item or "
            "embedded-message; the message as it travelled is not kept there"
        ),
        "mapi.folder": text("folder of the store that held the item"),
        "mapi.class": token("message class, such as IPM.Note (001A)"),
        "mapi.subject": text("stored subject (0037)"),
        "mapi.sender.name": text("stored name of who sent (0C1A)"),
        "mapi.sender.address": text("stored address of who sent (5D01, or 0C1F)"),
        "mapi.representing.name": text("stored name of the author (0042)"),
        "mapi.representing.address": text("stored address of the author (5D02, or 0065)"),
        "mapi.received_by.name": text("stored name of the mailbox that took it (0040)"),
        "mapi.submitted": when("when its program handed it over for sending (0039)"),
        "mapi.delivered": when("when the store took delivery (0E06)"),
        "mapi.created": when("when the item was made in its store (3007)"),
        "mapi.modified": when("when the item was last saved in its store (3008)"),
        "mapi.expires": when("when it expires (0015)"),
        "mapi.deferred_until": when("when delivery was put off to (000F)"),
        "mapi.flags": count("flags of the message as a number (0E07)"),
        "mapi.flag": token(
            "a flag that is set (MS-OXCMSG 2.2.1.6): read, unmodified, submitted, unsent, has-attachments, "
            "from-me, associated, resend, internet, untrusted",
            repeats=True,
        ),
        "mapi.modifier": text("who last saved the item (3FFA)"),
        "mapi.creator": text("who made the item (3FF8)"),
        "mapi.message_id": text("stored Message-ID, without its brackets (1035)"),
        "mapi.in_reply_to": text("stored Message-ID of the mail this one answers (1042)"),
        "mapi.references": text("stored Message-ID of an earlier mail of the thread (1039)", repeats=True),
        "mapi.conversation_index": token("stored Thread-Index, base64 (0071)"),
        "mapi.conversation_topic": text("stored topic of the conversation (0070)"),
        "mapi.code_page": count("code page of the strings (3FFD)"),
        "mapi.internet_code_page": count("code page of the HTML body and of sending (3FDE)"),
        "mapi.locale": count("language of who made it, as a Windows number (3FF1)"),
        "mapi.importance": count("importance: 0 low, 1 normal, 2 high (0017)"),
        "mapi.display_to": text("stored list of recipients as shown (0E04)"),
        "mapi.display_cc": text("stored list of recipients of copies as shown (0E03)"),
        "mapi.recipients": count("rows of the table of recipients"),
        "mapi.recipient.name": text("name of a recipient; part says to, cc or bcc", repeats=True),
        "mapi.recipient.address": text("address of a recipient; part says to, cc or bcc", repeats=True),
        "mapi.search_key": digest("identity that copies of the item share (300B)"),
        "mapi.change_key": digest("identity of the last change and of the store that made it (65E2)"),
        "mapi.size": count("size of the item as the store counted it (0E08)", "bytes"),
        "mapi.body": token("a body that is stored: plain, html, rtf", repeats=True),
        "mapi.body.native": count("body the others are made from: 1 plain, 2 RTF, 3 HTML (1016)"),
        "mapi.body.html_in_rtf": flag("the RTF body holds HTML (MS-OXRTFEX)"),
        "mapi.body.words": count("different words that the plain body and the HTML body share"),
        "mapi.body.only_plain": count("different words that only the plain body has"),
        "mapi.body.only_html": count("different words that only the HTML body has"),
        "mapi.body.only_plain_words": content("the first of the words that only the plain body has"),
        "mapi.body.only_html_words": content("the first of the words that only the HTML body has"),
        "mapi.transport_headers": count("length of the kept transport headers (007D)", "bytes"),
        "mapi.transport_headers.mark": text("line that a program set before the transport headers"),
        "mapi.properties": token("numbers of the stored properties in their order, hexadecimal"),
        "mapi.attachments": count("attachments"),
        "mapi.attachment.name": text("file name of an attachment", repeats=True),
        "mapi.attachment.method": count(
            "how it is attached (3705): 1 data, 5 message, 6 object", repeats=True
        ),
        "mapi.attachment.created": when(
            "when the attached file or the copy of it was made (3007)", repeats=True
        ),
        "mapi.attachment.modified": when(
            "when the attached file or the copy was changed (3008)", repeats=True
        ),
        "mapi.attachment.path": text("where the attached file lay (370D)", repeats=True),
    }
)

#: names of the body of mail that messages as properties use, too
SHARED = ("mail.attachment.name", "mail.attachment.size", "mail.text")
