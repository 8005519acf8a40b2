import { Command } from "commander";
import type { Io } from "../io.ts";
import { version } from "../version.ts";
import { addActCommands } from "./act.ts";
import { addFlowCommands } from "./flow.ts";
import { addLookCommands } from "./look.ts";
import { addSetUpCommands } from "./set-up.ts";

/** The whole command line; `finish` takes the exit code of the command that ran. Commander's own errors are thrown. */
export function createProgram(io: Io, finish: (code: number | void) => void): Command {
	const program = new Command("gitward")
		.description("Keeps environments equal to what Git says.")
		.version(version, "-V, --version", "print the version")
		.helpOption("-h, --help", "print help")
		.helpCommand("help [command]", "print help for a command")
		.configureHelp({ helpWidth: io.width ?? 100, sortSubcommands: false, showGlobalOptions: true })
		.configureOutput({
			writeOut: io.out,
			writeErr: io.err,
			outputError: (text, write) => write(text.replace(/^error:/u, io.errPaint.red(io.errPaint.bold("error:")))),
		})
		.showHelpAfterError("(--help tells what there is)")
		.exitOverride();
	const context = { io, finish };
	program.commandsGroup("Begin:");
	addSetUpCommands(program, context);
	addFlowCommands(program, context);
	program.commandsGroup("Look:");
	addLookCommands(program, context);
	program.commandsGroup("Act:");
	addActCommands(program, context);
	return program;
}
