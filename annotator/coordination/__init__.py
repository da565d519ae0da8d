"""What coordinators change while people label: open items that follow the settings, and actions on many items at once."""
