"""Commands about accounts."""

from sqlalchemy import select

from drillreg.accounts.models import Account
from tests.accounts.conftest import PASSWORD


def test_the_command_resets_the_only_administrator(app, county, make_account, enter, look):
    make_account("secadmin", county.county, username="pengxia")
    run = app.test_cli_runner().invoke
    said = run(args=["accounts", "reset", "pengxia", "--second-step"]).output
    assert look(select(Account.totp_since)) is None
    assert enter("pengxia", PASSWORD)[1].status_code == 422
    assert enter("pengxia", said.split()[-1])[1].status_code == 303
    assert run(args=["accounts", "reset", "nobody"]).exit_code == 1


def test_the_command_makes_an_account_that_must_choose_a_password(app, county, enter):
    words = ["accounts", "create", "zhoumin", "--name", "周敏", "--role", "county_staff"]
    said = app.test_cli_runner().invoke(args=[*words, "--org", "青岭县", "--password", PASSWORD])
    assert said.exit_code == 0, said.output
    assert enter("zhoumin")[0].get("/").location == "/account/first"
