"""What changes: numbers, layouts, printed sheets and what comes back of them."""
