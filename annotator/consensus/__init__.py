"""Consensus and agreement: pure numerics, arrays in and arrays out, usable without the service."""
