/** Values that one call lays on the stack, and the bytes that it takes with them. */
const ARGUMENTS = 256;
const CALL_BYTES = ARGUMENTS * 8 + 72;

/**
 * Bytes that are left of this thread's stack, roughly; no engine tells. Found by calls with so many arguments that it takes few, however
 * they are compiled.
 */
export function stackLeft(): number {
  const many = new Array(ARGUMENTS).fill(0);
  let calls = 0;
  function dive(): void {
    calls++;
    dive.apply(undefined, many as []);
  }
  try {
    dive();
  } catch {
    // The stack is full.
  }
  return calls * CALL_BYTES;
}
