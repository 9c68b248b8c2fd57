"""Geodata: datum shifts, shapes, reading uploads in the sandbox and writing exports."""
