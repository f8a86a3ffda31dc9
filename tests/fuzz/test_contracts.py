"""Every contract answers every request that its schema allows, and others, without a fault of its own."""

import math
import os
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

CONTRACTS = {
    "native": "",
    "ring": "/ring",
    "agentic": "/agentic",
    "tryon": "/tryon",
    "runpod": "/v2",
    "dual-gen": "/image/dual-gen",
    "json-from-image": "/image/json-from-image",
    "create-json": "/image/create-json",
}
CASES = int(os.environ.get("ATELIER_FUZZ_CASES", "16"))  # of each contract, about
PATIENCE_S = 60.0
SERVER_FAULT = 500
NOT_READY = {"/ready"}  # says 503 rightly: there is no worker here


@dataclass
class Attack:
    """What was sent to a contract at `root`, and what was answered with a 5xx."""

    root: str
    sent: int = 0
    faults: list[str] = field(default_factory=list)

    def on(self, operation: APIOperation, mode: GenerationMode, count: int) -> None:
        """Send up to `count` different requests of `operation`; fewer where there are no more."""

        @settings(
            max_examples=count,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case) -> None:
            answer = case.call(base_url=self.root, timeout=PATIENCE_S)
            self.sent += 1
            if answer.status_code >= SERVER_FAULT:
                self.faults.append(f"{answer.status_code} {case.as_curl_command()}: {answer.text[:300]}")

        with suppress(Unsatisfiable):  # of a request without any parts none is wrong
            send()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_no_request_is_answered_with_a_fault_of_ours(contract: str, house_url: str) -> None:
    """Of the generated requests, fitting the schema and not, none is answered with a 5xx."""
    attack = Attack(f"{house_url}{CONTRACTS[contract]}")
    schema = schemathesis.openapi.from_url(f"{attack.root}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if found.ok().path not in NOT_READY]
    for operation, mode in product(operations, GenerationMode):
        attack.on(operation, mode, math.ceil(CASES / len(operations) / 2))
    print(f"{contract}: {attack.sent} requests")
    assert not attack.faults, "\n".join(attack.faults)
