"""Made-up postings with planted truth, simulated people who answer them, and the audit that no shortcut leads to the truth."""
