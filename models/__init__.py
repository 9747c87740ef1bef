"""Model registry, training, evaluation and scenes; run from the checkout, not installed."""
