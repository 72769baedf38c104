import "./no-eval.ts";

export { Gate } from "@shadowbox/agent";
