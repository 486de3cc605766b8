/**
 * Finds and starts the one Chromium of a build and gives pages of it. Everything that needs
 * layout (print, diagrams, decks, browser tests) shares it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer, { type Browser, type Page } from "puppeteer";

export type BrowserOptions = {
  /** Told once if the browser has to run without its sandbox. */
  readonly onWarning?: (message: string) => void;
};

export type PageOptions = {
  /** Folders whose files the page may load, beside `data:` and `blob:` URLs. */
  readonly folders: readonly string[];
  /** True lets the page run scripts of its own; `page.evaluate` works either way. */
  readonly scripts?: boolean;
};

/** A program that can be started, and the environment that it needs. */
type Executable = { readonly path: string; readonly env: Readonly<Record<string, string>> };

/** Starts the browser. Throws an error that says what to do when there is none, or when it cannot start here. */
export async function openBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const executable = await findBrowser();
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    options.onWarning?.(
      "The browser runs without its sandbox, because this process is root and Chromium has none for root.",
    );
  }
  const launched = puppeteer.launch({
    executablePath: executable.path,
    headless: "shell",
    env: { ...process.env, ...executable.env, ...(await fontsOfBrowser()) },
    // A print of a long book is one call that takes a while on a slow machine.
    protocolTimeout: 600_000,
    args: [
      // Without it glyphs are placed for a screen's pixels and small type is spaced wrong on paper.
      "--font-render-hinting=none",
      "--disable-gpu",
      "--hide-scrollbars",
      "--no-first-run",
      "--no-default-browser-check",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-pings",
      "--force-color-profile=srgb",
      ...(isRoot ? ["--no-sandbox"] : []),
    ],
  });
  return launched.catch((error: unknown) => {
    if (!String(error).includes("No usable sandbox")) throw error;
    throw new Error(noSandbox);
  });
}

const noSandbox = `The browser cannot make its sandbox: this machine keeps user namespaces from ordinary users.
  On Ubuntu 23.10 or newer: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
  In a container: allow user namespaces, or run as root in it (then the browser runs without a sandbox).
  Or name a Chrome that was installed with a sandbox of its own in PUPPETEER_EXECUTABLE_PATH.`;

/** A page that has no network: only files under `folders`, `data:` and `blob:` load. */
export async function newPage(browser: Browser, options: PageOptions): Promise<Page> {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(options.scripts ?? false);
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (isAllowed(request.url(), options.folders)) void request.continue();
    else void request.abort("accessdenied");
  });
  return page;
}

/** Ends the browser and waits until it is gone. */
export async function closeBrowser(browser: Browser): Promise<void> {
  await browser.close();
}

function isAllowed(url: string, folders: readonly string[]): boolean {
  if (/^(?:data|blob|about):/.test(url)) return true;
  if (!url.startsWith("file:")) return false;
  const path = fileURLToPath(new URL(url));
  return folders.some((folder) => path === folder || path.startsWith(folder + sep));
}

/** In this order: the one that is named, the bundled one, puppeteer's own, the system's. */
async function findBrowser(): Promise<Executable> {
  const named = process.env.PUPPETEER_EXECUTABLE_PATH;
  if (named) {
    if (existsSync(named)) return { path: named, env: {} };
    throw new Error(`PUPPETEER_EXECUTABLE_PATH names ${named}, and there is no such file.`);
  }
  const bundled = await bundledBrowser();
  if (bundled) return bundled;
  const path = await firstPresent([
    () => puppeteer.executablePath(),
    ...systemPaths().map((candidate) => () => candidate),
  ]);
  if (path) return { path, env: {} };
  throw new Error(
    "No Chromium or Chrome was found. Run `npx puppeteer browsers install chrome-headless-shell`, " +
      "or name one in PUPPETEER_EXECUTABLE_PATH.",
  );
}

/**
 * The Chromium of the npm package @sparticuz/chromium, for Linux on x64. The package unpacks into the temporary
 * folder and reuses whatever lies there, so each version (and user) gets a folder of its own here.
 */
async function bundledBrowser(): Promise<Executable | null> {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const packed = packedBrowser();
  if (!packed) return null;
  const { home } = packed;
  const path = await unpacked(home, join(packed.bin, "chromium.br"), "chromium");
  if (runs(path, {})) return { path, env: {} };
  // A bare machine lacks libnss3 and libnspr4; the package carries them for such a machine.
  const libraries = await unpacked(`${home}-lib`, join(packed.bin, "al2023.tar.br"), "al2023");
  const known = process.env.LD_LIBRARY_PATH;
  const env = { LD_LIBRARY_PATH: join(libraries, "lib") + (known ? `:${known}` : "") };
  return runs(path, env) ? { path, env } : null;
}

/** Where the package keeps its archives, and where this version of them is unpacked; null if it is not installed. */
function packedBrowser(): { bin: string; home: string } | null {
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve("@sparticuz/chromium");
  } catch {
    return null; // npm leaves an optional or pruned package out; the next candidate is tried.
  }
  const root = dirname(dirname(entry));
  const { version } = require(join(root, "package.json")) as { version: string };
  const home = join(tmpdir(), `chromium-${version}-${process.arch}-${process.getuid?.()}`);
  return { bin: join(root, "bin"), home };
}

/**
 * The environment that lets the browser see one family, Open Sans of the package, and none of the machine's. Where a machine
 * has no font at all, Chromium refuses web fonts too; where it has some, they stand in for a face that is missing, and
 * a print depends on the machine. Only Linux asks fontconfig.
 */
async function fontsOfBrowser(): Promise<Readonly<Record<string, string>>> {
  if (process.platform !== "linux") return {};
  const packed = packedBrowser();
  if (!packed) return {};
  const archive = join(packed.bin, "fonts.tar.br");
  const folder = await unpacked(`${packed.home}-fonts`, archive, "fonts", (fonts) => {
    writeFileSync(join(fonts, "fonts.conf"), fontsConfiguration);
  });
  return { FONTCONFIG_FILE: join(folder, "fonts.conf") };
}

const fontsConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir></fontconfig>
`;

/**
 * Unpacks an archive into `home` unless that was done before; gives the path of `name` in it. Unpacks aside,
 * lets `finish` add to it, and renames, so that a build that runs at the same time never sees half a browser.
 */
async function unpacked(
  home: string,
  archive: string,
  name: string,
  finish: (path: string) => void = () => {},
): Promise<string> {
  if (existsSync(home)) {
    if (lstatSync(home).uid !== process.getuid?.()) {
      throw new Error(`${home} belongs to another user; remove it, or set TMPDIR.`);
    }
    return join(home, name);
  }
  const { inflate } = await import("@sparticuz/chromium");
  const aside = mkdtempSync(`${home}-`);
  const temporary = process.env.TMPDIR;
  // `inflate` takes its target from TMPDIR, before its first await.
  process.env.TMPDIR = aside;
  const done = inflate(archive);
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  await done;
  finish(join(aside, name));
  try {
    renameSync(aside, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
    rmSync(aside, { recursive: true }); // Another build was first; its copy is the same.
  }
  return join(home, name);
}

function runs(path: string, env: Readonly<Record<string, string>>): boolean {
  const done = spawnSync(path, ["--version"], { env: { ...process.env, ...env }, stdio: "ignore" });
  return done.status === 0;
}

function systemPaths(): readonly string[] {
  if (process.platform === "darwin") {
    return [
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];
  }
  if (process.platform === "win32") {
    return [
      "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
      "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
    ];
  }
  return ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].flatMap((name) =>
    (process.env.PATH ?? "").split(":").map((folder) => join(folder, name)),
  );
}

async function firstPresent(
  candidates: readonly (() => string | Promise<string>)[],
): Promise<string | null> {
  for (const candidate of candidates) {
    try {
      const path = await candidate();
      if (existsSync(path)) return path;
    } catch {
      // puppeteer throws where it has installed no browser; the next candidate is tried.
    }
  }
  return null;
}
