"""The exchange as `deploy/` runs it, for the tests of one file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.databases import POSTGRES

if TYPE_CHECKING:
    from tests.deploy.support.site import Site
    from tests.support.databases import Templates


@pytest.fixture(scope="module")
def site(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One exchange for all tests of a file; each makes its own members."""
    from tests.deploy.support.site import running

    folder = tmp_path_factory.mktemp("deploy")
    with running(folder, lambda data: templates.fresh(POSTGRES, data, scratch=True)) as found:
        yield found
