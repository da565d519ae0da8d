"""The commands, one file each. They call the same use cases as the pages."""
