"""What is known so far: agreement, consensus, pace and drift from what is stored, and the exports and releases made of it."""
