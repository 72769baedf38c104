/** The libraries that draw on a terminal. They are built as a script of their own: who draws nothing does not read them. */
export { confirm, isCancel, multiselect, select } from "@clack/prompts";
export { createLogUpdate } from "log-update";
