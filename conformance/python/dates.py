# --- date arithmetic
from datetime import date, datetime, timedelta, timezone
d = date(2024, 2, 28)
print(d + timedelta(days=2), d.isocalendar(), d.strftime("%A %d %B %Y %j %U"), (date(2025, 1, 1) - d).days, d.replace(day=1), d.weekday(), date.fromisoformat("2024-12-30").isocalendar().week)
print(datetime(2024, 1, 31, 12, tzinfo=timezone.utc).isoformat(), datetime.fromtimestamp(0, timezone.utc), datetime(2024, 5, 6, 7, 8, 9, 123456), timedelta(hours=25, seconds=1), timedelta(days=-1, seconds=5))
# --- parse dates
from datetime import datetime
for text, fmt in (("2024-03-05 10:20:30", "%Y-%m-%d %H:%M:%S"), ("5 Mar 24", "%d %b %y"), ("03/05/2024 1:02 PM", "%m/%d/%Y %I:%M %p"), ("2024-065", "%Y-%j"), ("20240305T102030+0200", "%Y%m%dT%H%M%S%z")):
    print(datetime.strptime(text, fmt))
print(datetime.fromisoformat("2024-03-05T10:20:30.5+01:00").utctimetuple()[:6])
datetime.strptime("x", "%Y")
# --- time zones
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones
b = ZoneInfo("Europe/Berlin")
t = datetime(2024, 3, 31, 0, 30, tzinfo=b)
for h in range(4): print((t.astimezone(ZoneInfo("UTC")) + timedelta(hours=h)).astimezone(b).isoformat())
print(datetime(2024, 7, 1, tzinfo=ZoneInfo("America/New_York")).tzname(), datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=b).utcoffset(), len(available_timezones()) > 400)
ZoneInfo("Mars/Base")
# --- calendar
import calendar
print(calendar.month(2024, 2), calendar.monthrange(2023, 2), calendar.isleap(1900), calendar.TextCalendar(6).formatmonth(2024, 9))
print([calendar.day_abbr[i] for i in range(7)], calendar.timegm((2024, 1, 1, 0, 0, 0)))
# --- business days
from datetime import date, timedelta
d, n = date(2024, 12, 20), 0
while n < 10:
    d += timedelta(1); n += d.weekday() < 5 and d not in {date(2024, 12, 25), date(2024, 12, 26)}
print(d)
# --- log times by hour
import re, collections
from datetime import datetime
c = collections.Counter(datetime.strptime(m, "%Y-%m-%d %H:%M:%S").hour for m in re.findall(r"^\S+ \S+", open("app.log").read(), re.M))
print(sorted(c.items()))
# --- time functions
import time
print(time.gmtime(0), time.strftime("%Y-%m-%d", time.gmtime(86400)), time.mktime(time.strptime("2000", "%Y")) > 0, time.monotonic() <= time.monotonic(), time.time() > 1.6e9, time.perf_counter_ns() > 0)
a = time.monotonic(); time.sleep(0.02); print(time.monotonic() - a >= 0.02)
# --- age buckets from json
import json, collections
ages = [p["age"] for p in json.load(open("people.json"))]
b = collections.Counter(a // 10 * 10 for a in ages)
for k in sorted(b): print(f"{k}-{k+9} {'#' * b[k]}")
# --- cron like schedule
from datetime import datetime, timedelta
t = datetime(2024, 1, 30, 23, 50)
print([(t + timedelta(minutes=15 * i)).strftime("%d %H:%M") for i in range(4)], (t.replace(day=1) + timedelta(days=32)).replace(day=1).date())
# --- iso weeks of a year
from datetime import date, timedelta
print({date(y, 12, 28).isocalendar()[1] for y in range(2015, 2021)}, date.fromisocalendar(2020, 53, 5), date.min, date.max - timedelta(1))
date(2023, 2, 29)
