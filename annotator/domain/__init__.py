"""Plain values and rules, with no input or output: what an item, an answer, a role and a guideline are."""
