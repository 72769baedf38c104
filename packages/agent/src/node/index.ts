export { SessionFolder } from "./session-folder.ts";
