"""The adjudicator's queue and bench, and what decisions say of the guideline."""
