import type { Command } from "commander";
import type { ServerOptions } from "../connection/find-server.ts";
import { withServer, withWait } from "./options.ts";
import type { ProgramContext } from "./run.ts";

type Wait = ServerOptions & { readonly wait?: boolean; readonly timeout: number };

/** Commands that change what runs. */
export function addActCommands(program: Command, { io, finish }: ProgramContext): void {
	withWait(withServer(program.command("sync")))
		.description("bring Applications to what Git says now")
		.argument("<application...>")
		.option("--confirm <hash>", "let the plan with this hash pass the deletion guard, or a drift that asks")
		.action(async (names: string[], options: Wait & { confirm?: string }) =>
			finish(await (await import("../commands/act.ts")).sync(io, names, options)),
		);

	withWait(withServer(program.command("rollback")))
		.description("go back to an earlier Sync, and hold the newer Revision")
		.argument("<application>")
		.argument("[id]", "entry of `gitward history`; the last good one with another Revision where not given")
		.action(async (name: string, id: string | undefined, options: Wait) =>
			finish(await (await import("../commands/act.ts")).rollback(io, name, id, options)),
		);

	withServer(program.command("suspend"))
		.description("stop Syncs and repairs")
		.argument("<application...>")
		.action(async (names: string[], options: ServerOptions) =>
			finish(await (await import("../commands/act.ts")).suspend(io, names, options)),
		);

	withServer(program.command("resume"))
		.description("go on after suspend, or after a rollback")
		.argument("<application...>")
		.action(async (names: string[], options: ServerOptions) =>
			finish(await (await import("../commands/act.ts")).resume(io, names, options)),
		);
}
