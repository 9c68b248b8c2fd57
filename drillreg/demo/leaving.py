"""Last stage: somebody of a school retired and handed over."""

from drillreg.accounts.operations import NewAccount, create_accounts
from drillreg.demo.lookup import Lookup
from drillreg.demo.times import ago, at
from drillreg.orgs.scope import OrgScope
from drillreg.staff.leaving import Wish, leave
from drillreg.tasks.facts import Order, Receiver
from drillreg.tasks.operations.giving import assign

SCHOOL = "竹源镇中心小学"
LEAVER, SUCCESSOR = ("吴秋菊", "wuqiuju"), "luoyulan"


def load_leaving(known: Lookup) -> dict[str, int]:
    """Let a liaison retire and hand over to a colleague; return how many left."""
    came, left = ago(known.today, 400), ago(known.today, 12)
    school = known.orgs[SCHOOL]
    ((account, _),) = create_accounts(
        [NewAccount(*LEAVER, "unit_liaison", school.id)],
        from_on=came,
        actor=None,
        now=at(came, 9),
    )
    clerk = known.actor("zhoumin")
    order = Order("asked", "补报学校应急物资清单", due_on=ago(known.today, -10))
    given = ago(known.today, 20)
    receiver = Receiver(school, account)
    assign(order, receiver, actor=clerk, today=given, now=at(given, 10))
    wish = Wish("退休", SUCCESSOR, with_posts=True, with_roles=True)
    around = OrgScope(left, frozenset({school.path}))
    leave(account, wish, scope=around, actor=clerk, today=left, now=at(left, 15))
    return {"left": 1}
