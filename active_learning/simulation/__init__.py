"""Campaigns played on recorded or simulated answers, to plan one before anybody is asked and to prove a routing policy."""
