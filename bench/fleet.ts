import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createGitward, fillRepository, type Gitward } from "./gitward.ts";

export const applications = 1000;
export const filesEach = 10;

/** Content of a file before anything changed it. */
export function contentOf(application: number, file: number): string {
	return `application ${application}, file ${file}\n`;
}

function fileManifest(file: number, content: string): string {
	return `apiVersion: host.gitward.dev/v1\nkind: File\nmetadata:\n  name: file-${file}.txt\nspec:\n  content: ${JSON.stringify(content)}\n`;
}

/** Path in the repository of a file's manifest. */
export function manifestPath(application: number, file: number): string {
	return `apps/app-${application}/file-${file}.yaml`;
}

export interface FleetOptions {
	/** How often everything is compared although no event said so. */
	readonly sweep?: string;
	/** Applications, from the first, that also run a process. */
	readonly processes?: number;
}

/** A whole Gitward over 1,000 Applications of 10 Files each in one hosted repository. */
export interface Fleet extends Omit<Gitward, "converged" | "synced"> {
	readonly root: string;
	/** Resolves when every Application is Synced and Healthy. */
	converged(signal: AbortSignal): Promise<void>;
	live(application: number, file: number): string;
}

function controlDocuments({ sweep = "1h" }: FleetOptions): string {
	const documents: unknown[] = [
		{ apiVersion: "gitward.dev/v1", kind: "Repository", metadata: { name: "config" }, spec: { url: "hosted:config" } },
		{
			apiVersion: "gitward.dev/v1",
			kind: "Environment",
			metadata: { name: "dev" },
			spec: { target: { host: { root: "./live" } }, policy: { sweep, onShutdown: "stop" } },
		},
	];
	for (let index = 0; index < applications; index += 1) {
		documents.push({
			apiVersion: "gitward.dev/v1",
			kind: "Application",
			metadata: { name: `app-${index}` },
			spec: { repository: "config", path: `apps/app-${index}`, environment: "dev" },
		});
	}
	return documents.map((document) => JSON.stringify(document)).join("\n---\n");
}

function* manifests({ processes = 0 }: FleetOptions): Generator<readonly [string, string]> {
	for (let application = 0; application < applications; application += 1) {
		for (let file = 0; file < filesEach; file += 1)
			yield [manifestPath(application, file), fileManifest(file, contentOf(application, file))];
		if (application < processes) {
			yield [
				`apps/app-${application}/process.yaml`,
				`apiVersion: host.gitward.dev/v1\nkind: Process\nmetadata:\n  name: sleeper\nspec:\n  command: [sleep, "100000"]\n  restartOn: []\n  restart: {backoff: 10ms}\n`,
			];
		}
	}
}

/** Makes a fleet in a folder; nothing runs yet. */
export async function createFleet(folder: string, options: FleetOptions = {}): Promise<Fleet> {
	const state = join(folder, "state");
	const control = join(folder, "control");
	const root = join(control, "live");
	await mkdir(join(state, "git"), { recursive: true, mode: 0o700 });
	await mkdir(control, { recursive: true });
	await writeFile(join(control, "all.json.yaml"), controlDocuments(options));
	await fillRepository(state, manifests(options));
	const gitward = createGitward({ folder, control, state });
	const live = (application: number, file: number): string => join(root, `app-${application}`, `file-${file}.txt`);
	return {
		...gitward,
		get url() {
			return gitward.url;
		},
		root,
		live,
		async converged(signal) {
			// Looking at the disk costs Gitward nothing; it is asked only once every file is there.
			for (let application = 0; application < applications; ) {
				signal.throwIfAborted();
				if (existsSync(live(application, filesEach - 1))) application += 1;
				else await delay(5);
			}
			await gitward.converged(applications, signal);
		},
	};
}

/** Milliseconds until a file has a content; looks every millisecond. */
export async function untilContent(path: string, content: string, signal: AbortSignal): Promise<number> {
	const started = performance.now();
	const has = (): boolean => {
		try {
			return readFileSync(path, "utf8") === content;
		} catch {
			return false;
		}
	};
	for (;;) {
		signal.throwIfAborted();
		if (has()) return performance.now() - started;
		await delay(1);
	}
}
