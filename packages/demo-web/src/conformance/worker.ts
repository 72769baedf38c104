import { openSandbox } from "@shadowbox/sandbox";
import {
  type CaseOptions,
  type CaseRecord,
  type CaseResult,
  runCase,
} from "../../../../conformance/lib/case.mjs";

/** One case for the worker that runs them. */
export interface CaseRequest {
  record: CaseRecord;
  options: CaseOptions;
}

self.onmessage = async ({ data }: MessageEvent<CaseRequest>) => {
  let result: CaseResult;
  try {
    result = await runCase(openSandbox, data.record, data.options);
  } catch (error) {
    const said = String(error instanceof Error ? error.stack : error);
    result = { id: data.record.id, ok: false, differed: ["driver"], error: said };
  }
  self.postMessage(result);
};
