"""Makes the engine's login in a Tryton, with the rights that it needs and no more; again, it brings both up to date.

An administrator runs it with Tryton's own Python, on the server's configuration; the login's password comes by stdin:

    python engine_login.py trytond.conf DATABASE --company "St Example Hospital" < engine.password

What Tryton says of nobody, everybody may do: parties and their contacts may be changed by any login, and so may whatever a
module forgets. So each such model is closed to the engine's group. To be run again when modules are activated.
"""

# Tryton and proteus are not in the engine's environment, only in Tryton's own.
# mypy: ignore-errors

import argparse
import sys

GROUP = "Integration engine"
TRYTONS_GROUPS = ("Stock Force Assignment", "Stock Cancellation", "Purchase", "Purchase Amendment", "Accounting")
"""For discrepancies, for taking back what is done (both bring the rights of Tryton's group Stock with them), to order, to
change an order that is on its way, and to keep supplier invoices."""

RIGHTS = {
    "account.configuration.default_account": "read",
    "account.invoice.line-stock.move": "read write create delete",
    "account.move": "read write create delete",
    "analytic_account.line": "read create",
    "analytic.account.entry": "read write create delete",
    "analytic_account.budget": "read",
    "purchase.line-ignored-stock.move": "read",
    "stock.order_point": "read",
    "party.party": "read",
    "party.address": "read",
    "product.identifier": "read",
    "ir.session.wizard": "read write create delete",
    "res.user.warning": "read create",
}
"""What the engine may do beside. A posted move is changed by nobody; a draft that was refused is deleted."""


def make_login(Model, *, company, login, password):
    """A user of this company with the group of the engine and those of Tryton's; what it had beside is taken from it."""
    Group, User = Model.get("res.group"), Model.get("res.user")
    (group,) = Group.find([("name", "=", GROUP)]) or [Group(name=GROUP)]
    group.save()
    _grant(Model, group)
    (user,) = User.find([("login", "=", login)]) or [User(name=GROUP, login=login)]
    user.password = password
    if company.id not in {one.id for one in user.companies}:
        user.companies.append(type(company)(company.id))
    user.company = company
    while user.groups:
        user.groups.pop()
    user.groups.extend([group, *Group.find([("name", "in", list(TRYTONS_GROUPS))])])
    user.save()
    return user


def _grant(Model, group):
    Access = Model.get("ir.model.access")
    for one in Access.find([("group", "=", group.id)]):
        one.delete()
    for model, verbs in RIGHTS.items():
        Access(model=model, group=group, **{f"perm_{verb}": True for verb in verbs.split()}).save()
    told = {one.model for one in Access.find([])}
    for model in Model.get("ir.model").find([("name", "not in", sorted(told))]):
        Access(model=model.name, group=group).save()


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
