// For pages that read scripts from a person: apart from the sandbox, which such a page has in a worker.
export { isComplete } from "@shadowbox/shell/complete";
