from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("generations", "0009_retries_have_parents")]
    operations = [migrations.RemoveField(model_name="generation", name="retry_of")]
