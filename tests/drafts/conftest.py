"""The committed organizations of the API's tests."""

from tests.api.conftest import other_world as other_world
from tests.api.conftest import world as world
from tests.api.conftest import worlds as worlds
from tests.cache.lasting import lasting_values as lasting_values
