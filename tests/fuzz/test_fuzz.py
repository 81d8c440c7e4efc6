"""Whatever the description allows, and whatever it does not: no answer that it does not describe.

`make test` makes a few hundred calls from a fixed seed, `make fuzz` (CASES=5000) thousands, with the document's own
examples, every boundary and chains along the links.
"""

import os

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.api.world import World
from tests.fuzz.run import fuzz, operations

CASES = int(os.environ.get("CASES", "500"))
SEED = int(os.environ.get("SEED", "20"))
THOROUGH = CASES > 1000
ROLES = ("owner", "marketer", "analyst")
# Of the calls of a thorough run most come from examples and boundaries.
EXAMPLES = max(1, CASES // (len(ROLES) * len(operations()) * 2)) if THOROUGH else 1


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_one_that_the_document_describes(
    world: World, django_db_blocker: DjangoDbBlocker, role: str
) -> None:
    with django_db_blocker.unblock():
        steps = 12 if THOROUGH else (4 if role == "owner" else 0)
        outcome = fuzz(world.callers[role], seed=SEED, examples=EXAMPLES, steps=steps, thorough=THOROUGH)

    print(f"{role}: {outcome.cases} calls, {dict(sorted(outcome.statuses.items()))}")
    assert outcome.failures == {}
    assert set(outcome.calls) == operations()
    assert outcome.cases >= CASES // len(ROLES) - len(ROLES)
