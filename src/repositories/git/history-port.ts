import { AppError } from "../../core/app-error.ts";
import type { CommitFacts } from "../../core/flow/questions.ts";
import { createLru } from "../../lib/lru.ts";
import type { History } from "../../ports/history.ts";
import type { SignalOption } from "../../ports/repository.ts";
import type { Git } from "./git-command.ts";
import { gitError } from "./git-error.ts";
import { parseFacts } from "./history-commit.ts";
import { readChanges, readPatches } from "./history-spans.ts";
import type { ObjectReader } from "./object-reader.ts";
import { isObjectHash } from "./refs.ts";

export interface GitHistoryOptions {
	/** Name of the Repository, for errors. */
	readonly repository: string;
	readonly git: Git;
	/** The bare repository, or the .git folder of a working tree. */
	readonly folder: string;
	readonly reader: ObjectReader;
}

const limitMs = 30_000;
const maxOutputBytes = 64 * 1024 * 1024;
/** Characters of messages that are kept in memory. */
const maxKept = 8 * 1024 * 1024;
/** Commits that are walked through the pool before a process of its own is cheaper. */
const maxSteps = 64;
const maxCommitBytes = 1024 * 1024;
const maxAsked = 100_000;

/** Answers questions about a history from a repository on disk: short ones through the pool of `git cat-file`, others by one git each. */
export function createGitHistory({ repository, git, folder, reader }: GitHistoryOptions): History {
	const commits = createLru<CommitFacts>(maxKept);
	const ancestry = createLru<boolean>(10_000);

	async function commit(oid: string, { signal }: SignalOption): Promise<CommitFacts | undefined> {
		const known = commits.get(oid);
		if (known !== undefined) return known;
		const object = await reader.read(oid, { limit: maxCommitBytes, signal });
		const facts = object?.type === "commit" && object.content !== undefined ? parseFacts(oid, object.content) : undefined;
		if (facts !== undefined) commits.set(oid, facts, facts.message.length + 500);
		return facts;
	}

	async function commitsOf(oids: readonly string[], options: SignalOption): Promise<readonly CommitFacts[]> {
		return (await Promise.all(oids.map((oid) => commit(oid, options)))).filter((each) => each !== undefined);
	}

	/** First parents from a commit down to another; undefined where that is not met soon. */
	async function walk(from: string, to: string, limit: number, options: SignalOption): Promise<readonly CommitFacts[] | undefined> {
		const line: CommitFacts[] = [];
		for (let oid: string | undefined = from; oid !== undefined && line.length <= limit; ) {
			if (oid === to) return line;
			const facts: CommitFacts | undefined = await commit(oid, options);
			if (facts === undefined) return undefined;
			line.push(facts);
			[oid] = facts.parents;
		}
		return undefined;
	}

	async function lines(args: readonly string[], input: string | undefined, { signal }: SignalOption): Promise<readonly string[]> {
		const { stdout } = await git.run(folder, args, {
			signal,
			timeoutMs: limitMs,
			maxOutputBytes,
			...(input === undefined ? {} : { input }),
		});
		return stdout
			.toString("latin1")
			.split("\n")
			.filter((line) => line !== "");
	}

	function revisions(to: readonly string[], without: readonly string[]): string {
		return [...to, ...without.map((oid) => `^${oid}`)].map((line) => `${line}\n`).join("");
	}

	async function inOurWords<T>(oids: readonly (string | undefined)[], work: () => Promise<T>): Promise<T> {
		const wrong = oids.find((oid) => oid !== undefined && !isObjectHash(oid));
		if (wrong !== undefined || oids.length > maxAsked)
			throw new AppError(
				wrong === undefined ? "Too many commits are asked for at once" : `${JSON.stringify(wrong.slice(0, 100))} is no commit`,
				{
					code: "RevisionInvalid",
					kind: "invalid",
				},
			);
		try {
			return await work();
		} catch (error) {
			throw gitError(error, repository, "reading history");
		}
	}

	return {
		line: ({ to, without, limit }, options = {}) =>
			inOurWords([to, ...without], async () => {
				const [end] = without;
				const near = without.length === 1 && end !== undefined ? await walk(to, end, Math.min(limit, maxSteps), options) : undefined;
				if (near !== undefined && near.length <= limit) return { commits: near, complete: true };
				const args = ["rev-list", "--first-parent", `--max-count=${limit + 1}`, "--ignore-missing", "--stdin"];
				const oids = await lines(args, revisions([to], without), options);
				const found = await commitsOf(oids.slice(0, limit), options);
				return { commits: found, complete: oids.length <= limit && found.length === oids.length };
			}),
		range: ({ to, without, limit }, options = {}) =>
			inOurWords([...to, ...without], async () => {
				const args = ["rev-list", "--parents", "--topo-order", `--max-count=${limit + 1}`, "--ignore-missing", "--stdin"];
				const found = await lines(args, revisions(to, without), options);
				const listed = found.slice(0, limit).map((line) => {
					const [oid = "", ...parents] = line.split(" ");
					return { oid, parents };
				});
				return { commits: listed, complete: found.length <= limit };
			}),
		commits: ({ oids }, options = {}) => inOurWords(oids, () => commitsOf(oids, options)),
		isAncestor: ({ ancestor, of }, options = {}) =>
			inOurWords([ancestor, of], async () => {
				const key = `${ancestor} ${of}`;
				const known = ancestor === of ? true : ancestry.get(key);
				if (known !== undefined) return known;
				const isNear = (await walk(of, ancestor, maxSteps, options)) !== undefined;
				const args = ["merge-base", "--is-ancestor", "--end-of-options", ancestor, of];
				const found = isNear || (await git.run(folder, args, { signal: options.signal, timeoutMs: limitMs, okCodes: [0, 1] })).code === 0;
				ancestry.set(key, found);
				return found;
			}),
		mergeBase: ({ a, b }, options = {}) =>
			inOurWords([a, b], async () => {
				const args = ["merge-base", "--end-of-options", a, b];
				const { stdout } = await git.run(folder, args, { signal: options.signal, timeoutMs: limitMs, okCodes: [0, 1] });
				const oid = stdout.toString("latin1").trim();
				return oid === "" ? undefined : oid;
			}),
		// A limit turns walking on again, so that --no-walk has to come after it.
		newest: ({ oids, limit }, options = {}) =>
			inOurWords(oids, () =>
				lines(["rev-list", `--max-count=${limit}`, "--no-walk=sorted", "--ignore-missing", "--stdin"], revisions(oids, []), options),
			),
		changes: ({ spans }, options = {}) =>
			inOurWords(
				spans.flatMap(({ from, to }) => [from, to]),
				() => readChanges(git, folder, spans, options),
			),
		patches: ({ spans }, options = {}) =>
			inOurWords(
				spans.flatMap(({ from, to }) => [from, to]),
				() => readPatches(git, folder, spans, options),
			),
	};
}
