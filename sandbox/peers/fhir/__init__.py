"""A HAPI FHIR server, R4, as the billing system of a hospital."""
