"""The demonstration: a site's sample caseload, played through the agencies' own credentials, and checked at the end."""
