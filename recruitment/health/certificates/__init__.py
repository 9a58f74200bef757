"""HC1 health certificates (EU Digital COVID Certificate, and Vietnam's vaccine passport under QĐ 5772/QĐ-BYT), without a database.

A certificate is text in a QR code: "HC1:" and, wrapped in each other, base45 (RFC 9285), zlib, COSE_Sign1 (RFC 9052),
CWT (RFC 8392) and the content (the Commission's DCC schema, versions 1.0 to 1.3). Read from outside in:

pictures.py  photo → text               envelope.py  text → signed bytes           signing.py   signed bytes + key → trusted or not
content.py   CBOR → typed content       facts.py     content → facts of the record  identity.py  whose certificate it is
reading.py   all of it: text, keys and a moment → one Reading
"""
