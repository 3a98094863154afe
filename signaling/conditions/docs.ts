/** The OpenAPI document of the conditions server, and a page to read it on. */
import { ENDPOINTS, type Endpoint } from "./api.ts";

function pathOf({ name }: Endpoint, form: readonly string[]): string {
  return ["/api", name, ...form.map((kind) => `{${kind}}`)].join("/");
}

function operationOf({ method, name, summary }: Endpoint, form: readonly string[]) {
  const failure = method === "GET" ? "406" : "404";
  return {
    operationId: [name, ...form].join("-by-"),
    summary,
    parameters: form.map((kind) => ({
      name: kind,
      in: "path",
      required: true,
      schema: { type: "integer", minimum: kind === "block" ? 0 : 1 },
    })),
    responses: {
      "200": { description: "Done." },
      [failure]: { description: "Why not, as text." },
      ...(method === "GET" ? {} : { "401": { description: "The admin token is missing." } }),
    },
    ...(method === "GET" ? {} : { security: [{ adminToken: [] }, {}] }),
  };
}

/** OpenAPI 3.1. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of ENDPOINTS) {
    for (const form of endpoint.forms) {
      const path = pathOf(endpoint, form);
      paths[path] = { [endpoint.method.toLowerCase()]: operationOf(endpoint, form) };
    }
  }
  const shutdown: Endpoint = {
    method: "POST",
    name: "shutdown",
    forms: [[]],
    summary: "Stop the server.",
    answer: () => ({ status: 200, type: "text/plain", body: "" }),
  };
  paths["/api/shutdown"] = { post: operationOf(shutdown, []) };
  return {
    openapi: "3.1.0",
    info: { title: "Tandem conditions", version: "1" },
    paths,
    components: { securitySchemes: { adminToken: { type: "http", scheme: "bearer" } } },
  };
}

/** Every request with what it does; nothing to load from elsewhere. */
export function docsPage(): string {
  const rows = ENDPOINTS.flatMap((endpoint) =>
    endpoint.forms.map(
      (form) =>
        `<tr><td>${endpoint.method}</td><td><code>${pathOf(endpoint, form)}</code></td><td>${endpoint.summary}</td></tr>`,
    ),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Tandem conditions: requests</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}th,td{text-align:left;padding:.2em 1em .2em 0}</style>
</head>
<body><main>
<h1>Requests</h1>
<p>Participants count from 1, blocks from 0. Without a participant the default one is meant (<code>--default-participant-index</code>, 1 unless given). Changes need <code>Authorization: Bearer</code> and the admin token unless the server is bound to this machine alone. All this is also there as <a href="/api/openapi.json">OpenAPI</a>.</p>
<table>
<thead><tr><th scope="col">Method</th><th scope="col">Path</th><th scope="col">What it does</th></tr></thead>
<tbody>
${rows.join("\n")}
<tr><td>POST</td><td><code>/api/shutdown</code></td><td>Stop the server.</td></tr>
</tbody>
</table>
</main></body>
</html>
`;
}
