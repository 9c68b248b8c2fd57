"""What is there: numbers, layouts, printed sheets."""
