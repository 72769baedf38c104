import "./no-eval.ts";

export { decidedInTurn, fetchRequest, Gate } from "@shadowbox/agent";
