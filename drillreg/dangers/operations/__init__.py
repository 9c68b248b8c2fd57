"""Acts on dangers."""
