import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Sandbox, SandboxError } from "@shadowbox/sandbox";

const decoder = new TextDecoder();

export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function digestOf(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0);
}

/** Runs something on the box's files; what went wrong there becomes a message for the model. */
export async function withFiles<T>(
  action: () => T | Promise<T>,
): Promise<T | { output: string; isError: true }> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof SandboxError) return { output: error.message, isError: true };
    throw error;
  }
}

/** Runs a fixed script with arguments that it cannot mistake for code. */
export async function runFixed(
  sandbox: Sandbox,
  script: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ status: number; stdout: string; stderr: string }> {
  const { status, stdout, stderr } = await sandbox.exec(script, {
    args,
    signal,
    timeoutMs: 60_000,
    maxOutputBytes: 8 << 20,
  });
  return { status, stdout: decode(stdout), stderr: decode(stderr) };
}
