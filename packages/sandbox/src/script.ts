// For who reads scripts from a person: apart from the sandbox, which a page has in a worker.
export { isComplete } from "@shadowbox/shell/complete";
