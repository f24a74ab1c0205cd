"""OpenDocument packages in code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

NS = "urn:oasis:names:tc:opendocument:xmlns:"
HEAD = (
    f'xmlns:office="{NS}office:1.0" xmlns:text="{NS}text:1.0" xmlns:meta="{NS}meta:1.0" '
    f'xmlns:table="{NS}table:1.0" xmlns:style="{NS}style:1.0" xmlns:fo="{NS}xsl-fo-compatible:1.0" '
    f'xmlns:config="{NS}config:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:officeooo="http://openoffice.org/2009/office" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
META = (
    "<meta:generator>LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2</meta:generator>"
    "<meta:initial-creator>Jeanne Martin</meta:initial-creator><dc:creator>A. Petit</dc:creator>"
    "<meta:creation-date>2016-03-14T17:12:00</meta:creation-date><dc:date>2016-03-14T17:40:00.5</dc:date>"
    "<meta:editing-cycles>4</meta:editing-cycles><meta:editing-duration>PT1H2M30S</meta:editing-duration>"
)


def odt(
    body: str = "<text:p>The amount is 1,200 euros.</text:p>",
    *,
    meta: str = META,
    styles: str = "",
    settings: str = "",
    kind: str = "text",
    mimetype_first: bool = True,
    extra: Mapping[str, bytes] | None = None,
    listed: tuple[str, ...] = ("content.xml", "meta.xml", "settings.xml"),
    manifest: str = "",
) -> bytes:
    """A package; ``body`` goes inside the body of the content."""
    parts: dict[str, bytes] = {
        "content.xml": f"<office:document-content {HEAD} office:version='1.3'><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>".encode(),
        "meta.xml": f"<office:document-meta {HEAD} office:version='1.3'><office:meta>{meta}</office:meta>"
        "</office:document-meta>".encode(),
        "settings.xml": f"<office:document-settings {HEAD}>{settings}</office:document-settings>".encode(),
        **(extra or {}),
    }
    entries = "".join(f'<m:file-entry m:full-path="{name}">{manifest}</m:file-entry>' for name in listed)
    parts["META-INF/manifest.xml"] = f'<m:manifest xmlns:m="{NS}manifest:1.0">{entries}</m:manifest>'.encode()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:

        def put_type() -> None:
            archive.writestr(
                zipfile.ZipInfo("mimetype"), f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED
            )

        if mimetype_first:
            put_type()
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        if not mimetype_first:
            put_type()
    return whole.getvalue()
