"""The two files that an installer writes, camera.toml and agent.toml, as frozen settings."""
