import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "./core/app-error.ts";
import { demandControlSet } from "./core/documents/check.ts";
import type { RepositoryDocument, SecretSource } from "./core/documents/repository.ts";
import { hashValue } from "./core/hash.ts";
import { createHostDriver } from "./drivers/host/driver.ts";
import { hostKinds } from "./drivers/host/kinds.ts";
import { createKubernetesDriver } from "./drivers/kubernetes/driver.ts";
import { type ControlSource, parseControlSource } from "./engine/control.ts";
import { createEngine, type Engine } from "./engine/engine.ts";
import { createGitHttp, type GitHttp } from "./forges/builtin/git-http.ts";
import { createHostedRepositories, type HostedRepositories } from "./forges/builtin/hosted-repositories.ts";
import { createExec, type Exec } from "./lib/exec/exec.ts";
import { Secret } from "./lib/secret.ts";
import { systemClock } from "./lib/system-clock.ts";
import type { Clock } from "./ports/clock.ts";
import type { Log } from "./ports/log.ts";
import type { Store } from "./ports/store.ts";
import { overlayTree } from "./render/overlay-tree.ts";
import { createRenderers } from "./render/renderers.ts";
import { createRendering } from "./render/rendering.ts";
import { createGitRepositories } from "./repositories/git/repositories.ts";
import { openStore } from "./store/store.ts";

export interface ComposeOptions {
	/** `--control`: a folder, or URL#ref:path. */
	readonly control: string;
	/** Folder of everything that Gitward keeps. */
	readonly state: string;
	/** The environment of the process: what programs inherit of it is picked here, and credentials may name its variables. */
	readonly environment: NodeJS.ProcessEnv;
	/** Commands of credential plug-ins that kubeconfigs may name; none where absent. */
	readonly allowExec?: readonly string[];
	/** Whether kubeconfigs may say \`insecure-skip-tls-verify\`. */
	readonly allowInsecure?: boolean;
	/** Names this Gitward on its targets, where that should not follow from `control`. */
	readonly instance?: string;
	readonly log: Log;
	readonly clock?: Clock;
	/** Credentials of a control repository by URL. */
	readonly controlCredentials?: RepositoryDocument["spec"]["credentials"];
}

/** A Gitward without its API. */
export interface Composed {
	readonly engine: Engine;
	readonly git: GitHttp;
	readonly exec: Exec;
	readonly hosted: HostedRepositories;
	close(): Promise<void>;
}

/** Where things are in a state folder. */
export function statePlaces(state: string): {
	readonly hosted: string;
	readonly mirrors: string;
	readonly drivers: string;
	readonly render: string;
	readonly store: string;
	readonly token: string;
	readonly server: string;
} {
	return {
		store: join(state, "store"),
		hosted: join(state, "git"),
		mirrors: join(state, "mirrors"),
		drivers: join(state, "drivers"),
		render: join(state, "render"),
		token: join(state, "token"),
		server: join(state, "server.json"),
	};
}

/** What programs that Gitward starts inherit of its own environment. */
function inherited(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
	const names = [
		"PATH",
		"HOME",
		"LANG",
		"LC_ALL",
		"TMPDIR",
		"TZ",
		"SSL_CERT_FILE",
		"SSL_CERT_DIR",
		"GIT_SSL_CAINFO",
		"HTTPS_PROXY",
		"HTTP_PROXY",
		"NO_PROXY",
		"https_proxy",
		"http_proxy",
		"no_proxy",
	];
	return Object.fromEntries(names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
}

/** Where the machine has no Node, a process that is started as `node` gets Gitward's own. */
function withNode(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
	const path = [...(environment["PATH"] ?? "").split(delimiter), dirname(process.execPath)].filter((folder) => folder !== "");
	return { ...environment, PATH: path.join(delimiter) };
}

/** Reads secrets where documents say they stand; a missing one is `denied` and names the place, never a value. */
export function secretReader(environment: NodeJS.ProcessEnv, base: string): (source: SecretSource) => Promise<Secret> {
	const missing = (what: string, cause?: unknown): AppError =>
		new AppError(`the secret in ${what} cannot be read`, {
			code: "SecretMissing",
			kind: "denied",
			hint: `Make sure that ${what} is there and may be read.`,
			cause,
		});
	return async (source) => {
		if ("env" in source) {
			const value = environment[source.env];
			if (value === undefined || value === "") throw missing(`the environment variable ${source.env}`);
			return new Secret(value);
		}
		const file = isAbsolute(source.file) ? source.file : join(base, source.file);
		try {
			return new Secret((await readFile(file, "utf8")).replace(/\r?\n$/u, ""));
		} catch (error) {
			throw missing(`the file ${file}`, error);
		}
	};
}

/** Names this Gitward by what it is told to do, so that it is known again after its state was lost: by the control repository, or the machine and the folder. */
function instanceOf(source: ControlSource, state: string): string {
	if (source.type === "folder") return hashValue([hostname(), source.folder]).slice(0, 12);
	const { url, ref } = source.document.spec;
	return hashValue(url.startsWith("hosted:") ? [hostname(), state, url, ref, source.path] : [url, ref, source.path]).slice(0, 12);
}

/** What this Gitward called itself before, or what it was told to, or what its control documents make it. */
async function loadInstance(store: Store, source: ControlSource, state: string, told: string | undefined): Promise<string> {
	const before = await store.value("instance");
	const instance = told !== undefined ? hashValue(told).slice(0, 12) : typeof before === "string" ? before : instanceOf(source, state);
	if (instance !== before) await store.write([{ type: "value", key: "instance", value: instance }]);
	return instance;
}

/** Puts together everything but the API: what tests and benchmarks drive, too. */
export async function compose(options: ComposeOptions): Promise<Composed> {
	const { log, environment, clock = systemClock } = options;
	const state = resolve(options.state);
	const places = statePlaces(state);
	const source = parseControlSource(options.control, process.cwd(), options.controlCredentials);
	const base = source.type === "folder" ? source.folder : state;
	await mkdir(state, { recursive: true, mode: 0o700 });
	const store = await openStore({ folder: places.store });
	try {
		const exec = createExec({ environment: inherited(environment) });
		const repositories = createGitRepositories({
			mirrors: places.mirrors,
			hosted: places.hosted,
			base,
			exec,
			credentials: secretReader(environment, base),
			clock,
			log,
		});
		const hosted = createHostedRepositories({ root: places.hosted, exec });
		const engine = await createEngine({
			store,
			repositories,
			rendering: createRendering({
				kinds: (target) => (target === "host" ? hostKinds : undefined),
				renderers: createRenderers({
					environment,
					folder: places.render,
					credentials: secretReader(environment, base),
					now: () => clock.monotonic(),
				}),
			}),
			drivers: [
				createHostDriver({ exec, environment: withNode(inherited(environment)), kept: Object.values(places) }),
				createKubernetesDriver({
					exec,
					environment,
					allowExec: options.allowExec ?? [],
					allowInsecure: options.allowInsecure === true,
				}),
			],
			control: source,
			check: demandControlSet,
			overlay: overlayTree,
			home: places.drivers,
			instance: await loadInstance(store, source, state, options.instance),
			base,
			clock,
			log,
		});
		const git = createGitHttp({ repositories: hosted, exec, log, onPush: (name) => engine.pushed(name) });
		return {
			engine,
			git,
			exec,
			hosted,
			async close() {
				await git.close();
				await engine.close();
				await store.close();
			},
		};
	} catch (error) {
		await store.close();
		throw error;
	}
}

/** Version of this Gitward, as package.json has it. */
function packageVersion(): string {
	return (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string }).version;
}

export interface StartOptions extends ComposeOptions {
	/** Address to listen on; port 0 takes a free one. Another than loopback needs `tls` (PEM texts), or `plainHttp` where a mesh encrypts. */
	readonly host: string;
	readonly port: number;
	readonly tls?: { readonly cert: string; readonly key: string };
	readonly plainHttp?: boolean;
	/** Where probes are answered, too: in clear and without a token. */
	readonly probes?: { readonly host: string; readonly port: number };
	/** The administrator's token; where absent it is made at the first start, in the state folder. */
	readonly token?: Secret;
	/** Address by which a proxy in front is reached. */
	readonly publicUrl?: string;
	/** Called when hosted repositories can be made, before anything reads them. */
	readonly prepare?: (places: {
		readonly hosted: string;
		readonly create: (name: string) => Promise<unknown>;
		readonly exec: Exec;
	}) => Promise<void>;
}

export interface RunningServer {
	readonly url: string;
	readonly token: Secret;
	/** True when the administrator's token was made just now. */
	readonly firstStart: boolean;
	readonly engine: Engine;
	close(): Promise<void>;
}

/** How long a start waits for the control documents before it goes on without them. */
const startWaitMs = 10_000;

/** Runs a whole Gitward: engine, API, dashboard and Git hosting. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
	const { createApi } = await import("./api/server.ts");
	const { createMetrics } = await import("./api/metrics.ts");
	const { loadOrMakeToken } = await import("./api/token.ts");
	const { listenForProbes } = await import("./api/probes.ts");
	const composed = await compose(options);
	const { engine, git, exec, hosted } = composed;
	const closers: (() => Promise<void> | void)[] = [() => composed.close()];
	const close = async (): Promise<void> => {
		for (const closer of closers.splice(0).reverse()) await closer();
	};
	try {
		const { token, made } =
			options.token === undefined
				? await loadOrMakeToken(statePlaces(resolve(options.state)).token)
				: { token: options.token, made: false };
		await options.prepare?.({ hosted: hosted.root, create: (name) => hosted.create(name), exec });
		const metrics = createMetrics(engine.operations, engine.counters);
		closers.push(() => metrics.stop());
		const dashboard = [new URL("../dist/ui", import.meta.url), new URL("../ui", import.meta.url)]
			.map((url) => fileURLToPath(url))
			.find((folder) => existsSync(join(folder, "assets")));
		const api = await createApi({
			operations: engine.operations,
			token,
			version: packageVersion(),
			log: options.log,
			listen: {
				host: options.host,
				port: options.port,
				plainHttp: options.plainHttp === true,
				...(options.tls === undefined ? {} : { tls: options.tls }),
			},
			...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
			...(dashboard === undefined ? {} : { dashboard }),
			git: (request, response, actor) => git.handle(request, response, { actor: actor.name }),
			metrics: metrics.registry,
		});
		closers.push(() => api.close());
		if (options.probes !== undefined) {
			const probes = await listenForProbes(options.probes, () => engine.operations.ready());
			closers.push(() => probes.close());
		}
		const started = engine.start();
		started.catch((error: unknown) => options.log.error("the engine could not start", { error }));
		await Promise.race([started, new Promise<void>((done) => systemClock.after(startWaitMs, done))]);
		return { url: api.url, token, firstStart: made, engine, close };
	} catch (error) {
		await close();
		throw error;
	}
}
