"""What has to be put right in a system before a work item about it is tried again, and the call that does it."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from suture.demo.uses import account_number


@dataclass(frozen=True)
class Mend:
    """One thing that staff of billing do, in words, and at the sandbox's control desk."""

    words: str
    path: str
    body: Mapping[str, Any]

    def command(self, *, url: str, token_file: str) -> str:
        """The same for a shell."""
        told = shlex.quote(json.dumps(dict(self.body)))
        token = f'"authorization: Bearer $(cat {shlex.quote(token_file)})"'
        return f"curl -fsS {url}/_control/{self.path} -H {token} -H 'content-type: application/json' -d {told}"


MENDS: Mapping[str, Mend] = {
    "add-code-4711": Mend(
        "revenue integrity adds a charge code for 4711 in billing",
        "cdm",
        {"supply_ref": "S4711", "cdm_code": "27004711", "price": 2_900},
    ),
    "reopen-account-37": Mend(
        "patient accounting opens the account of case 37 again in billing",
        f"accounts/{account_number(37)}/status",
        {"status": "open"},
    ),
}
