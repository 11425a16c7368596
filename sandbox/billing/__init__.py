"""The billing system of the sandbox hospital: accounts, charge description master, charges posted in batches."""
