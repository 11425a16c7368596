"""Why a charge is voided, as the sandbox's billing takes it: a code alone."""

import pytest

from canonical.identity import wire_key
from tests.connectors.test_sandbox_billing import a_charge, connector
from tests.sandbox.billing_process import BillingProcess, standing


@pytest.mark.parametrize(("reason", "code"), [("", "IN-ERROR"), ("wasted goods", "NO-CHARGE")])
async def test_a_void_tells_by_a_code_whether_the_use_stands(
    tmp_path_factory: pytest.TempPathFactory, reason: str, code: str
) -> None:
    with BillingProcess(tmp_path_factory.mktemp("billing")) as process:
        billing, key = connector(process), wire_key("charge")
        account, case = "A100001", "C-2026-0001"
        await billing.post_charge(a_charge(), account_number=account, case_number=case, wire_key=key)
        await billing.void_charge(key, wire_key=wire_key("undo"), no_charge_reason=reason)
        async with process.client() as client:
            assert (await standing(client, key))["void"]["rsn_cd"] == code
        await billing.close()
