"""Channels that carry notices. A new one copies wecom.py (the shortest) and adds its line in bootstrap."""
