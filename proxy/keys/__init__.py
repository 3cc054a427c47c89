"""Keys and what is derived from them: the keyring, pseudonyms, reversible tokens."""
