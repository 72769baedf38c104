import { baseOf, projectFiles, Sandbox } from "@shadowbox/sandbox";
import {
  type CaseOptions,
  type CaseRecord,
  type CaseResult,
  runCase,
} from "../../../../conformance/lib/case.mjs";
import { runSdkCase } from "../../../../conformance/lib/sdk.mjs";

/** One case for the worker that runs them. */
export interface CaseRequest {
  record: CaseRecord;
  options: CaseOptions;
}

/** A program of the SDK's table, by name. */
export interface SdkRequest {
  sdk: string;
  registry: string;
}

self.onmessage = async ({ data }: MessageEvent<CaseRequest | SdkRequest>) => {
  if ("sdk" in data) {
    const { sdk, registry } = data;
    const value = await runSdkCase({ Sandbox, baseOf, projectFiles }, sdk, registry).catch(String);
    self.postMessage(value);
    return;
  }
  let result: CaseResult;
  try {
    result = await runCase(Sandbox, data.record, data.options);
  } catch (error) {
    const said = String(error instanceof Error ? error.stack : error);
    result = { id: data.record.id, ok: false, differed: ["driver"], error: said };
  }
  self.postMessage(result);
};
