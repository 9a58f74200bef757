from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('health', '0002_dose_validity'),
    ]

    operations = [
        migrations.AlterField(
            model_name='healthevent',
            name='proof',
            field=models.CharField(choices=[('claimed', 'tự khai, chưa xác minh'), ('certificate', 'giấy chứng nhận đã xác minh'), ('confirmed', 'cán bộ y tế đã xác nhận')], default='claimed', max_length=12),
        ),
    ]
