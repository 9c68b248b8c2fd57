"""The import wizard: file, header, columns, preview, choice, writing, undo; the same for all."""
