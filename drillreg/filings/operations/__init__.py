"""Acts of filing, publication and training."""
