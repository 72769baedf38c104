import type { IncomingMessage } from "node:http";

export const CONTENT_POLICY: string;
export function serveSite(
  folder: string,
  options?: {
    port?: number;
    mounts?: Record<string, string>;
    isolation?: boolean;
    onRequest?(request: IncomingMessage): void;
  },
): Promise<{ address: string; close(): Promise<void> }>;
