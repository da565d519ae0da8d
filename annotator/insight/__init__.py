"""What is known so far: label matrices from the stored answers, and the agreement they show."""
