import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Client } from "../../client/client.ts";
import { AppError, toAppError } from "../../core/app-error.ts";
import type { PlanView } from "../../core/views/common.ts";
import { connect } from "../connection/connect.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import { exitCode } from "../exit-codes.ts";
import { gitIn } from "../git.ts";
import type { Io } from "../io.ts";
import { type Format, formatData } from "../output.ts";
import { startProgress } from "../progress.ts";
import { showError } from "../show-error.ts";
import { clean } from "../text/paint.ts";
import { formatPlan, realChanges } from "../text/plan.ts";
import { count } from "../text/words.ts";
import { collectWorkingTree } from "../working-tree/collect.ts";
import { findRepository } from "../working-tree/find-repository.ts";

type PlanOptions = ServerOptions & { readonly output: Format };

/** What would change if the working tree in a folder were pushed, per Environment. Exit code 1 when something would. */
export async function plan(
	io: Io,
	folder: string,
	options: PlanOptions & { readonly repository?: string; readonly application?: string },
): Promise<number> {
	const { client, server } = await connect(io, options);
	const git = gitIn(await existing(resolve(io.cwd, folder)), io.env, io.signal);
	const root = (await git(["rev-parse", "--show-toplevel"]).catch((error: unknown) => Promise.reject(notGit(folder, error)))).text.trim();
	const repositories = await client.all("listRepositories", {}, io);
	const repository = await findRepository(gitIn(root, io.env, io.signal), {
		root,
		repositories,
		server: server.url,
		base: (await client.call("getControl", {}, io)).source,
		name: options.repository,
	});
	const { body, warnings } = await collectWorkingTree(gitIn(root, io.env, io.signal), root, repository);
	for (const warning of warnings) io.err(`${io.errPaint.yellow("warning:")} ${clean(warning)}\n`);
	const affected = body.files.length === 0 ? [] : (await client.call("findAffected", { body }, io)).applications;
	const names = options.application === undefined ? affected : affected.filter((name) => name === options.application);
	const planned = await planEach(io, names, (name) => client.call("planWorkingTree", { params: { name }, body }, io));
	const title = `${count(body.files.length, "file")} of ${repository.name} would be pushed, ${count(names.length, "Application")} concerned`;
	return show(io, client, planned, { output: options.output, title });
}

/** What a Sync would do now, for the named Applications or all. Exit code 1 when something would change. */
export async function diff(io: Io, names: readonly string[], options: PlanOptions): Promise<number> {
	const { client } = await connect(io, options);
	const wanted = names.length > 0 ? names : (await client.all("listApplications", {}, io)).map((each) => each.name);
	const planned = await planEach(io, wanted, (name) => client.call("getPlan", { params: { name } }, io));
	return show(io, client, planned, { output: options.output, title: undefined });
}

interface Planned {
	readonly plans: readonly PlanView[];
	/** Of the Applications that cannot be planned. */
	readonly failures: readonly AppError[];
}

/** Plans a few at a time, in order; one that cannot be planned is no reason to leave out the others. */
async function planEach(io: Io, names: readonly string[], one: (name: string) => Promise<PlanView>): Promise<Planned> {
	const progress = startProgress(io, "planning");
	const plans = new Map<string, PlanView>();
	const failures = new Map<string, AppError>();
	const queue = [...names];
	try {
		const worker = async () => {
			for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
				try {
					plans.set(name, await one(name));
				} catch (error) {
					io.signal.throwIfAborted();
					failures.set(name, named(name, toAppError(error)));
				}
				progress.say(`planning: ${plans.size + failures.size} of ${names.length} Applications`);
			}
		};
		await Promise.all([worker(), worker(), worker(), worker()]);
	} finally {
		progress.end();
	}
	return { plans: names.flatMap((name) => plans.get(name) ?? []), failures: names.flatMap((name) => failures.get(name) ?? []) };
}

function named(name: string, error: AppError): AppError {
	const { code, kind, hint, place } = error;
	return new AppError(`${name} cannot be planned: ${error.message}`, {
		code,
		kind,
		...(hint === undefined ? {} : { hint }),
		...(place === undefined ? {} : { place }),
		cause: error,
	});
}

async function show(
	io: Io,
	client: Client,
	{ plans, failures }: Planned,
	options: { readonly output: Format; readonly title: string | undefined },
): Promise<number> {
	const [first, ...others] = failures;
	const changes = plans.some((each) => realChanges(each).length > 0);
	// Where nothing could be planned, there is nothing to show but why.
	if (plans.length > 0 || failures.length === 0) {
		if (options.output !== "table") io.out(formatData(plans, options.output));
		else await showPlans(io, client, plans, { title: options.title, isQuiet: !changes && failures.length === 0 });
	}
	for (const each of others) io.err(showError(each, io.errPaint, io.width));
	if (first !== undefined) throw first;
	return changes ? exitCode.differences : exitCode.ok;
}

async function showPlans(
	io: Io,
	client: Client,
	plans: readonly PlanView[],
	{ title, isQuiet }: { readonly title: string | undefined; readonly isQuiet: boolean },
): Promise<void> {
	if (title !== undefined) io.out(`${title}\n`);
	const order = (await client.all("listEnvironments", {}, io)).map((each) => each.name);
	const environments = [...new Set(plans.map((each) => each.environment))].toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
	for (const environment of environments) {
		io.out(`\n${io.paint.bold(`── ${environment} `.padEnd(40, "─"))}\n`);
		for (const each of plans) if (each.environment === environment) io.out(formatPlan(each, io.paint));
	}
	if (isQuiet) io.out(`${plans.length === 0 ? "" : "\n"}${io.paint.green("Nothing would change.")}\n`);
}

async function existing(folder: string): Promise<string> {
	const found = await stat(folder).catch(() => undefined);
	if (found?.isDirectory() === true) return folder;
	throw new AppError(`There is no folder ${folder}`, {
		code: "FolderNotFound",
		kind: "notFound",
		hint: "`gitward plan` takes a working tree; `gitward diff NAME` shows what a Sync of an Application would do.",
	});
}

function notGit(folder: string, cause: unknown): AppError {
	return new AppError(`${folder} is not in a Git working tree`, {
		code: "NotAWorkingTree",
		kind: "invalid",
		hint: "`gitward plan FOLDER` takes a clone of a Repository that Gitward follows.",
		cause,
	});
}
