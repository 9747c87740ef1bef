"""What travels between edge agent and map server; the only code that both import."""
