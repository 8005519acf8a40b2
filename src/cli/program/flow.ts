import type { Command } from "commander";
import type { ExplainOptions, InitFlowOptions } from "../commands/flow.ts";
import { formatOption } from "../output.ts";
import type { ProgramContext } from "./run.ts";

/** Commands about the Git workflow of a repository. */
export function addFlowCommands(program: Command, { io, finish }: ProgramContext): void {
	const flow = program.command("flow").description("what belongs to the events of a Git workflow; in a repository, without a server");

	flow
		.command("explain")
		.description("say which events a change makes and what follows, without running anything")
		.argument(
			"<range>",
			"BEFORE..AFTER of a branch or tag: develop~2..develop, v1.0..main, ..release/1.4 for a new one, feature/a.. for one deleted",
		)
		.option("--branch <name>", "the branch that moved, where AFTER does not name it")
		.option("--flow <file>", "the Flow; flow.yaml at the top of the repository where not given")
		.addOption(formatOption())
		.action(async (range: string, options: ExplainOptions) =>
			finish(await (await import("../commands/flow.ts")).explainFlow(io, range, options)),
		);

	flow
		.command("init")
		.description("write a flow.yaml that fits the repository's branches, tags and history; overwrites nothing")
		.argument("[folder]", "a working tree", ".")
		.option("--print", "print it instead of writing it")
		.action(async (folder: string, options: InitFlowOptions) =>
			finish(await (await import("../commands/flow.ts")).initFlow(io, folder, options)),
		);
}
