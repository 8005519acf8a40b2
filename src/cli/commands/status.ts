import type { Condition } from "../../core/conditions.ts";
import type { ApplicationSummary } from "../../core/views/application.ts";
import { connect } from "../connection/connect.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import { exitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { type Format, formatData } from "../output.ts";
import { adviseOn } from "../text/advice.ts";
import { isFine, paintHealth, paintSync } from "../text/marks.ts";
import { clean } from "../text/paint.ts";
import { ago, count, shortRevision } from "../text/words.ts";
import { wrap } from "../text/wrap.ts";

/** One screen: what does not converge, since when, why, and what to do. */
export async function status(
	io: Io,
	name: string | undefined,
	options: ServerOptions & { readonly output: Format; readonly exitCode?: boolean },
): Promise<number> {
	const { client, server } = await connect(io, options);
	const { signal, paint } = io;
	const [control, repositories, applications] = await Promise.all([
		client.call("getControl", {}, { signal }),
		client.all("listRepositories", {}, { signal }),
		name === undefined
			? client.all("listApplications", {}, { signal })
			: client.call("getApplication", { params: { name } }, { signal }).then((each): ApplicationSummary[] => [each]),
	]);
	const attention = applications.filter((each) => !isFine(each));
	const code = options.exitCode === true && attention.length > 0 ? exitCode.notConverged : exitCode.ok;
	if (options.output !== "table") {
		io.out(formatData({ server: server.url, control, repositories, applications }, options.output));
		return code;
	}
	const fine = applications.length - attention.length;
	io.out(`${paint.bold("Gitward")} ${server.url}  ${paint.dim(`control ${clean(control.source)} ${shortRevision(control.revision)}`)}\n`);
	showTrouble(io, "The control documents", control.conditions);
	for (const repository of repositories) showTrouble(io, `Repository ${repository.name}`, repository.conditions);
	if (applications.length === 0) {
		io.out("\nThere are no Applications yet: add one to the control documents.\n");
		return code;
	}
	const summary =
		attention.length === 0
			? paint.green(`${applications.length === 1 ? "" : "all "}${count(applications.length, "Application")} as Git says and healthy`)
			: `${count(applications.length, "Application")}: ${paint.green(`${fine} fine`)}, ${paint.yellow(`${attention.length} to look at`)}`;
	io.out(`${summary}\n`);
	for (const application of attention) showApplication(io, application);
	return code;
}

function showApplication(io: Io, application: ApplicationSummary): void {
	const { paint } = io;
	const { since, why, actions } = adviseOn(application);
	const mark = application.health.status === "Degraded" || application.health.status === "Missing" ? paint.red("✗") : paint.yellow("!");
	const state = `${paintSync(paint, application.sync, application.sync)}, ${paintHealth(paint, application.health.status, application.health.status)}`;
	io.out(
		`\n${mark} ${paint.bold(application.name)} ${paint.dim(`in ${application.environment}`)}  ${state}${since === undefined ? "" : paint.dim(`  since ${ago(since)}`)}\n`,
	);
	for (const [i, text] of why.entries()) io.out(wrap(clean(text), `    ${i === 0 ? paint.dim("why ") : "    "}  `, 10, io.width));
	if (application.desiredRevision !== application.appliedRevision) {
		io.out(
			`    ${paint.dim("runs")}  ${shortRevision(application.appliedRevision)}, and Git says ${shortRevision(application.desiredRevision)}\n`,
		);
	}
	for (const [i, text] of actions.entries()) {
		const prefix = `    ${i === 0 ? paint.dim("do  ") : "    "}  `;
		// A command stays in one piece, so that it can be copied.
		io.out(text.startsWith("gitward ") ? `${prefix}${paint.cyan(text)}\n` : wrap(clean(text), prefix, 10, io.width));
	}
}

function showTrouble(io: Io, title: string, conditions: readonly Condition[]): void {
	const trouble = conditions.find((each) =>
		each.type === "Ready" ? each.status === "False" : each.type === "Stalled" && each.status === "True",
	);
	if (trouble === undefined) return;
	io.out(`${io.paint.red("✗")} ${io.paint.bold(title)}: ${trouble.reason} ${io.paint.dim(`since ${ago(trouble.since)}`)}\n`);
	io.out(wrap(clean(trouble.message), "    ", 4, io.width));
}
