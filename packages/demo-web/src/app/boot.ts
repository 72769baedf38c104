// The page's entry, kept small: the worker with the sandbox loads while the app's code does.
import { connectRuntime } from "../runtime/client.ts";
import { prepareIsolation } from "./isolation.ts";
import { loadPreferences, showTheme } from "./preferences.ts";

const preferences = loadPreferences();
showTheme(preferences.theme);
const missing = await prepareIsolation();
const runtime = missing === undefined ? connectRuntime() : undefined;
const opened = runtime?.call("open", "default", new URL("registry/", document.baseURI).href, preferences.box);
opened?.catch(() => {});
const { showApp, showMissing } = await import("./main.tsx");
const place = document.getElementById("app") as HTMLElement;
if (runtime !== undefined && opened !== undefined) showApp(place, runtime, opened);
else if (missing !== undefined) showMissing(place, missing);
