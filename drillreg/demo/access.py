"""Last stage: how people sign in: phones of monitors, a deputy, accounts in every state."""

from datetime import timedelta

from drillreg.accounts import acting, devices
from drillreg.accounts.models import Account, Device
from drillreg.accounts.operations import NewAccount, create_accounts, disable
from drillreg.accounts.queries import actor_of
from drillreg.accounts.rules import LOCK
from drillreg.demo.lookup import Lookup
from drillreg.demo.times import ago, at

ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; M2006C3LC) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/116.0.0.0 Mobile Safari/537.36"
)
# People who were given an account and have not used it yet: name, user name, role, organisation.
NEW = (
    ("王海燕", "wanghaiyan", "unit_liaison", "县第一中学"),
    ("朱志强", "zhuzhiqiang", "town_staff", "石桥镇"),
)


def load_access(known: Lookup) -> dict[str, int]:
    """Bind phones, lend a role, and leave some accounts unused, locked and out of use."""
    now, today = known.now, known.today
    clerk = actor_of(known.account("liumeiyun"), on=today)
    since = at(ago(today, 60), 9)
    _bind(known.account("zhongfusheng"), known, at_day=60)
    made = create_accounts(
        [NewAccount(name, username, role, known.orgs[org].id) for name, username, role, org in NEW],
        from_on=ago(today, 20),
        actor=None,
        now=at(ago(today, 20), 9),
    )
    known.account("luoyulan").locked_until = now + LOCK
    disable(made[1][0], reason="调离本单位", actor=None, now=at(ago(today, 5), 16))
    leader = known.account("fangmingyuan")
    acting.lend(
        leader,
        known.account("hexiaolan"),
        codes=["leader"],
        from_on=ago(today, 3),
        to_on=today + timedelta(days=28),
        today=today,
        actor=actor_of(leader, on=today),
        now=at(ago(today, 3), 8),
    )
    lost = _bind(known.account("liangxiuying"), known, at_day=200)
    devices.revoke(lost, reason="手机遗失", actor=clerk, now=since)
    return {"phones": 2, "new accounts": len(made)}


def _bind(account: Account, known: Lookup, *, at_day: int) -> Device:
    """Bind a phone some days ago."""
    moment = at(ago(known.today, at_day), 10)
    clerk = actor_of(known.account("liumeiyun"), on=known.today)
    device = devices.invite(account, on=known.today, actor=clerk, now=moment)
    devices.bind(devices.invite_secret(device), address="10.32.5.17", agent=ANDROID, now=moment)
    device.seen_at = at(ago(known.today, 1), 7)
    return device
