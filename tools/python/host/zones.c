/* Local time by TZ, which WASI's libc takes for UTC: the zone database that comes with the library (RFC 8536) and the
   rules of POSIX (XBD 8.3). */
#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 86400, NAME = 16, PATH = 256, LARGEST_FILE = 1 << 16 };

/* A change of the year: month, week and day; or, with month 0, a day that counts from 1 without leap days, or from 0 with. */
struct change {
    int month, week, day, has_leap_days;
    long at;
};

struct local {
    long offset;
    int is_dst;
    char name[NAME];
};

struct rule {
    int has_dst;
    struct local standard, summer;
    struct change start, end;
};

static struct {
    char tz[PATH];
    int is_read, has_rule, count;
    int64_t *times;
    unsigned char *kinds;
    struct local locals[256];
    struct rule rule;
} zone;

static int64_t big(const unsigned char *bytes, int size)
{
    int64_t value = (int8_t)bytes[0];
    for (int i = 1; i < size; i++)
        value = (int64_t)((uint64_t)value << 8 | bytes[i]);
    return value;
}

/* [+-]h[:m[:s]] as seconds; NULL if it is none. */
static const char *parse_time(const char *text, long *seconds)
{
    long sign = *text == '-' ? -1 : 1, total = 0, unit = 3600;
    text += *text == '-' || *text == '+';
    if (!isdigit((unsigned char)*text))
        return NULL;
    for (;; text++, unit /= 60) {
        total += strtol(text, (char **)&text, 10) * unit;
        if (*text != ':' || unit == 1)
            break;
    }
    *seconds = sign * total;
    return text;
}

static const char *parse_name(const char *text, char *name)
{
    int quoted = *text == '<', length = 0;
    for (text += quoted; quoted ? *text && *text != '>' : isalpha((unsigned char)*text); text++)
        if (length < NAME - 1)
            name[length++] = *text;
    name[length] = 0;
    return length < 3 ? NULL : text + quoted;
}

static const char *parse_change(const char *text, struct change *change)
{
    *change = (struct change){.at = 7200};
    if (*text == 'M') {
        change->month = (int)strtol(text + 1, (char **)&text, 10);
        change->week = *text == '.' ? (int)strtol(text + 1, (char **)&text, 10) : 0;
        change->day = *text == '.' ? (int)strtol(text + 1, (char **)&text, 10) : 0;
        if (change->month < 1 || change->month > 12 || change->week < 1)
            return NULL;
    } else {
        change->has_leap_days = *text != 'J';
        change->day = (int)strtol(text + (*text == 'J'), (char **)&text, 10);
    }
    return *text == '/' ? parse_time(text + 1, &change->at) : text;
}

static int parse_rule(const char *text, struct rule *rule)
{
    memset(rule, 0, sizeof *rule);
    if (!(text = parse_name(text, rule->standard.name)) || !(text = parse_time(text, &rule->standard.offset)))
        return 0;
    rule->standard.offset *= -1;
    if (!*text)
        return 1;
    rule->has_dst = rule->summer.is_dst = 1;
    rule->summer.offset = rule->standard.offset + 3600;
    if (!(text = parse_name(text, rule->summer.name)))
        return 0;
    if (*text && *text != ',') {
        if (!(text = parse_time(text, &rule->summer.offset)))
            return 0;
        rule->summer.offset *= -1;
    }
    if (!*text)
        text = ",M3.2.0,M11.1.0";
    return (text = parse_change(text + 1, &rule->start)) && *text == ',' && (text = parse_change(text + 1, &rule->end)) && !*text;
}

/* The second of `year` (UTC) at which its change begins in local time. */
static int64_t moment(const struct change *change, int year)
{
    struct tm tm = {.tm_year = year, .tm_mon = change->month ? change->month - 1 : 0, .tm_mday = 1};
    int64_t first = timegm(&tm);
    if (!change->month) {
        int leap = year % 4 == 0 && ((year + 1900) % 100 != 0 || (year + 1900) % 400 == 0);
        int day = change->has_leap_days ? change->day : change->day - 1 + (leap && change->day > 59);
        return first + (int64_t)day * DAY + change->at;
    }
    int day = (change->day - tm.tm_wday + 7) % 7 + (change->week - 1) * 7;
    struct tm next = {.tm_year = year, .tm_mon = change->month, .tm_mday = 1};
    int64_t length = (timegm(&next) - first) / DAY;
    while (day >= length)
        day -= 7;
    return first + (int64_t)day * DAY + change->at;
}

static const struct local *by_rule(int64_t at)
{
    const struct rule *rule = &zone.rule;
    struct tm tm;
    time_t local = at + rule->standard.offset;
    if (!rule->has_dst || !gmtime_r(&local, &tm))
        return &rule->standard;
    int64_t start = moment(&rule->start, tm.tm_year) - rule->standard.offset;
    int64_t end = moment(&rule->end, tm.tm_year) - rule->summer.offset;
    int is_summer = start < end ? at >= start && at < end : at >= start || at < end;
    return is_summer ? &rule->summer : &rule->standard;
}

static const struct local *local_at(int64_t at)
{
    if (zone.count == 0 || (zone.has_rule && at >= zone.times[zone.count - 1]))
        return zone.has_rule ? by_rule(at) : &zone.locals[0];
    int low = 0, high = zone.count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (zone.times[middle] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return &zone.locals[low == 0 ? 0 : zone.kinds[low - 1]];
}

/* A file of version 2 or later: its second half, with 64-bit times. */
static int parse_file(const unsigned char *bytes, size_t size)
{
    if (size < 44 || memcmp(bytes, "TZif", 4) != 0 || bytes[4] < '2')
        return 0;
    const unsigned char *end = bytes + size, *at = bytes;
    int64_t counts[6];
    for (int pass = 0; pass < 2; pass++) {
        if (end - at < 44 || memcmp(at, "TZif", 4) != 0)
            return 0;
        for (int i = 0; i < 6; i++)
            if ((counts[i] = big(at + 20 + 4 * i, 4)) < 0 || counts[i] > LARGEST_FILE)
                return 0;
        at += 44;
        if (pass == 0)
            at += counts[3] * 5 + counts[4] * 6 + counts[5] + counts[2] * 8 + counts[1] + counts[0];
    }
    int64_t times = counts[3], kinds = counts[4], letters = counts[5];
    if (kinds < 1 || kinds > 256 || end - at < times * 9 + kinds * 6 + letters + counts[2] * 12 + counts[1] + counts[0])
        return 0;
    const unsigned char *types = at + times * 9, *names = types + kinds * 6;
    zone.times = malloc((size_t)times * sizeof *zone.times + 1);
    zone.kinds = malloc((size_t)times + 1);
    if (!zone.times || !zone.kinds)
        return 0;
    for (int64_t i = 0; i < times; i++) {
        zone.times[i] = big(at + i * 8, 8);
        zone.kinds[i] = at[times * 8 + i] < kinds ? at[times * 8 + i] : 0;
    }
    for (int64_t i = 0; i < kinds; i++) {
        struct local *local = &zone.locals[i];
        *local = (struct local){.offset = (long)big(types + i * 6, 4), .is_dst = types[i * 6 + 4]};
        for (int64_t from = types[i * 6 + 5], k = 0; from + k < letters && k < NAME - 1 && names[from + k]; k++)
            local->name[k] = (char)names[from + k];
    }
    zone.count = (int)times;
    at = names + letters + counts[2] * 12 + counts[1] + counts[0];
    char footer[PATH] = "";
    for (size_t i = 0; at + 1 + i < end && at[1 + i] != '\n' && i < PATH - 1; i++)
        footer[i] = (char)at[1 + i];
    zone.has_rule = parse_rule(footer, &zone.rule);
    return 1;
}

static int read_file(const char *name)
{
    static const char *const places[] = {"/usr/share/zoneinfo/", "/usr/lib/python3.11/site-packages/tzdata/zoneinfo/"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char path[2 * PATH];
        strcpy(path, *name == '/' ? "" : places[i]);
        strcat(path, name);
        int fd = open(path, O_RDONLY), is_zone = 0;
        if (fd < 0)
            continue;
        unsigned char *bytes = malloc(LARGEST_FILE);
        ssize_t size = 0, got = 1;
        while (bytes && got > 0 && size < LARGEST_FILE)
            size += (got = read(fd, bytes + size, (size_t)(LARGEST_FILE - size))) > 0 ? got : 0;
        close(fd);
        is_zone = bytes && parse_file(bytes, (size_t)size);
        free(bytes);
        if (is_zone)
            return 1;
    }
    return 0;
}

void tzset(void)
{
    const char *tz = getenv("TZ");
    tz = tz ? tz + (*tz == ':') : "";
    if (strlen(tz) >= PATH || strstr(tz, ".."))
        tz = "";
    if (zone.is_read && strcmp(tz, zone.tz) == 0)
        return;
    free(zone.times);
    free(zone.kinds);
    memset(&zone, 0, sizeof zone);
    zone.is_read = 1;
    strcpy(zone.tz, tz);
    strcpy(zone.locals[0].name, "UTC");
    if (*tz && !read_file(tz))
        zone.has_rule = parse_rule(tz, &zone.rule);
}

struct tm *__wrap_localtime_r(const time_t *restrict at, struct tm *restrict into)
{
    tzset();
    const struct local *local = local_at(*at);
    time_t shifted = *at + local->offset;
    if (!gmtime_r(&shifted, into))
        return NULL;
    into->tm_isdst = local->is_dst;
    into->tm_gmtoff = (int)local->offset;
    into->tm_zone = local->name;
    return into;
}

struct tm *__wrap_localtime(const time_t *at)
{
    static struct tm tm;
    return __wrap_localtime_r(at, &tm);
}

/* The offset when it is summer time in winter, or the other way round: of the nearest such time, else an hour apart. */
static long other_offset(int64_t at, int is_dst)
{
    for (int64_t days = 15; days < 540; days += 15)
        for (int side = -1; side <= 1; side += 2) {
            const struct local *other = local_at(at + side * days * DAY);
            if (other->is_dst != is_dst)
                return other->offset;
        }
    return local_at(at)->offset + (is_dst ? -3600 : 3600);
}

/* Of two possible times the one that tm_isdst names, else the first; in a gap the offset before it counts on. */
time_t __wrap_mktime(struct tm *tm)
{
    tzset();
    struct tm copy = *tm;
    time_t wanted = timegm(&copy), found = 0;
    int is_found = 0;
    for (int i = -1; i <= 1; i += 2) {
        time_t at = wanted - local_at(wanted + i * DAY)->offset;
        const struct local *local = local_at(at);
        if (wanted - local->offset != at || (is_found && (tm->tm_isdst < 0 || local->is_dst != tm->tm_isdst > 0)))
            continue;
        found = at;
        is_found = 1;
    }
    if (!is_found)
        found = wanted - local_at(wanted - DAY)->offset;
    int is_dst = local_at(found)->is_dst;
    if (tm->tm_isdst >= 0 && is_dst != (tm->tm_isdst > 0) && is_found)
        found = wanted - other_offset(found, is_dst);
    return __wrap_localtime_r(&found, tm) ? found : -1;
}
