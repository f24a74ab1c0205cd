"""Image recipes: pictures that passed through GIMP, ImageMagick, a server with PHP, or Facebook."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.forge import image
from tests.forge.recipe import benign
from tests.forge.tools import ToolFailed, run, through

_SCRIPT = (
    '(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "{source}" "in.jpg"))))'
    " (gimp-file-save RUN-NONINTERACTIVE image (car (gimp-image-get-active-layer image))"
    ' "{target}" "out"))'
)


@benign("image", needs=("gimp",))
def saved_by_gimp(data: bytes, *, to: str = "jpg") -> bytes:
    """Opened and exported by GIMP with its own settings; EXIF is kept and GIMP names itself."""
    image.segments(data)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.jpg", Path(folder) / f"out.{to}"
        source.write_bytes(data)
        script = _SCRIPT.format(source=source, target=target)
        # HOME: no settings of whoever runs this are read or left
        run("env", f"HOME={folder}", "gimp", "-i", "-d", "-f", "-b", script, "-b", "(gimp-quit 0)")
        if not target.is_file():
            raise ToolFailed("gimp left no file")
        return target.read_bytes()


@benign("image", needs=("convert",))
def saved_by_imagemagick(data: bytes, *, quality: int = 88, to: str = "jpg") -> bytes:
    """Opened and written by ImageMagick, which keeps EXIF and names itself nowhere."""
    image.segments(data)
    return through(("convert", "IN", "-quality", str(quality), "OUT"), data, suffix=".jpg", to=f".{to}")


def _with_segment(data: bytes, marker: int, payload: bytes) -> bytes:
    image.segments(data)
    return data[:2] + bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload + data[2:]


@benign("image", needs=("PIL",))
def shown_by_a_server(data: bytes) -> bytes:
    """Made smaller by a server that runs PHP: no metadata, and the comment of the GD library."""
    said = b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 82\n"
    return _with_segment(image.through_messenger(data, longest=900), 0xFE, said)


@benign("image", needs=("PIL",))
def downloaded_from_facebook(data: bytes) -> bytes:
    """Made smaller, with the two captions Facebook puts into what is downloaded from it."""
    captions = b"".join(
        b"\x1c\2" + bytes([number]) + len(value).to_bytes(2, "big") + value
        for number, value in ((40, b"FBMD01000ac60300004a1d00002d4b0000"), (103, b"aBcDeFgHiJkLmNoPqRsT"))
    )
    resource = b"8BIM\x04\x04\0\0" + len(captions).to_bytes(4, "big") + captions + b"\0" * (len(captions) % 2)
    return _with_segment(image.through_messenger(data), 0xED, b"Photoshop 3.0\0" + resource)
