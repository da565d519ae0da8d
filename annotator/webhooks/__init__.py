"""Webhooks out: endpoints and their secrets, where they may lie, and the sending."""
