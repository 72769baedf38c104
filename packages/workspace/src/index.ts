export { WorkspaceError, type WorkspaceErrorCode } from "./errors.ts";
