import { AppError } from "../../core/app-error.ts";
import { clientOf } from "../connection/connect.ts";
import { findServer, type ServerOptions } from "../connection/find-server.ts";
import type { Io } from "../io.ts";
import { version } from "../version.ts";
import type { Finding } from "./check.ts";

/** The server that commands would speak to: reached, with a token that holds, of the same version, with the same time. */
export async function checkServer(io: Io, options: ServerOptions): Promise<readonly Finding[]> {
	const name = "Server";
	let server: Awaited<ReturnType<typeof findServer>>;
	try {
		server = await findServer(io, options);
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return [
			{
				name,
				state: error.code === "NoServer" ? "weak" : "missing",
				detail: error.message,
				...(error.hint === undefined ? {} : { mend: error.hint }),
			},
		];
	}
	try {
		const limit = AbortSignal.any([io.signal, AbortSignal.timeout(10_000)]);
		const session = await clientOf(server).call("getSession", {}, { signal: limit });
		const findings: Finding[] = [{ name, state: "good", detail: `${server.url} (from ${server.from}), and the token holds` }];
		if (session.version !== version)
			findings.push({
				name: "Version",
				state: "weak",
				detail: `the server is ${session.version}, this is ${version}`,
				mend: "Use the same version on both sides.",
			});
		findings.push(await compareClocks(server.url, limit));
		return findings;
	} catch (error) {
		const known =
			error instanceof AppError
				? error
				: new AppError(`${server.url} does not answer within 10 s`, {
						code: "ServerUnreachable",
						kind: "timeout",
						hint: "Look at its log.",
					});
		return [{ name, state: "missing", detail: known.message, ...(known.hint === undefined ? {} : { mend: known.hint }) }];
	}
}

async function compareClocks(url: string, signal: AbortSignal): Promise<Finding> {
	const response = await fetch(`${url}/healthz`, { signal });
	const theirs = Date.parse(response.headers.get("date") ?? "");
	const seconds = Math.round(Math.abs(Date.now() - theirs) / 1000);
	if (!(seconds > 30)) return { name: "Server's clock", state: "good", detail: "agrees with this machine's" };
	return {
		name: "Server's clock",
		state: "weak",
		detail: `${seconds} s away from this machine's`,
		mend: "Set the clock of the one that is wrong, for example with `timedatectl set-ntp true`.",
	};
}
