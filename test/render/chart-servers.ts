import { execFile, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { programPath } from "../kubernetes/programs.ts";
import { temporaryFolder, writeFiles } from "./oracle.ts";

const run = promisify(execFile);

/** Packs a chart with one ConfigMap that names its version; gives the archive's path. */
export async function packChart(name: string, version: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
	const folder = await temporaryFolder();
	await writeFiles(folder, {
		"chart/Chart.yaml": JSON.stringify({ apiVersion: "v2", name, version }),
		"chart/templates/a.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {version: "{{ .Chart.Version }}"}\n`,
		...Object.fromEntries(Object.entries(more).map(([path, text]) => [`chart/${path}`, text])),
	});
	await run(programPath("helm"), ["package", "chart"], { cwd: folder });
	return join(folder, `${name}-${version}.tgz`);
}

/** A Helm repository: static files over HTTP. */
export interface ChartRepository {
	readonly url: string;
	/** Paths that were asked for, in order. */
	readonly requests: string[];
	publish(archive: string): Promise<void>;
	/** From now on every request is answered with this status; undefined: as it should be. */
	fail(status: number | undefined): void;
}

/** Serves charts; with `user`, only to whoever gives that and the password by basic authentication. */
export async function chartRepository(login?: { readonly user: string; readonly password: string }): Promise<ChartRepository> {
	const folder = await temporaryFolder();
	const requests: string[] = [];
	let status: number | undefined;
	const isAllowed = ({ headers }: IncomingMessage): boolean =>
		login === undefined || headers.authorization === `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
	const server = createServer((request, response) => {
		requests.push(request.url ?? "");
		if (status !== undefined || !isAllowed(request)) {
			response.writeHead(status ?? 401).end();
			return;
		}
		readFile(join(folder, new URL(request.url ?? "", "http://host").pathname)).then(
			(content) => response.end(content),
			() => response.writeHead(404).end(),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	await run(programPath("helm"), ["repo", "index", "."], { cwd: folder });
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		async publish(archive) {
			await writeFile(join(folder, archive.slice(archive.lastIndexOf("/") + 1)), await readFile(archive));
			await run(programPath("helm"), ["repo", "index", "."], { cwd: folder });
		},
		fail(answer) {
			status = answer;
		},
	};
}

/** A real OCI registry on this machine, without TLS; gives `oci://127.0.0.1:PORT/charts`. */
export async function ociRegistry(): Promise<{ readonly url: string; publish(archive: string): Promise<void> }> {
	const folder = await temporaryFolder();
	const config = {
		version: 0.1,
		log: { level: "info" },
		storage: { filesystem: { rootdirectory: join(folder, "data") } },
		http: { addr: "127.0.0.1:0" },
	};
	await writeFile(join(folder, "config.yml"), JSON.stringify(config));
	const child = spawn(programPath("docker-registry"), ["serve", join(folder, "config.yml")], { stdio: ["ignore", "ignore", "pipe"] });
	const ended = new Promise((resolve) => child.once("close", resolve));
	onTestFinished(async () => {
		child.kill("SIGKILL");
		await ended;
	});
	const port = await new Promise<string>((resolve, reject) => {
		let said = "";
		child.stderr.on("data", (chunk: Buffer) => {
			said += chunk.toString();
			const found = /listening on 127\.0\.0\.1:(\d+)/u.exec(said)?.[1];
			if (found !== undefined) resolve(found);
		});
		child.once("error", reject);
		child.once("exit", () => reject(new Error(`the registry ended: ${said}`)));
	});
	const url = `oci://127.0.0.1:${port}/charts`;
	return {
		url,
		async publish(archive) {
			await run(programPath("helm"), ["push", "--plain-http", archive, url], { env: { ...process.env, HOME: folder } });
		},
	};
}
