from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_helpers_of_a_house'),
        ('workers', '0008_houses_of_helpers'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('helper', None), ('helper_house', None)), models.Q(('helper__isnull', False), ('helper_house__isnull', False)), _connector='OR'), name='a_helper_acts_for_a_house'),
        ),
    ]
