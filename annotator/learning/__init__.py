"""Active learning in the service: what is trained on the stored answers, what becomes of it, and how it stands."""
