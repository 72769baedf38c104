import type { IncomingMessage } from "node:http";

export const CONTENT_POLICY: string;
export function serveSite(
  folder: string,
  options?: {
    port?: number;
    mounts?: Record<string, string>;
    isolation?: boolean;
    onRequest?(request: IncomingMessage): void;
    onReport?(report: { "document-uri": string; "blocked-uri": string; "effective-directive": string }): void;
  },
): Promise<{ address: string; close(): Promise<void> }>;
