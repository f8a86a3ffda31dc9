"""Pictures in memory: decoded from hostile bytes, brought to a size, encoded."""
