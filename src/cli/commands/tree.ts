import type { ApplicationDetail, ApplicationSummary } from "../../core/views/application.ts";
import { connect } from "../connection/connect.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import type { Io } from "../io.ts";
import { type Format, formatData } from "../output.ts";
import { paintHealth, paintSync } from "../text/marks.ts";
import { clean } from "../text/paint.ts";
import { shortKey } from "../text/words.ts";

interface Node {
	readonly text: string;
	readonly children: readonly Node[];
}

/** Environments, their Applications and, for one Application or with --objects, their Objects. */
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
			applications: applications.filter((each) => each.environment === environment.name),
		}));
		io.out(formatData(data, options.output));
		return;
	}
	for (const environment of shown) {
		const children = applications.filter((each) => each.environment === environment.name).map((each) => applicationNode(io, each));
		io.out(
			`${io.paint.bold(environment.name)} ${io.paint.dim(environment.target)}  ${paintHealth(io.paint, environment.health.status, environment.health.status)}\n`,
		);
		print(io, children, "");
	}
}

function applicationNode(io: Io, application: ApplicationSummary | ApplicationDetail): Node {
	const { paint } = io;
	const { name, sync, health } = application;
	const objects = "inventory" in application ? application.inventory : [];
	return {
		text: `${name}  ${paintSync(paint, sync, sync)}, ${paintHealth(paint, health.status, health.status)}`,
		children: objects.map((each) => ({
			text: `${clean(shortKey(each.key, name))}  ${paintHealth(paint, each.health.status, each.health.status)}${each.drifted ? paint.yellow(" drifted") : ""}${each.created ? "" : paint.dim(" adopted")}${each.health.message === "" ? "" : paint.dim(`  ${clean(each.health.message)}`)}`,
			children: [],
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
