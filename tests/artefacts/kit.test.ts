/** The finished kit, unpacked as an instructor does it; and a spoiled one, which must not pass. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkKit, type KitReport } from "../../scripts/kit/check.ts";
import { requireDist } from "./dist.ts";

const archive = requireDist("kit.zip");
const files = unzipSync(new Uint8Array(readFileSync(archive)));
let folder = "";
let report: KitReport;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kit-test-"));
  report = await checkKit(archive);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the kit", () => {
  test("has labs that are open at the start and done with the book's text, links that lead, times that add up, and no secrets", () => {
    expect(report.problems).toEqual([]);
    expect(report.labs).toBe(5);
    expect(report.links).toBeGreaterThan(20);
  });

  test("has what section by section an instructor looks for", () => {
    const names = Object.keys(files);
    for (const part of [
      /^kit\/README\.md$/,
      /^kit\/agenda\/bootcamp\.(md|csv|ics)$/,
      /^kit\/agenda\/lunch\.(md|csv|ics)$/,
      /^kit\/guide\/instructor-guide-bootcamp\.pdf$/,
      /^kit\/guide\/run-of-show-bootcamp\.pdf$/,
      /^kit\/guide\/helper-card\.pdf$/,
      /^kit\/guide\/adapt\.md$/,
      /^kit\/guide\/solutions\/.*\.pdf$/,
      /^kit\/worksheets\/skill-map\.pdf$/,
      /^kit\/handouts\/cheat-.*\.pdf$/,
      /^kit\/handouts\/(frameworks|glossary)\.pdf$/,
      /^kit\/assess\/(pre|post|answers)\.md$/,
      /^kit\/admin\/(room-checklist|code-of-conduct|feedback-form)\.md$/,
      /^kit\/admin\/emails\/.*\.md$/,
      /^kit\/admin\/certificate\.svg$/,
      /^kit\/deck\/bootcamp-cap\/index\.html$/,
    ])
      expect(
        names.some((name) => part.test(name)),
        String(part),
      ).toBe(true);
  });

  test("is refused when a lab is solved at its start, a link leads nowhere, a row does not add up, or a handout tells", async () => {
    const spoiled = { ...files };
    const put = (path: string, text: string) => {
      spoiled[path] = new TextEncoder().encode(text);
    };
    for (const [path, data] of Object.entries(files))
      if (path.startsWith("kit/guide/labs/01-cap/"))
        spoiled[path.replace("guide/labs", "labs")] = data;
    put("kit/more.md", "[nowhere](nowhere.md)\n");
    put("kit/agenda/x.csv", "day,start,end,minutes,kind,title\r\n1,09:00,10:00,59,session,x\r\n");
    spoiled["kit/worksheets/bootcamp-cap.pdf"] =
      files["kit/deck/bootcamp-cap-notes-a4.pdf"] ?? new Uint8Array();
    const path = join(folder, "spoiled.zip");
    writeFileSync(path, zipSync(spoiled, { level: 0 }));
    const { problems } = await checkKit(path);
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "labs/01-cap",
      "more.md",
      "agenda/x.csv",
      "worksheets/bootcamp-cap.pdf",
    ]);
  }, 240_000);
});
