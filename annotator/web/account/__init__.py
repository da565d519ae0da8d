"""One's own account, whoever one is: signing in, a second factor, tokens, look and language."""
