"""Who stands on assets and products: layers above say here what must follow when one of these changes.

    dependents.register(Asset, refresh_of_assets)      # in the app's ready()
    dependents.changed(Asset, [asset.pk])              # in every command that changes an asset

The call is made in the transaction of the change, so what follows is committed with it or not at all.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from uuid import UUID

from django.db import models

Follow = Callable[[Collection[UUID]], None]
_followers: dict[type[models.Model], list[Follow]] = defaultdict(list)


def register(model: type[models.Model], follow: Follow) -> None:
    """Call `follow` with the ids of rows of `model` whenever some have changed; registering twice counts once."""
    if follow not in _followers[model]:
        _followers[model].append(follow)


def changed(model: type[models.Model], ids: Collection[UUID]) -> None:
    """Tell everybody who registered that these rows have changed; to be called after the write."""
    if ids:
        for follow in _followers[model]:
            follow(ids)
