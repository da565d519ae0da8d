"""Backups: one sealed file with every row, what the home folder holds and the settings; and the way back."""
