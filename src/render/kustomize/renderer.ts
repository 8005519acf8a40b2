import { AppError } from "../../core/app-error.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { RunResult } from "../../lib/exec/run.ts";
import { createLru } from "../../lib/lru.ts";
import type { Slots } from "../../lib/slots.ts";
import type { Renderer, RenderInput } from "../../ports/renderer.ts";
import { cachedTree } from "../cached-tree.ts";
import { readOutput } from "../program/output.ts";
import type { Outputs } from "../program/outputs.ts";
import type { Scratch } from "../program/scratch.ts";
import type { Tool } from "../program/tool.ts";
import { collectFiles, kustomizationOf } from "./collect.ts";
import { locate } from "./locate.ts";

export interface KustomizeOptions {
	readonly kustomize: Tool;
	readonly slots: Slots;
	readonly scratch: Scratch;
	readonly outputs: Outputs;
}

/** The program's whole environment. It finds no git and no other program, asks no host, and a line without `=` in an env file stays empty. */
const environment = {
	HOME: "/nonexistent",
	PATH: "/nonexistent",
	HTTP_PROXY: "http://127.0.0.1:9",
	HTTPS_PROXY: "http://127.0.0.1:9",
	// A build is short: one thread that collects no garbage below the limit costs a seventh less.
	GOMAXPROCS: "1",
	GOGC: "off",
	GOMEMLIMIT: "512MiB",
};

/** Renders folders with a kustomization through the kustomize program. */
export function createKustomizeRenderer({ kustomize, slots, scratch, outputs }: KustomizeOptions): Renderer {
	/** Bases are shared: their files are read once. */
	const contents = createLru<Buffer>(8 * 1024 * 1024);

	async function build(input: RenderInput, files: ReadonlyMap<string, Buffer | string>): Promise<RunResult> {
		const folder = input.path === "" ? "." : input.path;
		return scratch(files, async (place) => {
			try {
				const options = { title: `kustomize build ${folder}`, cwd: place, env: environment, signal: input.signal };
				return await slots(() => kustomize(["build", "--", folder], options), input);
			} catch (error) {
				throw error instanceof ExecError && error.facts.cause === "failed" ? failure(error, folder, place) : error;
			}
		});
	}

	return {
		name: "kustomize",
		detect: async (input) => (await kustomizationOf(input.tree, input.path, input)) !== undefined,
		async render(input) {
			const files = await collectFiles(cachedTree(input.tree, contents), input.path, { ...input, origins: input.places });
			const { stdout, stderr } = await outputs(["kustomize", input.path], files, () => build(input, files));
			const warnings = stderr.split("\n").flatMap((line) => /^# Warning: (.*)/u.exec(line)?.slice(1) ?? []);
			const objects = readOutput(stdout.toString("utf8"), {
				program: "kustomize",
				fileOf: () => input.path,
				warn: (message) => warnings.push(message),
			});
			return {
				objects: input.places ? objects.map((each) => ({ ...each, locate: (path) => locate(input, each.object, path) })) : objects,
				warnings,
			};
		},
	};
}

/** What kustomize says, with paths as they are in the Repository. */
function failure(error: ExecError, folder: string, place: string): AppError {
	const said = error.facts.stderr
		.replaceAll(`${place}/`, "")
		.replaceAll(place, ".")
		.replace(/^Error: /u, "")
		.trim();
	return new AppError(`${folder}: kustomize cannot build it: ${said === "" ? error.message : said}`, {
		code: "KustomizeFailed",
		kind: "invalid",
		place: { file: folder },
		hint: `kustomize build --load-restrictor=LoadRestrictionsNone ${folder} in a clone says the same.`,
		cause: error,
	});
}
