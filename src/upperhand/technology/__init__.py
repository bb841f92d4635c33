"""The follower in each strategic technology: how far behind, how fast closing, who supplies it."""
