// One HTTP request for xtask: described as JSON on standard input, answered as JSON on standard output.
// Node is here anyway, and brings TLS, proxies and multipart that a Rust client would compile for minutes.
import { readFileSync } from "node:fs";

const { method, url, headers, json, file } = JSON.parse(readFileSync(0, "utf8"));
const init = { method, headers };
if (json !== null) {
  init.body = JSON.stringify(json);
  init.headers["content-type"] = "application/json";
}
if (file !== null) {
  init.body = new FormData();
  init.body.append("file", new Blob([file.text], { type: file.type }), file.name);
}
try {
  const response = await fetch(url, init);
  const { status, headers } = response;
  const date = Math.floor(Date.parse(headers.get("date") ?? "") / 1000);
  process.stdout.write(JSON.stringify({ status, etag: headers.get("etag"), date, body: await response.text() }));
} catch (error) {
  process.stdout.write(JSON.stringify({ status: 0, body: String(error.cause ?? error) }));
}
