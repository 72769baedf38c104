import { type BoxSettings, DEFAULT_SETTINGS, type ModelSettings } from "../runtime/protocol.ts";

export type Theme = "system" | "light" | "dark";

/** What the person set, kept by the browser; the key only if they said so. */
export interface Preferences {
  theme: Theme;
  box: BoxSettings;
  model: ModelSettings;
  /** The key is kept by the browser, else for this page only. */
  keepKey: boolean;
}

const NAME = "shadowbox-preferences";

export const DEFAULTS: Preferences = {
  theme: "system",
  box: DEFAULT_SETTINGS,
  model: { provider: "scripted", name: "", baseUrl: "", key: "" },
  keepKey: false,
};

/** What is kept, over the defaults; what cannot be read counts as nothing. */
export function loadPreferences(): Preferences {
  let kept: Partial<Preferences> = {};
  try {
    kept = JSON.parse(localStorage.getItem(NAME) ?? "{}") as Partial<Preferences>;
  } catch {
    // Somebody else's, or storage is closed to the page.
  }
  return {
    ...DEFAULTS,
    ...kept,
    box: { ...DEFAULTS.box, ...kept.box },
    model: { ...DEFAULTS.model, ...kept.model },
  };
}

export function keepPreferences(preferences: Preferences): void {
  const { model, keepKey } = preferences;
  const kept = keepKey ? preferences : { ...preferences, model: { ...model, key: "" } };
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // They hold for this page.
  }
}

/** Sets the page's colours; whoever drew with them is told by the event `theme`. */
export function showTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === "system" ? "light dark" : theme;
  window.dispatchEvent(new Event("theme"));
}
