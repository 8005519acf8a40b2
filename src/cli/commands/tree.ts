import type { Client } from "../../client/client.ts";
import { toAppError } from "../../core/app-error.ts";
import type { ApplicationDetail, ApplicationSummary, ChildView, ObjectView } from "../../core/views/application.ts";
import { connect } from "../connection/connect.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import type { Io } from "../io.ts";
import { type Format, formatData } from "../output.ts";
import { paintHealth, paintSync } from "../text/marks.ts";
import { clean } from "../text/paint.ts";
import { oneLine, shortKey } from "../text/words.ts";

interface Node {
	readonly text: string;
	readonly children: readonly Node[];
}

/** Environments, their Applications and, for one Application or with --objects, their Objects; of one also what the target holds beneath them. */
export async function tree(
	io: Io,
	name: string | undefined,
	options: ServerOptions & { readonly output: Format; readonly objects?: boolean },
): Promise<void> {
	const { client } = await connect(io, options);
	const [environments, listed] = await Promise.all([
		client.all("listEnvironments", {}, io),
		name === undefined ? client.all("listApplications", {}, io) : [await client.call("getApplication", { params: { name } }, io)],
	]);
	const children = name === undefined ? [] : await childrenOf(io, client, name);
	const applications: (ApplicationSummary | ApplicationDetail)[] = [];
	for (const each of listed)
		applications.push(
			options.objects === true && name === undefined ? await client.call("getApplication", { params: { name: each.name } }, io) : each,
		);
	const shown = environments.filter(
		(environment) => name === undefined || applications.some((each) => each.environment === environment.name),
	);
	if (options.output !== "table") {
		const data = shown.map((environment) => ({
			...environment,
			applications: applications
				.filter((each) => each.environment === environment.name)
				.map((each) => (each.name === name ? { ...each, children } : each)),
		}));
		io.out(formatData(data, options.output));
		return;
	}
	for (const environment of shown) {
		const nodes = applications.filter((each) => each.environment === environment.name).map((each) => applicationNode(io, each, children));
		io.out(
			`${io.paint.bold(environment.name)} ${io.paint.dim(environment.target)}  ${paintHealth(io.paint, environment.health.status, environment.health.status)}\n`,
		);
		print(io, nodes, "");
	}
}

/** What the target holds beneath an Application's Objects; where it cannot be asked, that is said and the rest is shown. */
async function childrenOf(io: Io, client: Client, name: string): Promise<readonly ChildView[]> {
	try {
		return await client.all("listChildren", { params: { name } }, io);
	} catch (error) {
		if (io.signal.aborted) throw error;
		io.err(`what is beneath the Objects of ${name} is not known: ${clean(toAppError(error).message)}\n`);
		return [];
	}
}

/** Children of a key, and theirs; nothing is its own child. */
function childNodes(io: Io, parent: string, all: readonly ChildView[], application: string, depth = 0): readonly Node[] {
	if (depth > 10) return [];
	return all
		.filter((each) => each.parent === parent)
		.map((each) => ({
			text: `${clean(shortKey(each.key, application))}  ${paintHealth(io.paint, each.health.status, each.health.status)}${each.health.message === "" ? "" : io.paint.dim(`  ${oneLine(clean(each.health.message))}`)}`,
			children: childNodes(io, each.key, all, application, depth + 1),
		}));
}

/** What of a drifted Object differs, and who set it. */
function driftText({ drift }: ObjectView): string {
	const [field] = drift?.fields ?? [];
	if (field === undefined) return " drifted";
	return ` drifted at ${clean(field.path)}${field.manager === undefined ? "" : `, set by ${clean(field.manager)}`}`;
}

function applicationNode(io: Io, application: ApplicationSummary | ApplicationDetail, beneath: readonly ChildView[]): Node {
	const { paint } = io;
	const { name, sync, health } = application;
	const objects = "inventory" in application ? application.inventory : [];
	return {
		text: `${name}  ${paintSync(paint, sync, sync)}, ${paintHealth(paint, health.status, health.status)}`,
		children: objects.map((each) => ({
			text: `${clean(shortKey(each.key, name))}  ${paintHealth(paint, each.health.status, each.health.status)}${each.drifted ? paint.yellow(driftText(each)) : ""}${each.created ? "" : paint.dim(" adopted")}${each.health.message === "" ? "" : paint.dim(`  ${oneLine(clean(each.health.message))}`)}`,
			children: childNodes(io, each.key, beneath, name),
		})),
	};
}

function print(io: Io, nodes: readonly Node[], indent: string): void {
	for (const [i, node] of nodes.entries()) {
		const last = i === nodes.length - 1;
		io.out(`${indent}${io.paint.dim(last ? "└── " : "├── ")}${node.text}\n`);
		print(io, node.children, `${indent}${last ? "    " : `${io.paint.dim("│")}   `}`);
	}
}
