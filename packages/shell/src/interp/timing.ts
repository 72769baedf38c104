import type { Interpreter } from "./interpreter.ts";

/** `time`: runs `body` and prints how long it took, as TIMEFORMAT says. */
export function reportTimes(sh: Interpreter, style: "bash" | "posix", body: () => number): number {
  const began = sh.system.monotonic();
  const before = sh.system.times();
  const status = body();
  const after = sh.system.times();
  const real = sh.system.monotonic() - began;
  const user = after.user - before.user + after.childUser - before.childUser;
  const system = after.system - before.system + after.childSystem - before.childSystem;
  const format =
    style === "posix"
      ? "real %2R\nuser %2U\nsys %2S"
      : (sh.vars.text("TIMEFORMAT") ?? "\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS");
  const bad = /%\d?l?(.?)/s.exec(format.replace(/%(?:%|\d?l?[RUSP])/g, ""));
  if (bad) sh.error(`TIMEFORMAT: \`${bad[1]}': invalid format character`);
  else if (format !== "") sh.errorText(`${formatTimes(format, { R: real, U: user, S: system })}\n`);
  return status;
}

/** TIMEFORMAT: `%[p][l]R`, U, S, `%P`, `%%`; times are milliseconds. */
export function formatTimes(format: string, times: { R: number; U: number; S: number }): string {
  return format.replace(
    /%(%|(\d)?(l)?([RUSP]))/g,
    (
      _all,
      whole: string,
      digits: string | undefined,
      long: string | undefined,
      kind: "R" | "U" | "S" | "P",
    ) => {
      if (whole === "%") return "%";
      if (kind === "P") return times.R > 0 ? (((times.U + times.S) / times.R) * 100).toFixed(2) : "0.00";
      const precision = Math.min(3, Number(digits ?? 3));
      const seconds = times[kind] / 1000;
      if (!long) return seconds.toFixed(precision);
      const minutes = Math.floor(seconds / 60);
      return `${minutes}m${(seconds - minutes * 60).toFixed(precision)}s`;
    },
  );
}
