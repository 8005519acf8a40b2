import { readdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { FlowAction } from "../../core/documents/flow.ts";
import { actionsOf, actionText } from "../../core/flow/actions.ts";
import type { FlowEvent } from "../../core/flow/event.ts";
import { type Proposal, proposeFlow } from "../../core/flow/propose.ts";
import { demandFlow } from "../../core/flow/read-flow.ts";
import { recognise } from "../../core/flow/recognise.ts";
import { answer } from "../../engine/flow/answer.ts";
import { createExec } from "../../lib/exec/exec.ts";
import { systemClock } from "../../lib/system-clock.ts";
import { type HistoryFolder, openHistoryFolder } from "../../repositories/git/history-folder.ts";
import { type Git, gitIn, inheritedEnvironment } from "../git.ts";
import type { Io } from "../io.ts";
import { type Format, formatData } from "../output.ts";
import { readText } from "../read-text.ts";
import { clean } from "../text/paint.ts";
import { formatTable } from "../text/table.ts";
import { refsOfRange } from "./flow-range.ts";

export interface ExplainOptions {
	readonly branch?: string;
	readonly flow?: string;
	readonly output: Format;
}

export interface InitFlowOptions {
	readonly print?: boolean;
}

interface Explained extends FlowEvent {
	readonly actions: readonly FlowAction[];
	/** The event under which the Flow has them. */
	readonly because?: string;
}

const flowFile = "flow.yaml";
/** Commits of main or develop that are looked at for the shape of the history. */
const maxShape = 200;

/** Prints which events a change makes and what follows; runs nothing. */
export async function explainFlow(io: Io, range: string, options: ExplainOptions): Promise<void> {
	const place = await openRepository(io, io.cwd);
	try {
		const file = options.flow ?? join(place.top, flowFile);
		const flow = demandFlow(options.flow ?? flowFile, await readFlowFile(resolve(io.cwd, file), options.flow === undefined));
		const { before, after } = await refsOfRange(place.git, await place.repository.refs(io), { range, branch: options.branch });
		const found = await answer(recognise({ refs: before, openBackMerges: [] }, after, flow), place.repository.history, io);
		const explained = found.events.map((event): Explained => ({ ...event, ...actionsOf(flow, event.name) }));
		print(io, explained, options.output);
	} finally {
		place.repository.close();
	}
}

/** Writes, or prints, a Flow that fits what is seen of a repository. */
export async function initFlow(io: Io, folder: string, options: InitFlowOptions): Promise<void> {
	const place = await openRepository(io, resolve(io.cwd, folder));
	let proposal: Proposal;
	try {
		proposal = await propose(io, place);
	} finally {
		place.repository.close();
	}
	if (options.print === true) {
		io.out(proposal.text);
		return;
	}
	const file = join(place.top, flowFile);
	try {
		await writeFile(file, proposal.text, { flag: "wx" });
	} catch (cause) {
		const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
		throw new AppError(exists ? `${file} exists already` : `${file} cannot be written: ${String(cause)}`, {
			code: exists ? "FilesExist" : "FileUnwritable",
			kind: exists ? "conflict" : "invalid",
			hint: "Nothing was written. `gitward flow init --print` prints what it would hold.",
			cause,
		});
	}
	io.out(`${io.paint.green("+")} ${flowFile}\n`);
	for (const reason of proposal.reasons) io.err(`${io.errPaint.dim(clean(reason))}\n`);
	io.err(`Check its jobs and Environments; \`gitward flow explain HEAD~1..HEAD\` shows what it does.\n`);
}

interface Place {
	/** Top of the working tree, or the bare repository. */
	readonly top: string;
	readonly git: Git;
	readonly repository: HistoryFolder;
}

async function openRepository(io: Io, folder: string): Promise<Place> {
	const git = gitIn(folder, io.env, io.signal);
	const found = await git(["rev-parse", "--path-format=absolute", "--git-dir"], [0, 128]);
	if (found.code !== 0)
		throw new AppError(`${folder} is in no Git repository`, {
			code: "RepositoryNotFound",
			kind: "notFound",
			hint: "Go to a working tree, or make one: `git init`.",
		});
	const gitFolder = found.text.replace(/\n$/u, "");
	const top = await git(["rev-parse", "--path-format=absolute", "--show-toplevel"], [0, 128]);
	const name = top.code === 0 ? top.text.replace(/\n$/u, "") : gitFolder;
	const exec = createExec({ environment: inheritedEnvironment(io.env) });
	return { top: name, git, repository: openHistoryFolder({ folder: gitFolder, name: basename(name), exec, clock: systemClock }) };
}

async function readFlowFile(file: string, isDefault: boolean): Promise<string> {
	try {
		return await readText(file);
	} catch (cause) {
		if (!isDefault || (cause as { cause?: NodeJS.ErrnoException }).cause?.code !== "ENOENT") throw cause;
		throw new AppError(`There is no ${flowFile} at the top of the repository`, {
			code: "FlowNotFound",
			kind: "notFound",
			hint: "`gitward flow init` writes one; --flow names another file.",
			cause,
		});
	}
}

async function propose(io: Io, { top, git, repository }: Place): Promise<Proposal> {
	const refs = await repository.refs(io);
	const remoteHead = await git(["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"], [0, 1, 128]);
	const ownHead = await git(["symbolic-ref", "--quiet", "--short", "HEAD"], [0, 1, 128]);
	const head = [remoteHead.text.trim().replace(/^origin\//u, ""), ownHead.text.trim()].find((name) => name !== "");
	const line = ["develop", "development", "dev", "main", "master", "trunk", head ?? ""].find((name) => refs.branches.has(name));
	const to = line === undefined ? undefined : refs.branches.get(line);
	const newest = to === undefined ? [] : (await repository.history.line({ to, without: [], limit: maxShape }, io)).commits;
	const files: readonly string[] = await readdir(top).catch((): string[] => []);
	return proposeFlow({
		name: basename(top),
		branches: [...refs.branches.keys()],
		tags: [...refs.tags.keys()],
		head,
		shape: { merges: newest.filter(({ parents }) => parents.length > 1).length, commits: newest.length },
		files,
		scripts: files.includes("package.json") ? await scriptsOf(join(top, "package.json")) : [],
	});
}

async function scriptsOf(file: string): Promise<readonly string[]> {
	try {
		const content: unknown = JSON.parse(await readText(file));
		const { scripts } = content as { readonly scripts?: unknown };
		return typeof scripts === "object" && scripts !== null ? Object.keys(scripts) : [];
	} catch {
		return [];
	}
}

function print(io: Io, events: readonly Explained[], format: Format): void {
	if (format !== "table") {
		io.out(formatData(events, format));
		return;
	}
	if (events.length === 0) {
		io.err("Nothing that is an event of this workflow.\n");
		return;
	}
	io.out(
		formatTable<Explained>(
			[
				{ title: "EVENT", value: ({ name }) => name },
				{ title: "ON", value: ({ ref }) => ref.replace(/^refs\/(?:heads|tags)\//u, "") },
				{ title: "WHAT", value: whatOf, flexible: true },
				{ title: "COMMIT", value: ({ after }) => after?.slice(0, 7) ?? "-" },
				{ title: "THEN", value: followingText },
			],
			events,
			{ paint: io.paint, width: io.width },
		),
	);
}

function whatOf({ source, method, forced, commits, picks, parts, subject }: FlowEvent): string {
	const said = [
		...(source === undefined ? [] : [`${method ?? "merge"} of ${source.branch ?? source.commit.slice(0, 7)}`]),
		...(forced === true ? ["forced"] : []),
		...(picks === undefined ? [] : [`copies ${picks.map(({ of }) => of.slice(0, 7)).join(", ")}`]),
		...(source === undefined && commits !== undefined && commits > 1 ? [`${commits} commits`] : []),
		...(parts === undefined ? [] : [`parts: ${parts.length === 0 ? "none" : parts.join(", ")}`]),
	];
	return said.length === 0 ? (subject ?? "-") : said.join("; ");
}

function followingText({ name, actions, because }: Explained): string {
	if (actions.length === 0) return "nothing";
	return `${actions.map(actionText).join(", ")}${because === name ? "" : ` (as ${because})`}`;
}
