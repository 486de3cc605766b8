import { defineConfig } from "vitest/config";

/** Three projects: the programs of the book, the toolchain, and the finished artefacts. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "code", include: ["code/**/*.test.ts"], testTimeout: 60_000 } },
      {
        test: { name: "toolchain", include: ["tests/toolchain/**/*.test.ts"], testTimeout: 60_000 },
      },
      {
        test: {
          name: "artefacts",
          include: ["tests/artefacts/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
