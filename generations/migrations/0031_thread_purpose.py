"""What a thread is for: chats stand in lists, and calls of a chat model that were made from elsewhere do not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generations", "0030_news")]
    operations = [
        migrations.AddField(
            model_name="thread",
            name="purpose",
            field=models.CharField(
                blank=True,
                choices=[("", "chat"), ("improvement", "improving a prompt")],
                default="",
                max_length=12,
                verbose_name="purpose",
            ),
        ),
    ]
