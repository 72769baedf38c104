const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Broken-down time: the fields of UTC getters hold local time. */
interface Moment {
  date: Date;
  seconds: number;
  /** Seconds east of UTC. */
  offset: number;
  zone: string;
}

/** Local time by TZ: empty, `UTC`, `UTC0`, POSIX `EST5`, or a zone name that the host's Intl knows. */
function localTime(seconds: number, tz: string | undefined): Moment {
  const posix = /^([A-Za-z]{3,}|<[^>]+>)([-+]?\d{1,2})(?::(\d{2}))?/.exec(tz ?? "");
  let offset = 0;
  let zone = "UTC";
  if (posix) {
    const hours = Number(posix[2]);
    offset = -(Math.sign(hours) || 1) * (Math.abs(hours) * 3600 + Number(posix[3] ?? 0) * 60);
    zone = (posix[1] as string).replace(/[<>]/g, "");
  } else if (tz && tz !== "UTC" && tz !== "UTC0") {
    const named = namedZone(seconds, tz.replace(/^:/, ""));
    if (named) ({ offset, zone } = named);
  }
  return { date: new Date((seconds + offset) * 1000), seconds, offset, zone };
}

function namedZone(seconds: number, tz: string): { offset: number; zone: string } | undefined {
  try {
    const date = new Date(seconds * 1000);
    const part = (timeZoneName: "longOffset" | "short") =>
      new Intl.DateTimeFormat("en-US", { timeZone: tz, timeZoneName })
        .formatToParts(date)
        .find((p) => p.type === "timeZoneName")?.value ?? "";
    const match = /GMT([-+])(\d{2}):(\d{2})/.exec(part("longOffset"));
    const offset = match
      ? (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60)
      : 0;
    return { offset, zone: part("short") };
  } catch {
    return undefined;
  }
}

/** strftime(3) in the C locale. */
export function formatTime(format: string, seconds: number, tz: string | undefined): string {
  const moment = localTime(seconds, tz);
  return format.replace(
    /%([-_0^#]*)(\d*)([EO]?)([a-zA-Z%+])/g,
    (all, flags: string, width: string, _mod: string, letter: string) => {
      const field = fieldOf(letter, moment);
      if (field === undefined) return all;
      return adjust(field, flags, width);
    },
  );
}

interface Field {
  text: string;
  /** Numbers are padded: with what and how far. */
  pad?: string;
  width?: number;
}

function adjust(field: Field, flags: string, width: string): string {
  let { text } = field;
  let pad = field.pad;
  if (flags.includes("-")) pad = undefined;
  else if (flags.includes("_")) pad = " ";
  else if (flags.includes("0")) pad = "0";
  const size = Number(width || field.width || 0);
  if (pad !== undefined) text = text.padStart(size, pad);
  else if (width) text = text.padStart(size, " ");
  if (flags.includes("^")) text = text.toUpperCase();
  if (flags.includes("#")) text = text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
  return text;
}

const number = (value: number, width: number, pad = "0"): Field => ({ text: String(value), pad, width });

function fieldOf(letter: string, moment: Moment): Field | undefined {
  const { date } = moment;
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const day = date.getUTCDate();
  const weekday = date.getUTCDay();
  const hour = date.getUTCHours();
  const all = (format: string): Field => ({
    text: format.replace(/%(.)/g, (_, one: string) => adjust(fieldOf(one, moment) as Field, "", "")),
  });
  switch (letter) {
    case "a":
      return { text: (DAYS[weekday] as string).slice(0, 3) };
    case "A":
      return { text: DAYS[weekday] as string };
    case "b":
    case "h":
      return { text: (MONTHS[month] as string).slice(0, 3) };
    case "B":
      return { text: MONTHS[month] as string };
    case "c":
      return all("%a %b %e %H:%M:%S %Y");
    case "C":
      return number(Math.floor(year / 100), 2);
    case "d":
      return number(day, 2);
    case "D":
    case "x":
      return all("%m/%d/%y");
    case "e":
      return number(day, 2, " ");
    case "F":
      return all("%Y-%m-%d");
    case "H":
      return number(hour, 2);
    case "I":
      return number(hour % 12 || 12, 2);
    case "j":
      return number(dayOfYear(date) + 1, 3);
    case "k":
      return number(hour, 2, " ");
    case "l":
      return number(hour % 12 || 12, 2, " ");
    case "m":
      return number(month + 1, 2);
    case "M":
      return number(date.getUTCMinutes(), 2);
    case "n":
      return { text: "\n" };
    case "t":
      return { text: "\t" };
    case "%":
      return { text: "%" };
    default:
      return rareField(letter, moment, all);
  }
}

function rareField(letter: string, moment: Moment, all: (format: string) => Field): Field | undefined {
  const { date, seconds, offset, zone } = moment;
  const hour = date.getUTCHours();
  const weekday = date.getUTCDay();
  switch (letter) {
    case "p":
      return { text: hour < 12 ? "AM" : "PM" };
    case "P":
      return { text: hour < 12 ? "am" : "pm" };
    case "r":
      return all("%I:%M:%S %p");
    case "R":
      return all("%H:%M");
    case "s":
      return { text: String(seconds) };
    case "S":
      return number(date.getUTCSeconds(), 2);
    case "T":
    case "X":
      return all("%H:%M:%S");
    case "u":
      return { text: String(weekday || 7) };
    case "w":
      return { text: String(weekday) };
    case "U":
      return number(Math.floor((dayOfYear(date) + 7 - weekday) / 7), 2);
    case "W":
      return number(Math.floor((dayOfYear(date) + 7 - ((weekday + 6) % 7)) / 7), 2);
    case "V":
      return number(isoWeek(date).week, 2);
    case "G":
      return { text: String(isoWeek(date).year) };
    case "g":
      return number(isoWeek(date).year % 100, 2);
    case "y":
      return number(date.getUTCFullYear() % 100, 2);
    case "Y":
      return { text: String(date.getUTCFullYear()) };
    case "z": {
      const size = Math.abs(offset);
      return {
        text: `${offset < 0 ? "-" : "+"}${String(Math.floor(size / 3600)).padStart(2, "0")}${String((size % 3600) / 60).padStart(2, "0")}`,
      };
    }
    case "Z":
      return { text: zone };
    default:
      return undefined;
  }
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000);
}

function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}
