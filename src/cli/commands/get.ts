import { AppError } from "../../core/app-error.ts";
import { connect } from "../connection/connect.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import type { Io } from "../io.ts";
import { type Format, printList } from "../output.ts";
import { paintHealth, paintSync } from "../text/marks.ts";
import { ago, shortRevision } from "../text/words.ts";

type GetOptions = ServerOptions & { readonly output: Format };
type Filter = { readonly environment?: string; readonly repository?: string; readonly project?: string };

/** Lists Applications. */
export async function getApplications(io: Io, name: string | undefined, options: GetOptions & Filter): Promise<void> {
	const { client } = await connect(io, options);
	const { environment, repository, project } = options;
	const query = {
		...(environment === undefined ? {} : { environment }),
		...(repository === undefined ? {} : { repository }),
		...(project === undefined ? {} : { project }),
	};
	const rows = named(await client.all("listApplications", { query }, io), name, "Application");
	const { paint } = io;
	printList(io, rows, {
		...format(options),
		empty: "There are no Applications.",
		columns: [
			{ title: "NAME", value: (row) => row.name },
			{ title: "ENVIRONMENT", value: (row) => row.environment },
			{ title: "SYNC", value: (row) => row.sync, paint: (text, row) => paintSync(paint, text, row.sync) },
			{ title: "HEALTH", value: (row) => row.health.status, paint: (text, row) => paintHealth(paint, text, row.health.status) },
			{ title: "REVISION", value: (row) => shortRevision(row.appliedRevision), flexible: true },
			{ title: "LAST SYNC", value: (row) => ago(row.lastSync) },
			{ title: "WAITS FOR", value: (row) => row.holds.map((hold) => hold.reason).join(", "), flexible: true },
		],
	});
}

/** Lists Environments in their order. */
export async function getEnvironments(io: Io, name: string | undefined, options: GetOptions): Promise<void> {
	const { client } = await connect(io, options);
	const rows = named(await client.all("listEnvironments", {}, io), name, "Environment");
	printList(io, rows, {
		...format(options),
		empty: "There are no Environments.",
		columns: [
			{ title: "NAME", value: (row) => row.name },
			{ title: "TARGET", value: (row) => row.target },
			{ title: "HEALTH", value: (row) => row.health.status, paint: (text, row) => paintHealth(io.paint, text, row.health.status) },
			{ title: "APPLICATIONS", value: (row) => String(row.applications) },
			{
				title: "OUT OF SYNC",
				value: (row) => String(row.outOfSync),
				paint: (text, row) => (row.outOfSync > 0 ? io.paint.yellow(text) : text),
			},
			{ title: "DRIFT", value: (row) => row.policy.drift },
			{ title: "SYNCS", value: (row) => row.policy.sync },
			{ title: "AFTER", value: (row) => row.after.join(", "), flexible: true },
		],
	});
}

/** Lists Repositories. */
export async function getRepositories(io: Io, name: string | undefined, options: GetOptions): Promise<void> {
	const { client } = await connect(io, options);
	const rows = named(await client.all("listRepositories", {}, io), name, "Repository");
	printList(io, rows, {
		...format(options),
		empty: "There are no Repositories.",
		columns: [
			{ title: "NAME", value: (row) => row.name },
			{ title: "URL", value: (row) => row.url, flexible: true },
			{ title: "REVISION", value: (row) => shortRevision(row.revision), flexible: true },
			{ title: "FETCHED", value: (row) => ago(row.lastFetch) },
			{ title: "APPLICATIONS", value: (row) => String(row.applications) },
			{
				title: "READY",
				value: (row) => row.conditions.find((each) => each.type === "Ready" && each.status !== "True")?.reason ?? "yes",
				paint: (text) => (text === "yes" ? io.paint.green(text) : io.paint.red(text)),
			},
		],
	});
}

function format(options: GetOptions): { readonly format: Format } {
	return { format: options.output };
}

function named<T extends { readonly name: string }>(rows: readonly T[], name: string | undefined, kind: string): readonly T[] {
	if (name === undefined) return rows;
	const found = rows.filter((row) => row.name === name);
	if (found.length > 0) return found;
	throw new AppError(`There is no ${kind} ${JSON.stringify(name)}`, {
		code: `${kind}NotFound`,
		kind: "notFound",
		...(rows.length === 0
			? {}
			: {
					hint: `There are: ${rows
						.slice(0, 20)
						.map((row) => row.name)
						.join(", ")}${rows.length > 20 ? " …" : ""}`,
				}),
	});
}
