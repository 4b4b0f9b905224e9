// Serves a folder of plain files as a host does, with the headers that docs/site.md asks for.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".md": "text/plain" };

export const STRICT = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'";

// Starts a server. `folder` and `policy` may be set at any time; `wait` (milliseconds) holds scripts back; `headers` go with what ends in a name.
export async function serve(folder, { policy = STRICT, headers = {} } = {}) {
  const serving = { folder, policy, wait: 0 };
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://any").pathname));
    const file = join(serving.folder, path.endsWith("/") ? `${path}index.html` : path);
    if (path.endsWith(".js") && serving.wait) await new Promise((done) => setTimeout(done, serving.wait));
    try {
      const body = await readFile(file);
      response.setHeader("Content-Type", `${TYPES[extname(file)] ?? "application/octet-stream"}; charset=utf-8`);
      response.setHeader("Content-Security-Policy", serving.policy);
      response.setHeader("Cache-Control", "no-cache");
      for (const [name, value] of Object.entries(headers)) if (path.endsWith(name)) response.setHeader(...value);
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  serving.origin = `http://127.0.0.1:${server.address().port}`;
  serving.close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return serving;
}
