// A small shop: one page that says where it runs, which version it is, and a greeting. Plain Node, no packages.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const { PORT = "8080", ENVIRONMENT = "local", VERSION = "unknown", ACCENT = "#2f6fed" } = process.env;
const file = (name) => readFile(new URL(name, import.meta.url), "utf8");
const escape = (text) => text.replace(/[&<>"']/gu, (character) => `&#${character.codePointAt(0)};`);

const answers = {
	"/healthz": async () => ({ type: "text/plain", body: "ok\n" }),
	"/pid": async () => ({ type: "text/plain", body: `${process.pid}\n` }),
	"/": async (request) => {
		const greeting = (await file("greeting.txt")).trim();
		if (!request.headers.accept?.includes("text/html"))
			return { type: "text/plain", body: `shop, ${ENVIRONMENT}, ${VERSION}: ${greeting}\n` };
		const values = { greeting, environment: ENVIRONMENT, version: VERSION, accent: ACCENT, pid: String(process.pid) };
		const page = (await file("page.html")).replace(/\{\{(\w+)\}\}/gu, (_, name) => escape(values[name] ?? ""));
		return { type: "text/html", body: page };
	},
};

const server = createServer(async (request, response) => {
	const answer = answers[new URL(request.url, "http://shop").pathname];
	if (answer === undefined) return response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
	try {
		const { type, body } = await answer(request);
		response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" }).end(body);
	} catch (error) {
		console.error(error);
		response.writeHead(500, { "content-type": "text/plain" }).end("the shop is broken\n");
	}
});

server.listen(Number(PORT), "127.0.0.1", () => console.log(`shop ${VERSION} for ${ENVIRONMENT} listens on http://127.0.0.1:${PORT}`));
process.once("SIGTERM", () => {
	server.close(() => process.exit(0));
	server.closeIdleConnections();
});
