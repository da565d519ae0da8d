"""Would a test notice? Small changes ("mutants") are made to a package one at a time, and the tests that run the changed line
are asked. `find` makes the mutants, `trace` learns which test runs which line, `trial` runs tests against mutants in forked
processes, `__main__` is the command.
"""
