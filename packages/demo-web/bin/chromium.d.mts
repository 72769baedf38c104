import type { Browser, BrowserContext, LaunchOptions } from "playwright-core";

export function chromiumPath(): string;
export function launchChromium(): Promise<Browser>;
export function launchProfile(folder: string, options?: LaunchOptions): Promise<BrowserContext>;
