/** Values that one call lays on the stack, and the bytes that it takes with them. */
const ARGUMENTS = new Array(256).fill(0) as [];
const CALL_BYTES = ARGUMENTS.length * 8 + 72;

/**
 * Bytes that are left of this thread's stack, roughly; no engine tells. Looks for no more than `most` of them. Found by calls with so
 * many arguments that it takes few, and that their size is the same however they are compiled.
 */
export function stackLeft(most = Number.POSITIVE_INFINITY): number {
  const enough = Math.ceil(most / CALL_BYTES);
  let calls = 0;
  function dive(): void {
    if (++calls < enough) dive.apply(undefined, ARGUMENTS);
  }
  try {
    dive();
  } catch {
    // The stack is full.
  }
  return calls * CALL_BYTES;
}
