import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FlowEvent } from "../../src/core/flow/event.ts";
import type { Flow } from "../../src/core/flow/flow.ts";
import { demandFlow } from "../../src/core/flow/read-flow.ts";
import { type FlowMemory, recognise } from "../../src/core/flow/recognise.ts";
import { answer } from "../../src/engine/flow/answer.ts";
import { createExec } from "../../src/lib/exec/exec.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import { openHistoryFolder } from "../../src/repositories/git/history-folder.ts";

/** A real repository that is changed by git itself, and a Gitward that looks at it now and then. */
export interface FlowWorld {
	readonly folder: string;
	git(...args: readonly string[]): Promise<string>;
	/** A commit on a branch that adds a file of its own; gives its hash. */
	commit(branch: string, message?: string, files?: Readonly<Record<string, string>>): Promise<string>;
	branch(name: string, from: string): Promise<void>;
	merge(
		into: string,
		source: string,
		options?: { readonly message?: string; readonly method?: "merge" | "squash" | "rebase" | "fast-forward" },
	): Promise<void>;
	/** Looks, and gives what happened since the last look. */
	look(): Promise<readonly FlowEvent[]>;
	/** The same in short: `merge-to-develop feature/a merge`. */
	said(): Promise<readonly string[]>;
	readonly memory: FlowMemory | undefined;
	remove(): Promise<void>;
}

/** What an event says, in one line. */
export function short({ name, ref, source, method, forced }: FlowEvent): string {
	const what = source === undefined ? ref.replace(/^refs\/(?:heads|tags)\//u, "") : (source.branch ?? "?");
	return [name, what, method, forced === true ? "forced" : undefined].filter((each) => each !== undefined).join(" ");
}

const identity = {
	GIT_CONFIG_NOSYSTEM: "1",
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_AUTHOR_NAME: "Ada",
	GIT_AUTHOR_EMAIL: "ada@example.com",
	GIT_COMMITTER_NAME: "Ada",
	GIT_COMMITTER_EMAIL: "ada@example.com",
};

/** A Flow as its file gives it; `spec` is YAML in flow style. */
export function flowOf(spec: string): Flow {
	return demandFlow("flow.yaml", `apiVersion: gitward.dev/v1\nkind: Flow\nmetadata: {name: shop}\nspec: ${spec}\n`);
}

/** A repository with a first commit on main, and on develop where the Flow has one. */
export async function createFlowWorld(flow: Flow): Promise<FlowWorld> {
	const folder = await realpath(await mkdtemp(join(tmpdir(), "flow-")));
	const environment = { PATH: process.env["PATH"] ?? "", HOME: folder, ...identity };
	const exec = createExec({ environment });
	let second = 1_700_000_000;
	let files = 0;
	const git = async (...args: readonly string[]): Promise<string> => {
		const date = `${second} +0000`;
		second += 1;
		const env = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
		return (await exec.run("git", args, { cwd: folder, env })).stdout.toString().trimEnd();
	};
	await git("init", "--quiet", "--initial-branch=main");
	const { history, refs, close } = openHistoryFolder({ folder: join(folder, ".git"), name: "shop", exec, clock: systemClock });
	let memory: FlowMemory | undefined;

	/** Writes a commit without touching a working tree. */
	async function commitTree(parents: readonly string[], message: string, tree: string): Promise<string> {
		return git("commit-tree", ...parents.flatMap((parent) => ["-p", parent]), "-m", message, tree);
	}
	async function treeWith(base: string | undefined, added: Readonly<Record<string, string>>): Promise<string> {
		await git(...(base === undefined ? ["read-tree", "--empty"] : ["read-tree", base]));
		for (const [path, content] of Object.entries(added)) {
			const { stdout } = await exec.run("git", ["hash-object", "-w", "--stdin"], { cwd: folder, input: content });
			await git("update-index", "--add", "--cacheinfo", `100644,${stdout.toString().trim()},${path}`);
		}
		return git("write-tree");
	}
	async function mergedTree(ours: string, theirs: string): Promise<string> {
		return (await git("merge-tree", "--write-tree", ours, theirs)).split("\n")[0] ?? "";
	}

	const world: FlowWorld = {
		folder,
		git,
		async commit(branch, message = `change ${files}`, added = { [`file-${files}.txt`]: `${files}\n` }) {
			files += 1;
			const head = (await git("for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`)) || undefined;
			const tree = await treeWith(head, added);
			const oid = await commitTree(head === undefined ? [] : [head], message, tree);
			await git("update-ref", `refs/heads/${branch}`, oid);
			return oid;
		},
		async branch(name, from) {
			await git("update-ref", `refs/heads/${name}`, await git("rev-parse", "--verify", "--end-of-options", from));
		},
		async merge(into, source, { message = `Merge branch '${source}'${into === "main" ? "" : ` into ${into}`}`, method = "merge" } = {}) {
			const ours = await git("rev-parse", `refs/heads/${into}`);
			const theirs = await git("rev-parse", `refs/heads/${source}`);
			if (method === "fast-forward") {
				await git("merge-base", "--is-ancestor", ours, theirs);
				await git("update-ref", `refs/heads/${into}`, theirs);
			} else if (method === "rebase") {
				let head = ours;
				for (const oid of (await git("rev-list", "--reverse", "--no-merges", theirs, `^${ours}`))
					.split("\n")
					.filter((each) => each !== "")) {
					const tree = await replay(oid, head);
					const [author = "", email = "", date = ""] = (await git("show", "-s", "--format=%an%n%ae%n%ad", "--date=raw", oid)).split("\n");
					const env = { GIT_AUTHOR_NAME: author, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date };
					const text = await git("show", "-s", "--format=%B", oid);
					const args = ["commit-tree", "-p", head, "-m", text, tree];
					head = (await exec.run("git", args, { cwd: folder, env: { ...env, GIT_COMMITTER_DATE: `${second} +0000` } })).stdout
						.toString()
						.trim();
				}
				await git("update-ref", `refs/heads/${into}`, head);
			} else {
				const tree = await mergedTree(ours, theirs);
				const parents = method === "squash" ? [ours] : [ours, theirs];
				await git(
					"update-ref",
					`refs/heads/${into}`,
					await commitTree(parents, method === "squash" ? `All of ${source.replaceAll("/", " ")}` : message, tree),
				);
			}
		},
		async look() {
			const found = await answer(recognise(memory, await refs(), flow), history);
			({ memory } = found);
			return found.events;
		},
		said: async () => (await world.look()).map(short),
		get memory() {
			return memory;
		},
		async remove() {
			close();
			await rm(folder, { recursive: true, force: true });
		},
	};

	/** The tree of a commit's own change laid over another commit: a merge with the commit's parent as base. */
	async function replay(oid: string, head: string): Promise<string> {
		const changed = (await git("diff-tree", "--no-commit-id", "-r", "--raw", "--no-renames", "--no-abbrev", `${oid}^`, oid)).split("\n");
		await git("read-tree", head);
		for (const line of changed.filter((each) => each !== "")) {
			const [info = "", path = ""] = line.split("\t");
			const [, mode = "", , blob = ""] = info.split(" ");
			await git("update-index", "--add", "--cacheinfo", `${mode},${blob},${path}`);
		}
		return git("write-tree");
	}

	await world.commit("main", "begin");
	if (flow.model === "git-flow") await world.branch("develop", "main");
	return world;
}
