"""The jobs' mirror needs what the contracts' tests need."""

from tests.images_api.conftest import api_settings, dual, prefect_url, served, shim

__all__ = ["api_settings", "dual", "prefect_url", "served", "shim"]
