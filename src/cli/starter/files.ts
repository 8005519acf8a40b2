/** Files of a starting control repository, by their path. */
export function starterFiles(options: { readonly port: number }): ReadonlyMap<string, string> {
	return new Map([
		[".gitignore", "# State of Gitward, and what it keeps running here.\n/.gitward/\n/live/\n"],
		["control/gitward.yaml", control],
		["hello/hello.yaml", objects(options.port)],
		["hello/page.html", page],
		["hello/server.mjs", server],
		["README.md", readme(options.port)],
	]);
}

const control = `# What Gitward keeps equal to Git: these are the control documents. \`gitward validate\` checks them,
# and a change to them takes effect as soon as the file is saved.

# Where files come from: here this very repository. Any Git URL goes, also https and ssh.
apiVersion: gitward.dev/v1
kind: Repository
metadata: { name: home }
spec:
  url: .. # relative to this folder
  ref: main
  poll: 2s # how often it asks for news
---
# Where things run: here this machine. Everything of the Environment lives under the root.
apiVersion: gitward.dev/v1
kind: Environment
metadata: { name: local }
spec:
  target: { host: { root: ../live/local } }
  policy:
    drift: heal # or: report, ask
    prune: true # what Git no longer holds is deleted
    maxDeletePercent: 30 # a Sync that would delete more stops and asks
---
# What runs: a folder of the Repository, in the Environment.
apiVersion: gitward.dev/v1
kind: Application
metadata: { name: hello }
spec:
  repository: home
  path: hello
  environment: local
`;

function objects(port: number): string {
	return `# Objects of the Application hello: two files and a process that serves a page.
apiVersion: host.gitward.dev/v1
kind: File
metadata: { name: page.html }
spec: { source: ./page.html }
---
apiVersion: host.gitward.dev/v1
kind: File
metadata: { name: server.mjs }
spec: { source: ./server.mjs }
---
# Restarted when a file above changes, when it ends, and when it is not well any more.
apiVersion: host.gitward.dev/v1
kind: Process
metadata: { name: web }
spec:
  command: [node, server.mjs]
  ports: [{ name: http, port: ${port} }]
  health: { http: { port: http } }
`;
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Hello</title>
<h1>Hello from Git</h1>
<p>Change this page, commit, and reload.</p>
</html>
`;

const server = `import { readFileSync } from "node:fs";
import { createServer } from "node:http";

createServer((request, response) => {
	response.setHeader("content-type", "text/html; charset=utf-8");
	response.end(readFileSync("page.html"));
}).listen(Number(process.env.PORT), "127.0.0.1");
`;

function readme(port: number): string {
	return `# Kept by Gitward

- \`control/\` says what runs where: Repositories, Environments, Applications.
- \`hello/\` is a first Application: a page at http://127.0.0.1:${port}/

Start Gitward here with \`gitward up --control control\`, then change \`hello/page.html\`, commit, and reload the page.
\`gitward plan\` shows what a change would do before it is committed; \`gitward rollback hello\` takes it back.
`;
}
