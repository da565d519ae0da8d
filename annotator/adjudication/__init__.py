"""Adjudication: items that people could not agree on go to somebody who decides, beside the answers and never over them."""
