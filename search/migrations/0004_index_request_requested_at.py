from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("search", "0003_saved_search_condition"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="indexrequest",
            index=models.Index(fields=["kind", "requested_at", "document"], name="index_request_requested_at"),
        ),
    ]
