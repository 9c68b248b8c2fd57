import pytest

from drillreg.i18n import force_locale
from drillreg.workdays.describing import describe, spoken
from drillreg.workdays.recurrence import SCHOOL_MONTHS, Freq, Recurrence, Shift

SENTENCES = [
    (
        Recurrence(Freq.MONTHLY, nth=-1, weekdays=(2,)),
        "每月最后一个星期三，遇休息日顺延",
        "every month on the last Wednesday, moved to the next working day if it is a day off",
    ),
    (
        Recurrence(Freq.MONTHLY, months=SCHOOL_MONTHS, day=15, shift=Shift.SKIP),
        "每月（限2月至6月、9月至12月）15日，遇休息日取消",
        (
            "every month (only in February to June, September to December) on day 15 of the month,"
            " left out if it is a day off"
        ),
    ),
    (
        Recurrence(Freq.YEARLY, months=(5, 10), day=12, shift=Shift.NONE),
        "每年5月、10月12日",
        "every year in May, October on day 12 of the month",
    ),
    (
        Recurrence(Freq.WEEKLY, 2, weekdays=(0, 4), count=10, shift=Shift.PREVIOUS_WORKING_DAY),
        "每2周星期一、星期五，共10次，遇休息日提前",
        (
            "every 2 weeks on Monday, Friday, 10 times in all,"
            " moved to the working day before if it is a day off"
        ),
    ),
    (
        Recurrence(Freq.TIMES_PER_TERM, times=2, nth=1, weekdays=(1,)),
        "每学期2次（3月、5月、9月、11月）第一个星期二，遇休息日顺延",
        (
            "2 times a term (in March, May, September, November) on the first Tuesday,"
            " moved to the next working day if it is a day off"
        ),
    ),
    (
        Recurrence(Freq.QUARTERLY, day=31, shift=Shift.NONE),
        "每季度月末日",
        "every quarter on the last day of the month",
    ),
]


@pytest.mark.parametrize(("recurrence", "zh", "en"), SENTENCES)
def test_a_rhythm_reads_as_a_sentence_in_both_languages(app, recurrence, zh, en):
    with app.test_request_context("/"):
        with force_locale("zh_Hans_CN"):
            assert spoken(describe(recurrence)) == zh
        with force_locale("en"):
            assert spoken(describe(recurrence)) == en
