import { defineConfig } from "vitest/config";

export default defineConfig({
  // Packages of this repository are tested from their sources.
  ssr: { resolve: { conditions: ["shadowbox-source", "module", "node", "development|production"] } },
  test: {
    include: ["packages/**/src/**/*.test.ts", "tests/**/*.test.ts", "tools/**/*.test.ts"],
    testTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } },
    pool: "forks",
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts"],
      reporter: ["text-summary"],
    },
  },
});
