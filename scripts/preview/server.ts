/** Serves the files of a preview on loopback, and tells open pages what has changed. What is not among the files is not there. */
import { createServer, type Server, type ServerResponse } from "node:http";
import { extname } from "node:path";
import { styleSheetPath } from "../output/html.ts";
import { screenScriptPath } from "../output/screen-scripts.ts";
import { corePath, widgetOf } from "../script-files.ts";
import type { Change, Heard } from "./messages.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".woff2": "font/woff2",
};
const clientPath = "preview.js";

export type PreviewServer = {
  readonly server: Server;
  /** File names of the pages that are open. */
  readonly open: () => string[];
  /** Tell every open page what `about` says of it. */
  readonly tell: (about: (page: string) => Heard | null) => void;
};

/**
 * @param client  text of the script that follows changes
 * @param onOpen  told of each page that is opened; what it returns is told the page first
 */
export function previewServer(
  file: (path: string) => string | Uint8Array | undefined,
  client: string,
  onOpen: (page: string) => Heard,
): PreviewServer {
  const listeners = new Map<ServerResponse, string>();
  const name = String(process.pid);
  const listen = (response: ServerResponse, page: string): void => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    listeners.set(response, page);
    response.on("close", () => listeners.delete(response));
    send(response, { kind: "hello", server: name });
    send(response, onOpen(page));
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const path = fileName(url.pathname);
    if (path === "changes") return listen(response, fileName(url.searchParams.get("page") ?? "/"));
    const isPage = extname(path) === ".html";
    const data = path === clientPath ? client : (file(path) ?? (isPage ? noPage : undefined));
    response.writeHead(data === undefined ? 404 : 200, {
      "content-type": types[extname(path)] ?? "application/octet-stream",
      "cache-control": "no-store",
    });
    response.end(isPage ? withClient(String(data)) : data);
  });
  return {
    server,
    open: () => [...new Set(listeners.values())],
    tell(about) {
      for (const [response, page] of listeners) {
        const heard = about(page);
        if (heard) send(response, heard);
      }
    },
  };
}

const noPage = "<!doctype html><title>Preview</title><p>No such page.";

function fileName(pathname: string): string {
  try {
    return decodeURIComponent(pathname).slice(1) || "index.html";
  } catch {
    // A stray % names nothing.
    return "";
  }
}

function send(response: ServerResponse, heard: Heard): void {
  response.write(`data: ${JSON.stringify(heard)}\n\n`);
}

/** The page with the script that follows changes, and with leave for it to hear of them. */
function withClient(html: string): string {
  const script = `<script src="/${clientPath}" defer></script>`;
  return html
    .replace("connect-src 'none'", "connect-src 'self'")
    .replace(/<\/head>|$/, (end) => `${script}\n${end}`);
}

/** What one change of files means for a page; null where it does not see it. */
export function changeFor(page: string, changed: ReadonlySet<string>): Change | null {
  const paths = [...changed];
  const change: Change = {
    kind: "change",
    page: changed.has(page),
    styles: changed.has(styleSheetPath),
    fonts: paths.some((path) => path.endsWith(".woff2")),
    scripts: changed.has(screenScriptPath) || changed.has("assets/skills.js"),
    widgets: [
      ...(changed.has(corePath) ? [corePath] : []),
      ...paths.filter((path) => widgetOf(path) !== null),
    ],
  };
  const { page: isOther, styles, fonts, scripts, widgets } = change;
  return isOther || styles || fonts || scripts || widgets.length > 0 ? change : null;
}
