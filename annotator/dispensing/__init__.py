"""Who gets what next: eligibility → candidates → lease, and what becomes of a lease. Knows no HTTP and no Label Studio."""
