"""The coordinator's desk: its panels and what is behind them, alerts, limits, settings, webhooks, operations."""
