export { WasiError, type WasiErrorCode } from "./errors.ts";
