"""The one map: layers of the features within reach."""
