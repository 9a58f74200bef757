from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="sensitivereading",
            options={
                "ordering": ["-at", "-pk"],
                "verbose_name": "lượt xem thông tin nhạy cảm",
                "verbose_name_plural": "lượt xem thông tin nhạy cảm",
            },
        ),
    ]
