// Empty on purpose: see docs/decisions.
