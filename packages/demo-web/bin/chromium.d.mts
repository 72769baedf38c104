import type { Browser, BrowserContext } from "playwright-core";

export function chromiumPath(): string;
export function launchChromium(): Promise<Browser>;
export function launchProfile(folder: string): Promise<{ context: BrowserContext; kill(): Promise<void> }>;
