"""Rules: small state machines over observations, one file each."""
