"""QR codes as pictures inside a page."""

import segno
from django.utils.safestring import SafeString, mark_safe

QUIET_ZONE = 4  # modules of white around the code (ISO/IEC 18004)


def qr_code(text: str) -> SafeString:
    """An SVG to put into a page: black on white, as wide as its place, no style attribute (CSP)."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(border=QUIET_ZONE, light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308 - made of modules, the text itself is not in it
