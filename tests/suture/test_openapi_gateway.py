"""The OpenAPI document says what the gateway does: every answer to generated requests fits it, and none is a defect."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from uuid import uuid4

from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from tests.support.front_door import READER, FrontDoor, captured, signed
