from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_people_teams_shares"),
        ("tenants", "0005_second_factor_and_sessions"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="groups",
            field=models.ManyToManyField(related_name="users", through="access.TeamMembership", to="access.team"),
        ),
    ]
