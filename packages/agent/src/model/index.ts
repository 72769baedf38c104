export { KEY_NAMES, type ModelRequest, PROVIDER_NAMES, resolveModel } from "./resolve.ts";
export { parseScript, type Script, scriptedModel } from "./scripted.ts";
