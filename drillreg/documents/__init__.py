"""Official documents: numbering series, layouts, PDF."""
