"""The rules of alerts over what is stored, and the duty that brings alerts into step with them."""
