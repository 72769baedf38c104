import { describe, it } from "vitest";
import { Model } from "./testing-model.ts";

describe("a workspace under random operations", { timeout: 120_000 }, () => {
  it.each([1, 2, 3, 4, 5])("behaves as its model (seed %i)", (seed) => {
    for (let round = 0; round < 5; round++) {
      const model = new Model(seed * 100 + round);
      for (let i = 0; i < 40; i++) model.step();
      model.end();
    }
  });
});
