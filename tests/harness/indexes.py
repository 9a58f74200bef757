"""The indexes of one test process on an Elasticsearch that others use too."""

from django.conf import settings
from elasticsearch import Elasticsearch


def remove_own_indexes(url: str) -> None:
    with Elasticsearch(url) as client:
        if own := list(client.indices.get(index=f"{settings.ELASTICSEARCH_PREFIX}-*")):
            client.indices.delete(index=own)
