"""The map server: events become incidents, audited decisions, and stops on a patrol route."""
