import { type Command, Option } from "commander";
import type { ServerOptions } from "../connection/find-server.ts";
import { type Format, formatOption } from "../output.ts";
import { numberBetween, withServer } from "./options.ts";
import type { ProgramContext } from "./run.ts";

type Output = ServerOptions & { readonly output: Format };

/** Commands that only look. */
export function addLookCommands(program: Command, { io, finish }: ProgramContext): void {
	withServer(program.command("status"))
		.description("what does not converge, since when, why, and what to do")
		.argument("[application]", "only this one")
		.addOption(formatOption())
		.option("--exit-code", "end with exit code 6 when something is not as Git says")
		.action(async (name: string | undefined, options: Output & { exitCode?: boolean }) =>
			finish(await (await import("../commands/status.ts")).status(io, name, options)),
		);

	const get = program.command("get").description("list Applications, Environments or Repositories");
	withServer(get.command("applications"))
		.aliases(["application", "apps", "app"])
		.description("Applications with sync, health and what they wait for")
		.argument("[name]")
		.option("--environment <name>", "only those of this Environment")
		.option("--repository <name>", "only those of this Repository")
		.option("--project <name>", "only those of this Project")
		.addOption(formatOption())
		.action(async (name: string | undefined, options: Output) =>
			finish(await (await import("../commands/get.ts")).getApplications(io, name, options)),
		);
	withServer(get.command("environments"))
		.aliases(["environment", "envs", "env"])
		.description("Environments in their order")
		.argument("[name]")
		.addOption(formatOption())
		.action(async (name: string | undefined, options: Output) =>
			finish(await (await import("../commands/get.ts")).getEnvironments(io, name, options)),
		);
	withServer(get.command("repositories"))
		.aliases(["repository", "repos", "repo"])
		.description("Repositories with the Revision known of each")
		.argument("[name]")
		.addOption(formatOption())
		.action(async (name: string | undefined, options: Output) =>
			finish(await (await import("../commands/get.ts")).getRepositories(io, name, options)),
		);

	withServer(program.command("tree"))
		.description("Environments, their Applications and Objects")
		.argument("[application]", "this one, with its Objects")
		.option("--objects", "the Objects of all")
		.addOption(formatOption())
		.action(async (name: string | undefined, options: Output & { objects?: boolean }) =>
			finish(await (await import("../commands/tree.ts")).tree(io, name, options)),
		);

	withServer(program.command("history"))
		.description("the Syncs of an Application, newest first")
		.argument("<application>")
		.addOption(new Option("-n, --limit <number>", "most entries").argParser(numberBetween(1, 10_000)).default(20))
		.addOption(formatOption())
		.action(async (name: string, options: Output & { limit: number }) =>
			finish(await (await import("../commands/history.ts")).history(io, name, options)),
		);

	withServer(program.command("logs"))
		.description("what the Objects of an Application print")
		.argument("<application>")
		.argument("[object]", "name, Kind/name or key of one")
		.option("-f, --follow", "go on until Ctrl-C")
		.addOption(new Option("--tail <lines>", "lines of the past").argParser(numberBetween(0, 10_000)).default(100))
		.addOption(new Option("-o, --output <format>", "text, or json: one value a line").choices(["text", "json"]).default("text"))
		.action(
			async (
				name: string,
				object: string | undefined,
				options: ServerOptions & { follow?: boolean; tail: number; output: "text" | "json" },
			) => finish(await (await import("../commands/logs.ts")).logs(io, name, object, options)),
		);

	withServer(program.command("events"))
		.description("what happened, and with --follow what happens")
		.option("-f, --follow", "go on until Ctrl-C")
		.addOption(new Option("-n, --limit <number>", "events of the past").argParser(numberBetween(1, 500)).default(50))
		.option("--application <name>", "only those of this Application")
		.option("--environment <name>", "only those of this Environment")
		.option("--target", "instead, what the target itself recorded about the Objects of --application: Events of a cluster")
		.addOption(formatOption())
		.action(async (options: Output & { limit: number; follow?: boolean; target?: boolean; application?: string }) =>
			finish(await (await import("../commands/events.ts")).events(io, options)),
		);

	withServer(program.command("plan"))
		.description("what a working tree that is not pushed would change, per Environment; exit code 1 when something would")
		.argument("[folder]", "the working tree", ".")
		.option("--repository <name>", "the Repository it belongs to; found by its remotes where not given")
		.option("--application <name>", "only this Application")
		.addOption(formatOption())
		.action(async (folder: string, options: Output & { repository?: string; application?: string }) =>
			finish(await (await import("../commands/plan.ts")).plan(io, folder, options)),
		);

	withServer(program.command("diff"))
		.description("what a Sync would do now; exit code 1 when something")
		.argument("[application...]", "all where none is named")
		.addOption(formatOption())
		.action(async (names: string[], options: Output) => finish(await (await import("../commands/plan.ts")).diff(io, names, options)));
}
