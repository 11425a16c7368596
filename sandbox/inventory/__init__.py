"""The inventory system of the sandbox hospital: stock, its movements, and the uses it captures and sends out."""
