"""Makes the engine's login in a Tryton, with the rights that it needs and no more; again, it brings both up to date.

An administrator runs it with Tryton's own Python, on the server's configuration; the login's password comes by stdin:

    python engine_login.py trytond.conf DATABASE --company "St Example Hospital" < engine.password
"""

# Tryton and proteus are not in the engine's environment, only in Tryton's own.
# mypy: ignore-errors

import argparse
import sys

GROUP = "Integration engine"
BUTTONS = ("Stock Force Assignment", "Stock Cancellation")
"""Tryton's own groups that give buttons and nothing else: discrepancies, and taking back."""

RIGHTS = {
    "stock.shipment.in": "read write create",
    "stock.shipment.in.return": "read write create",
    "stock.shipment.internal": "read write create",
    "stock.shipment.out": "read write create",
    "stock.shipment.out.return": "read write create",
    "stock.move": "read write create",
    "stock.lot": "read write create",
    "stock.period": "read",
    "stock.period.cache": "read",
    "stock.period.cache.lot": "read",
    "account.move": "read write create delete",
    "analytic_account.line": "read create",
}
"""What it may do with which model. A posted move cannot be changed by anybody; a draft that was refused is deleted."""


def make_login(Model, *, company, login, password):
    """A user of this company with the group of the engine and Tryton's groups of buttons; has what it had no more."""
    Group, User = Model.get("res.group"), Model.get("res.user")
    (group,) = Group.find([("name", "=", GROUP)]) or [Group(name=GROUP)]
    group.save()
    _grant(Model.get("ir.model.access"), group)
    (user,) = User.find([("login", "=", login)]) or [User(name=GROUP, login=login)]
    user.password = password
    if company.id not in {one.id for one in user.companies}:
        user.companies.append(type(company)(company.id))
    user.company = company
    while user.groups:
        user.groups.pop()
    user.groups.extend([group, *Group.find([("name", "in", list(BUTTONS))])])
    user.save()
    return user


def _grant(Access, group):
    for one in Access.find([("group", "=", group.id)]):
        one.delete()
    for model, verbs in RIGHTS.items():
        Access(model=model, group=group, **{f"perm_{verb}": True for verb in verbs.split()}).save()


def main():
    """As the command line says."""
    from proteus import Model
    from proteus import config as proteus_config

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configuration", help="the configuration file of the server")
    parser.add_argument("database")
    parser.add_argument("--company", required=True, help="the name of the company whose books it writes")
    parser.add_argument("--login", default="engine")
    parser.add_argument("--administrator", default="admin", help="the user as whom this is done")
    told = parser.parse_args()
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        parser.error("the password of the login is read from stdin, and there is none")
    proteus_config.set_trytond(database=told.database, user=told.administrator, config_file=told.configuration)
    companies = Model.get("company.company").find([("party.name", "=", told.company)])
    if len(companies) != 1:
        parser.error(f"there are {len(companies)} companies of this name")
    user = make_login(Model, company=companies[0], login=told.login, password=password)
    print(f"{user.login}: {', '.join(sorted(group.name for group in user.groups))}")


if __name__ == "__main__":
    main()
