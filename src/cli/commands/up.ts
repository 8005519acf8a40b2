import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loginLink } from "../../client/login-link.ts";
import { AppError } from "../../core/app-error.ts";
import type { RunningServer, StartOptions } from "../../server.ts";
import { removeServerFile, writeServerFile } from "../connection/server-file.ts";
import { credentialsIn } from "../control-credentials.ts";
import { exitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { createLog, type LogLevel } from "../log.ts";
import { readText } from "../read-text.ts";
import { rememberTokenFile } from "./login.ts";

export interface UpOptions {
	readonly control?: string;
	readonly state?: string;
	readonly listen: { readonly host: string; readonly port: number };
	readonly tlsCert?: string;
	readonly tlsKey?: string;
	readonly plainHttp?: boolean;
	readonly allowCredentialPlugin?: readonly string[];
	readonly allowInsecureClusters?: boolean;
	readonly instance?: string;
	readonly publicUrl?: string;
	readonly probes?: { readonly host: string; readonly port: number };
	/** Folder of the files that open a control repository. */
	readonly controlCredentials?: string;
	readonly tokenFile?: string;
	/** Whether the first start prints the link that logs in. */
	readonly link: boolean;
	readonly example?: boolean;
	readonly logLevel: LogLevel;
}

/** Runs Gitward until SIGINT or SIGTERM; a second one does not wait. */
export async function up(io: Io, options: UpOptions): Promise<number> {
	const control = await controlOf(io, options);
	const state = stateOf(io, options);
	const tls = await readTls(io, options);
	const credentials =
		options.controlCredentials === undefined ? undefined : await credentialsIn(resolve(io.cwd, options.controlCredentials));
	const tokenFile = options.tokenFile === undefined ? undefined : resolve(io.cwd, options.tokenFile);
	const token = tokenFile === undefined ? undefined : await (await import("../../api/token.ts")).readGivenToken(tokenFile);
	const example = options.example === true ? await livingExample(io, state) : undefined;
	const { startServer } = await import("../../server.ts");
	const prepare = example?.prepare ?? hostedControl(control);
	const log = createLog({ write: io.err, level: options.logLevel, pretty: io.progress, paint: io.errPaint });
	const server = await startServer({
		control,
		state,
		...(example === undefined ? options.listen : await example.listen(options.listen)),
		...(tls === undefined ? {} : { tls }),
		...(credentials === undefined ? {} : { controlCredentials: credentials }),
		...(options.plainHttp === true ? { plainHttp: true } : {}),
		...(options.probes === undefined ? {} : { probes: options.probes }),
		...(token === undefined ? {} : { token }),
		...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
		...(options.instance === undefined ? {} : { instance: options.instance }),
		allowExec: options.allowCredentialPlugin ?? [],
		allowInsecure: options.allowInsecureClusters === true,
		environment: io.env,
		log,
		...(prepare === undefined ? {} : { prepare }),
	});
	try {
		const keptIn = tokenFile ?? join(state, "token");
		await writeServerFile(state, { url: server.url, pid: process.pid, tokenFile: keptIn });
		await rememberTokenFile(io, server.url, keptIn).catch((error: unknown) => log.warn("the address could not be remembered", { error }));
		greet(io, server, { control, link: options.link });
		example?.tell(server.url);
		await stopped(io);
		io.err("\nStopping; once more stops at once.\n");
	} finally {
		await removeServerFile(state);
		await server.close();
	}
	return exitCode.ok;
}

function greet(io: Io, server: RunningServer, { control, link }: { readonly control: string; readonly link: boolean }): void {
	const { bold, cyan, dim, green } = io.paint;
	io.out(`${green("✓")} ${bold("Gitward")} keeps ${control} at ${cyan(server.url)}\n`);
	if (server.firstStart && link)
		io.out(
			`  ${bold("Log in:")}  ${cyan(loginLink(server.url, server.token.reveal()))}\n           ${dim("(shown once; `gitward login --link` prints it again)")}\n`,
		);
	else if (link) io.out(`  Log in:  ${cyan("gitward login --link")}   ${dim("prints a link to the dashboard")}\n`);
	io.out(`  Look:    ${cyan("gitward status")}   ${dim("from this folder, or any other")}\n`);
}

/** Resolves at the first signal to stop; a second ends the process. */
async function stopped(io: Io): Promise<void> {
	if (!io.signal.aborted) await new Promise<void>((done) => io.signal.addEventListener("abort", () => done(), { once: true }));
}

async function controlOf(io: Io, options: UpOptions): Promise<string> {
	if (options.example === true) {
		if (options.control !== undefined)
			throw new AppError("--example brings its own control documents", {
				code: "OptionsConflict",
				kind: "invalid",
				hint: "Leave --control out.",
			});
		return (await import("../../example/seed.ts")).exampleControl;
	}
	const { control } = options;
	if (control === undefined) {
		throw new AppError("There is nothing to run: --control is missing", {
			code: "ControlMissing",
			kind: "invalid",
			hint: "`gitward init FOLDER` writes a first one; `gitward up --example` runs a living example.",
		});
	}
	if (!isPath(control)) return control;
	const folder = resolve(io.cwd, control);
	if (!existsSync(folder))
		throw new AppError(`There is no folder ${folder}`, {
			code: "ControlNotFound",
			kind: "notFound",
			hint: "`gitward init FOLDER` writes a first one.",
		});
	return folder;
}

/** A control repository of Gitward's own hosting is there before the first push to it. */
function hostedControl(control: string): StartOptions["prepare"] {
	const name = /^hosted:(?<name>[^#]*)/u.exec(control)?.groups?.["name"];
	return name === undefined ? undefined : async ({ create }) => void (await create(name));
}

/** Beside the control folder, inside it where it is a repository of its own, and here where control is no folder. */
function stateOf(io: Io, options: UpOptions): string {
	if (options.state !== undefined) return resolve(io.cwd, options.state);
	if (options.control === undefined || !isPath(options.control)) return join(io.cwd, ".gitward");
	const folder = resolve(io.cwd, options.control);
	return join(existsSync(join(folder, ".git")) || basename(folder) === "" ? folder : dirname(folder), ".gitward");
}

function isPath(control: string): boolean {
	return !/^[a-z][a-z0-9+.-]*:/iu.test(control) && !/^[^/\s]+@[^/\s]+:/u.test(control);
}

async function readTls(io: Io, options: UpOptions): Promise<{ readonly cert: string; readonly key: string } | undefined> {
	const { tlsCert, tlsKey } = options;
	if (tlsCert === undefined && tlsKey === undefined) return undefined;
	if (tlsCert === undefined || tlsKey === undefined)
		throw new AppError("--tls-cert and --tls-key go together", { code: "OptionsConflict", kind: "invalid" });
	return { cert: await readText(resolve(io.cwd, tlsCert)), key: await readText(resolve(io.cwd, tlsKey)) };
}

interface LivingExample {
	readonly prepare: NonNullable<StartOptions["prepare"]>;
	/** The wanted address, or one with the next free port: a newcomer should not have to choose. */
	listen(wanted: UpOptions["listen"]): Promise<UpOptions["listen"]>;
	tell(url: string): void;
}

/** Fills the example's repositories before the engine reads them, and says what to try. */
async function livingExample(io: Io, state: string): Promise<LivingExample> {
	const { seedExample } = await import("../../example/seed.ts");
	const { exampleCommands } = await import("../../example/commands.ts");
	const { freePorts } = await import("../../example/free-ports.ts");
	const program = fileURLToPath(new URL("../../../bin/gitward", import.meta.url));
	let example: Awaited<ReturnType<typeof seedExample>> | undefined;
	return {
		async listen({ host, port }) {
			return { host, port: port === 0 ? 0 : ((await freePorts(1, port))[0] ?? port) };
		},
		async prepare(places) {
			example = await seedExample({ ...places, signal: io.signal });
		},
		tell(url) {
			if (example === undefined) return;
			const { bold, cyan, dim } = io.paint;
			for (const [environment, port] of Object.entries(example.ports))
				io.out(`  ${dim(environment.padEnd(10))} ${cyan(`http://127.0.0.1:${port}/`)}\n`);
			io.out(`\n${bold("Try, in another terminal:")}\n`);
			for (const { title, command } of exampleCommands({ url, state, program, example }))
				io.out(`\n  ${bold(title)}\n  ${cyan(command)}\n`);
			io.out("\n");
		},
	};
}
