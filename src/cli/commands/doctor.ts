import { join } from "node:path";
import { createExec } from "../../lib/exec/exec.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import type { Finding } from "../doctor/check.ts";
import { checkClock, checkFileEvents, checkGit, checkNode, checkPort, checkProgram, checkState, checkSystemd } from "../doctor/machine.ts";
import { checkServer } from "../doctor/server.ts";
import { exitCode } from "../exit-codes.ts";
import { inheritedEnvironment } from "../git.ts";
import type { Io } from "../io.ts";
import { type Format, formatData } from "../output.ts";
import { clean } from "../text/paint.ts";
import { wrap } from "../text/wrap.ts";

/** Finds what is missing on this machine and says how to mend it. Exit code 7 when something that is needed is missing. */
export async function doctor(
	io: Io,
	options: ServerOptions & {
		readonly output: Format;
		readonly state?: string;
		readonly listen: { readonly host: string; readonly port: number };
	},
): Promise<number> {
	const exec = createExec({ environment: inheritedEnvironment(io.env) });
	const server = await checkServer(io, options);
	const running = server.some((each) => each.name === "Server" && each.state === "good");
	const findings: readonly Finding[] = [
		checkNode(process.versions.node),
		...(await checkGit(exec)),
		await checkProgram(exec, {
			name: "kustomize",
			args: ["version"],
			use: "a folder with a kustomization.yaml",
			site: "https://kubectl.docs.kubernetes.io/installation/kustomize/",
		}),
		await checkProgram(exec, {
			name: "helm",
			args: ["version", "--short"],
			use: "a Helm chart",
			site: "https://helm.sh/docs/intro/install/",
		}),
		await checkState(options.state ?? join(io.cwd, ".gitward")),
		// A running Gitward holds its own port: nothing is wrong with that.
		...(running ? [] : [await checkPort(options.listen.host, options.listen.port)]),
		await checkSystemd(),
		await checkFileEvents(),
		checkClock(new Date()),
		...server,
	];
	if (options.output === "table") for (const finding of findings) io.out(line(io, finding));
	else io.out(formatData(findings, options.output));
	const missing = findings.filter((each) => each.state === "missing").length;
	if (options.output === "table")
		io.out(missing === 0 ? `\n${io.paint.green("Gitward can work here.")}\n` : `\n${io.paint.red(`${missing} to mend first.`)}\n`);
	return missing === 0 ? exitCode.ok : exitCode.unavailable;
}

const indent = 20;

function line(io: Io, { name, state, detail, mend }: Finding): string {
	const { paint } = io;
	const mark = state === "good" ? paint.green("✓") : state === "weak" ? paint.yellow("!") : paint.red("✗");
	const first = wrap(clean(detail), `${mark} ${name.padEnd(indent - 2)}`, indent, io.width);
	return mend === undefined ? first : `${first}${paint.cyan(wrap(clean(mend), " ".repeat(indent), indent, io.width))}`;
}
