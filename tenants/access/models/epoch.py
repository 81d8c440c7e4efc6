"""A number that grows with every change of who may do what."""

from django.db import models

from kernel.recorder import unaudited


@unaudited("derived: counts the changes of tables that are recorded", read_only=True)
class AccessEpoch(models.Model):
    """One row. Triggers on roles, people, teams, shares and tokens count it up in the transaction that changes them."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="access_epoch_one_row")]

    def __str__(self) -> str:
        return str(self.value)
