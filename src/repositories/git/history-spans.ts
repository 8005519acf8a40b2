import { createHash } from "node:crypto";
import type { Changes, Span } from "../../core/flow/questions.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { SignalOption } from "../../ports/repository.ts";
import type { Git } from "./git-command.ts";

const maxFiles = 10_000;
const maxBytes = 16 * 1024 * 1024;
const limitMs = 30_000;
const common = ["diff-tree", "--stdin", "-r", "--root", "--always", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];

/** Files in which commits differ, one git for all spans. */
export async function readChanges(git: Git, folder: string, spans: readonly Span[], options: SignalOption): Promise<readonly Changes[]> {
	const incomplete: Changes = { files: [], complete: false };
	return inParts(spans, incomplete, async (part) => {
		const output = await compare(git, folder, part, ["--raw", "-z", "--no-abbrev"], options);
		return parseRaw(output.toString("utf8"), part) ?? part.map(() => incomplete);
	});
}

/** Hash of what each span changes, without line numbers and surroundings. */
export async function readPatches(
	git: Git,
	folder: string,
	spans: readonly Span[],
	options: SignalOption,
): Promise<readonly (string | undefined)[]> {
	const args = ["-p", "--unified=0", "--full-index", "--diff-algorithm=myers", "--src-prefix=a/", "--dst-prefix=b/"];
	return inParts(spans, undefined, async (part) => hashPatches(await compare(git, folder, part, args, options), part));
}

async function compare(
	git: Git,
	folder: string,
	spans: readonly Span[],
	args: readonly string[],
	{ signal }: SignalOption,
): Promise<Buffer> {
	// A commit with other parents than its own is compared with those, see git-diff-tree(1).
	const input = spans.map(({ from, to }) => `${to}${from === undefined ? "" : ` ${from}`}\n`).join("");
	const { stdout } = await git.run(folder, [...common, ...args], { input, signal, timeoutMs: limitMs, maxOutputBytes: maxBytes });
	return stdout;
}

/** Spans that are too large together are asked in halves; one that is too large alone gives `tooLarge`. */
async function inParts<T>(
	spans: readonly Span[],
	tooLarge: T,
	read: (part: readonly Span[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
	if (spans.length === 0) return [];
	try {
		return await read(spans);
	} catch (error) {
		if (!(error instanceof ExecError) || error.facts.cause !== "output") throw error;
		if (spans.length === 1) return [tooLarge];
		const half = Math.ceil(spans.length / 2);
		return [...(await inParts(spans.slice(0, half), tooLarge, read)), ...(await inParts(spans.slice(half), tooLarge, read))];
	}
}

/** Per span its commit's hash, then `:modes hashes status` and a path for each file; all end with NUL. */
function parseRaw(output: string, spans: readonly Span[]): readonly Changes[] | undefined {
	const tokens = output.split("\0");
	const changes: { files: Changes["files"][number][]; complete: boolean }[] = [];
	for (let at = 0; at < tokens.length; at += 1) {
		const token = tokens[at] ?? "";
		const current = changes.at(-1);
		if (token.startsWith(":") && current !== undefined) {
			const [modeBefore = "", modeAfter = "", before = "", after = ""] = token.slice(1).split(" ");
			at += 1;
			if (current.files.length < maxFiles)
				current.files.push({ path: tokens[at] ?? "", before: `${modeBefore} ${before}`, after: `${modeAfter} ${after}` });
			else current.complete = false;
		} else if (token !== "") {
			if (token !== spans[changes.length]?.to) return undefined;
			changes.push({ files: [], complete: true });
		}
	}
	return changes.length === spans.length ? changes : undefined;
}

/** The same lines taken away and added in the same files give the same hash; of binary files the contents count. */
function hashPatches(output: Buffer, spans: readonly Span[]): readonly (string | undefined)[] {
	const hashes = new Map<number, ReturnType<typeof createHash>>();
	let span = -1;
	let index = "";
	for (const line of output.toString("latin1").split("\n")) {
		if (line === spans[span + 1]?.to) {
			span += 1;
			hashes.set(span, createHash("sha256"));
		} else if (line.startsWith("index ")) index = line;
		else if (line.startsWith("Binary files ")) hashes.get(span)?.update(`${index}\n`);
		else if (line !== "" && !line.startsWith("@@ ")) hashes.get(span)?.update(`${line}\n`);
	}
	if (span + 1 !== spans.length) return spans.map(() => undefined);
	return spans.map((_, at) => hashes.get(at)?.digest("hex"));
}
