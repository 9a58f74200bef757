from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("openings", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="opening",
            name="dormitory_people_per_room",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="số người một phòng"),
        ),
        migrations.AddField(
            model_name="opening",
            name="dormitory_months",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="được ở nhiều nhất (tháng)"),
        ),
    ]
