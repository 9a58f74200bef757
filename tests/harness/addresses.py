"""Every address of the site, read from the URL configuration itself, so that a new one is walked without being listed."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from recruitment.accounts.permissions import LIBRARY_ADDRESSES, LIBRARY_NAMESPACES


class Address(NamedTuple):
    """`path` as written ("/jobs/<int:pk>/"), `name` with its namespace, `converters` by parameter."""

    path: str
    name: str
    view: Callable
    converters: dict

    @property
    def permission(self) -> str | None:
        namespace = self.name.split(":")[0] if ":" in self.name else ""
        return getattr(self.view, "permission", None) or LIBRARY_ADDRESSES.get(self.name) or LIBRARY_NAMESPACES.get(namespace)


def addresses() -> list[Address]:
    """All but the administrator's pages, which Django makes."""
    return [address for address in _walk(get_resolver(), "/", "") if not address.name.startswith("admin:")]


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, path, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield Address(path, f"{namespace}{entry.name}", entry.callback, entry.pattern.converters)
