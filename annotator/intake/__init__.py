"""How postings come in: files are read row by row, checked, and added in batches. Nothing is let through by default."""
