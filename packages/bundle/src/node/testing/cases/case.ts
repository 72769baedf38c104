import type { BundleErrorCode } from "../../../errors.ts";
import type { OpenOptions } from "../../../registry.ts";
import { paths } from "../../../source.ts";
import type { Fixture } from "../fixture.ts";

/** A registry bent in one way, and the code that it must be refused with. */
export interface Case {
  readonly name: string;
  readonly code: BundleErrorCode;
  readonly bend: (it: Fixture) => void;
  readonly options?: OpenOptions;
}

/** The signed files that most mutations are tried on. */
export const DOCUMENTS = { root: paths.root, index: paths.index, manifest: paths.manifest("core", "1.0.0") };
