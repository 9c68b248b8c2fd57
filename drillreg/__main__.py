"""`python -m drillreg` is the `drillreg` command."""

from drillreg.app import cli

if __name__ == "__main__":
    cli()
