"""Running the people of an office: bulk import, printed slips, leaving and handing over."""
