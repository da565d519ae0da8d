"""Tables, sessions, migrations, and one module of queries a concept. Rules live in `domain`, never here."""
