"""Systems that nobody here wrote, installed and started to run against."""
