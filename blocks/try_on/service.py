"""The block that every service of the try-on is."""

from abc import ABC

from pydantic import Field

from blocks.http_service import HttpService
from blocks.try_on.settings import Dialect, try_on_settings


class TryOnService(HttpService, ABC):
    """A service which speaks the seed's dialect of the contract or the deployed one."""

    dialect: Dialect = Field(default_factory=lambda: try_on_settings().upstream_dialect)
    connect_timeout_s: float = Field(default_factory=lambda: try_on_settings().connect_timeout_s, gt=0)
