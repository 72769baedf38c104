import { BundleError } from "./errors.ts";

/** One thing to be done outside, in both forms; `sync` is absent where there is no such form. */
export interface Effect<T> {
  readonly what: string;
  async(): Promise<T>;
  readonly sync?: (() => T) | undefined;
}

/** A procedure written once, as a generator of the effects it needs, and run either way. */
export type Steps<T> = Generator<Effect<unknown>, T, unknown>;

/** Does one effect inside a procedure. */
export function* perform<T>(effect: Effect<T>): Steps<T> {
  return (yield effect) as T;
}

/** Several effects as one: side by side when asynchronous, in turn when not. */
export function together<T>(effects: readonly Effect<T>[]): Effect<T[]> {
  const sync = effects.every((each) => each.sync) ? () => effects.map((each) => each.sync!()) : undefined;
  return {
    what: effects[0]?.what ?? "nothing",
    async: () => Promise.all(effects.map((each) => each.async())),
    sync,
  };
}

/** Runs a procedure without waiting. Throws `invalid` where an effect has no synchronous form. */
export function runSync<T>(steps: Steps<T>): T {
  let turn = steps.next();
  while (!turn.done) {
    const { sync, what } = turn.value;
    if (!sync)
      throw new BundleError("invalid", `${what}: this source, store or platform has no synchronous form`);
    turn = attempt(steps, sync);
  }
  return turn.value;
}

/** Runs a procedure, awaiting each effect. */
export async function runAsync<T>(steps: Steps<T>): Promise<T> {
  let turn = steps.next();
  while (!turn.done) {
    const outcome = await turn.value.async().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    turn = attempt(steps, outcome);
  }
  return turn.value;
}

/** Gives an effect's value, or throws its error, into the procedure. */
function attempt<T>(steps: Steps<T>, outcome: () => unknown): IteratorResult<Effect<unknown>, T> {
  let value: unknown;
  try {
    value = outcome();
  } catch (error) {
    return steps.throw(error);
  }
  return steps.next(value);
}
