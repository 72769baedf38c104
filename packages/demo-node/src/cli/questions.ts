import { createInterface } from "node:readline/promises";

/** Questions to a person at a terminal, drawn by a library that is loaded when the first is asked. */
export interface Choice<T> {
  value: T;
  label: string;
  hint?: string;
}

const drawing = () => import("./drawing.ts");

/** Whether a question can be drawn and answered by keys. */
export function canAsk(output: NodeJS.WriteStream = process.stdout): boolean {
  return process.stdin.isTTY === true && output.isTTY === true && process.env.TERM !== "dumb";
}

/** One of the choices; undefined: Escape or Ctrl-C. */
export async function choose<T extends string>(
  message: string,
  options: readonly Choice<T>[],
): Promise<T | undefined> {
  const { isCancel, select } = await drawing();
  const answer = await select<string>({ message, options: [...options], withGuide: false });
  return isCancel(answer) ? undefined : (answer as T);
}

/** Yes or no; the return key alone is no, and so are Escape and Ctrl-C. On a terminal that cannot draw it is a line to answer. */
export async function confirm(
  message: string,
  output: NodeJS.WriteStream = process.stdout,
): Promise<boolean> {
  if (!canAsk(output)) return confirmByLine(message, output);
  const { confirm: ask } = await drawing();
  return (await ask({ message, output, initialValue: false, withGuide: false })) === true;
}

async function confirmByLine(message: string, output: NodeJS.WriteStream): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output });
  const answer = await lines.question(`${message} [y/N] `);
  lines.close();
  return isYes(answer);
}

/** Whether a line agrees: anything but y and yes does not. */
export function isYes(line = ""): boolean {
  return /^y(es)?$/i.test(line.trim());
}

/** Any of the choices, all of them at first; undefined: Escape or Ctrl-C. */
export async function pick(
  message: string,
  options: readonly Choice<string>[],
): Promise<string[] | undefined> {
  const { isCancel, multiselect } = await drawing();
  const initialValues = options.map(({ value }) => value);
  const answer = await multiselect<string>({
    message,
    options,
    initialValues,
    required: false,
    withGuide: false,
  });
  return isCancel(answer) ? undefined : answer;
}
