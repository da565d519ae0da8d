"""Moving in: exports of other tools are read into one kind of record, mapped to our questions, screened, and stored."""
