"""Every name an observation on a compound file can have; cheap to import anywhere."""

from __future__ import annotations

from leakverify.extractors._base import Declared, content, count, flag, number, text, token, when

VOCABULARY: dict[str, Declared] = {
    "ole.kind": token("doc, xls, ppt, msg or other, by its main stream"),
    "ole.version": token("major version of the container, 3 or 4"),
    "ole.stream": token("name of a stream or storage in directory order; where says how long", repeats=True),
    "ole.root.clsid": token("class of the program that owns the file"),
    "ole.created": when("creation of the storage named in where, as the directory states it", repeats=True),
    "ole.modified": when(
        "last change of the storage named in where, as the directory states it", repeats=True
    ),
    "ole.orphans": count("directory entries that no storage leads to"),
    "ole.free_bytes": count("bytes of free sectors that are not zero: what was in the file before", "bytes"),
    "ole.trailing_bytes": count("bytes after the last sector", "bytes"),
    "ole.comp_obj": text("user type and program id of the CompObj stream"),
    "ole.macro": flag("a VBA project is inside; a matter of safety, not of soundness"),
    "ole.encrypted": flag("the content is encrypted or obfuscated with a password"),
    "ole.summary.system": token(
        "kind and version of the system that wrote the properties, 0.major.minor style"
    ),
    "ole.summary.code_page": count("code page of the property strings"),
    "ole.summary.title": text("Title"),
    "ole.summary.subject": text("Subject"),
    "ole.summary.author": text("Author, who made the document or its template"),
    "ole.summary.keywords": text("Keywords"),
    "ole.summary.comments": text("Comments"),
    "ole.summary.template": text("Template"),
    "ole.summary.last_author": text("LastAuthor, who saved last"),
    "ole.summary.revision": text("RevNumber, how often it was saved, as written"),
    "ole.summary.total_time": number("EditTime spent editing; negative when a clock was set back", "minutes"),
    "ole.summary.last_printed": when("LastPrinted"),
    "ole.summary.created": when("Create_DTM"),
    "ole.summary.modified": when("LastSave_DTM"),
    "ole.summary.date_malformed": text("a time that is none; where names the property", repeats=True),
    "ole.summary.pages": count("PageCount, as the application counted"),
    "ole.summary.words": count("WordCount, as the application counted"),
    "ole.summary.characters": count("CharCount, as the application counted"),
    "ole.summary.application": text("AppName, the program that saved last"),
    "ole.document.company": text("Company the program was registered to"),
    "ole.document.manager": text("Manager"),
    "ole.document.category": text("Category"),
    "ole.document.version": token("version of the program that wrote the properties, major.minor"),
    "ole.custom.name": text("name of a custom property; its value follows", repeats=True),
    "ole.custom.value": text("value of the custom property named before", repeats=True),
    "ole.text": content("text of a main stream, one line per paragraph, cell or string", repeats=True),
    "ole.leftover_text": content(
        "text in the stream that the document as it stands does not show; where says where", repeats=True
    ),
    "doc.fib.version": token("nFib, the file format the header names, hex"),
    "doc.fib.language": token("lid, language of the program that made the file, hex"),
    "doc.fib.created_by": token("magic number or build of the program that created the file", repeats=True),
    "doc.fib.revised_by": token("magic number or build of the program that saved it last", repeats=True),
    "doc.fib.quick_saves": count("quick saves since the last full save"),
    "doc.fib.quick_saved": flag("saved by appending: earlier text may be left"),
    "doc.dop.created": when("creation, in the local time of the machine that made it"),
    "doc.dop.revised": when("last save, in the local time of the machine that saved it"),
    "doc.dop.last_printed": when("last printing, in local time"),
    "doc.dop.revision": count("number of saves, as the document's own properties count"),
    "doc.dop.edit_time": number("editing time, as the document's own properties count", "minutes"),
    "doc.utc_offset": token(
        "zone of the machine: its local time of saving against the UTC time of the same save"
    ),
    "doc.saved_by": text("one of the last ten saves: who; its path follows", repeats=True),
    "doc.saved_as": text("where the save of the person named before went", repeats=True),
    "doc.associated": text(
        "a string kept with the document: template, title, author, last author", repeats=True
    ),
    "doc.reviewer": text("author of tracked changes or comments", repeats=True),
    "xls.bof": token("version, kind, build and year of the program, as the workbook begins"),
    "xls.written_by": text("name of the user who saved last, as the program knew him"),
    "xls.code_page": count("code page of the workbook"),
    "xls.country": token("country of the program and of the system: telephone codes"),
    "xls.date_system": token("1900 or 1904"),
    "xls.sheet": text("name of a sheet", repeats=True),
    "xls.hidden_sheets": count("sheets that are hidden"),
    "xls.unused_strings": count("strings of the table that no cell shows"),
    "ppt.user": text("name of the user who saved last"),
    "ppt.edits": count("saves that are still in the file"),
}
