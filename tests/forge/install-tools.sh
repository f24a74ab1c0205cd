#!/bin/sh
# Installs the programs that the recipes drive. None of them is needed to use leakverify or to read the
# example leak: tests that need one are skipped, with the reason, where it is absent.
set -eu

PACKAGES="chromium faketime fonts-dejavu-core fonts-liberation ghostscript gimp gnumeric imagemagick libimage-exiftool-perl
libjpeg-turbo-progs libreoffice-calc libreoffice-draw libreoffice-writer mupdf-tools ocrmypdf pandoc pdftk-java poppler-utils qpdf
tar tesseract-ocr zip"
PYTHON_PACKAGES="openpyxl XlsxWriter numpy pikepdf reportlab"

become=""
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1; then become="sudo"; else become="none"; fi
fi

if command -v apt-get >/dev/null 2>&1 && [ "$become" != "none" ]; then
    # shellcheck disable=SC2086
    $become apt-get install --yes --no-install-recommends $PACKAGES
else
    echo "Install these by hand (Debian names):"
    # shellcheck disable=SC2086
    printf '  %s\n' $PACKAGES
fi

echo "In the Python environment of the tests, the recipes for spreadsheets and photos also want:"
echo "  python -m pip install $PYTHON_PACKAGES"
