import { get } from "node:http";
import { connect } from "node:net";
import { parseDuration } from "../../../core/documents/metadata.ts";
import { run } from "../../../lib/exec/run.ts";
import type { ProcessSpec } from "../kinds/process.ts";
import { portOf, portVariables, type Slot, withPorts } from "./port-variables.ts";

/** One look at a process: undefined where it is healthy, else why not. */
export type Probe = (signal: AbortSignal) => Promise<string | undefined>;

export interface ProbeContext {
	readonly spec: ProcessSpec;
	readonly slot: Slot;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
}

/** The check that a Process asks for; undefined where having run for a moment is enough. */
export function createProbe(context: ProbeContext): Probe | undefined {
	const { spec, slot, cwd, env } = context;
	const { http, tcp, command } = spec.health;
	const timeoutMs = parseDuration(spec.health.timeout);
	if (command !== undefined) {
		const [program = "", ...args] = command.map((item) => withPorts(item, portVariables(spec, slot)));
		return async (signal) => {
			try {
				await run(program, args, { cwd, env, signal, timeoutMs, maxOutputBytes: 1024 * 1024, title: "the health command" });
				return undefined;
			} catch (error) {
				return error instanceof Error ? error.message : String(error);
			}
		};
	}
	if (http !== undefined) {
		const port = portOf(spec, slot, http.port) ?? 0;
		return (signal) => askHttp({ port, path: http.path, status: http.status, timeoutMs, signal });
	}
	const port = portOf(spec, slot, tcp?.port);
	return port === undefined ? undefined : (signal) => askTcp({ port, timeoutMs, signal });
}

interface HttpQuestion {
	readonly port: number;
	readonly path: string;
	readonly status: number | undefined;
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
}

function askHttp({ port, path, status, timeoutMs, signal }: HttpQuestion): Promise<string | undefined> {
	const what = `GET http://127.0.0.1:${port}${path}`;
	return new Promise((resolve) => {
		const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
		const request = get(
			{ host: "127.0.0.1", port, path, agent: false, signal: limit, headers: { "user-agent": "gitward-health" } },
			(response) => {
				const code = response.statusCode ?? 0;
				const good = status === undefined ? code >= 200 && code < 400 : code === status;
				resolve(good ? undefined : `${what} answered ${code}${status === undefined ? "" : ` instead of ${status}`}`);
				response.destroy();
			},
		);
		request.on("error", (error: NodeJS.ErrnoException) => {
			resolve(
				`${what} ${limit.aborted && !signal.aborted ? `gave no answer in ${timeoutMs} ms` : `failed: ${error.code ?? error.message}`}`,
			);
		});
	});
}

function askTcp({ port, timeoutMs, signal }: { port: number; timeoutMs: number; signal: AbortSignal }): Promise<string | undefined> {
	return new Promise((resolve) => {
		const socket = connect({ host: "127.0.0.1", port });
		const end = (reason: string | undefined): void => {
			signal.removeEventListener("abort", cancel);
			socket.destroy();
			resolve(reason);
		};
		const cancel = (): void => end("cancelled");
		signal.addEventListener("abort", cancel, { once: true });
		socket.setTimeout(timeoutMs, () => end(`port ${port} gave no answer in ${timeoutMs} ms`));
		// Without a listener a connection to a port of the dynamic range can meet itself.
		socket.once("connect", () => end(socket.localPort === port ? `nothing listens on port ${port}` : undefined));
		socket.once("error", (error: NodeJS.ErrnoException) =>
			end(error.code === "ECONNREFUSED" ? `nothing listens on port ${port}` : `port ${port}: ${error.message}`),
		);
	});
}
