"""Encrypted columns and their blind indexes.

Keys come from settings: FIELD_KEYS (Fernet keys, newest first) and BLIND_INDEX_KEY.
"""

import datetime as dt
import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: str) -> bytes:
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(plain.encode())


def decrypt(token: bytes) -> str:
    """Raises cryptography.fernet.InvalidToken when no key fits."""
    return _fernet(tuple(settings.FIELD_KEYS)).decrypt(bytes(token)).decode()


def rotate(token: bytes) -> bytes:
    """The same text under the newest key."""
    return _fernet(tuple(settings.FIELD_KEYS)).rotate(bytes(token))


def blind_index(purpose: str, value: str) -> str:
    """A keyed digest for looking an encrypted value up: equal values of one purpose give equal digests (64 hex digits)."""
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


class EncryptedField(models.BinaryField):
    """A column of ciphertext; subclasses say how a value becomes text. It can't be filtered by: use a blind index."""

    _pyi_private_set_type: Any  # for the type checker: people's values go in and come out, not the stored bytes
    _pyi_private_get_type: Any

    def to_text(self, value) -> str:
        raise NotImplementedError

    def from_text(self, text: str):
        raise NotImplementedError

    def get_db_prep_value(self, value, connection, prepared=False):
        if value is not None and not isinstance(value, (bytes, memoryview)):
            value = encrypt(self.to_text(value))
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value, expression, connection):
        return None if value is None else self.from_text(decrypt(value))

    def value_to_string(self, obj):
        value = self.value_from_object(obj)
        return "" if value is None else self.to_text(value)

    def to_python(self, value):
        return value


class EncryptedTextField(EncryptedField):
    def to_text(self, value) -> str:
        return value

    def from_text(self, text: str) -> str:
        return text


class EncryptedDateField(EncryptedField):
    def to_text(self, value) -> str:
        return value.isoformat()

    def from_text(self, text: str) -> dt.date:
        return dt.date.fromisoformat(text)


class EncryptedJSONField(EncryptedField):
    def to_text(self, value) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    def from_text(self, text: str):
        return json.loads(text)
