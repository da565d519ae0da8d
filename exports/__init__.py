"""What leaves the house: files that other tools load. Reads a frozen snapshot as Arrow, never the database."""
