import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import { AppError } from "../../core/app-error.ts";
import { createSlots } from "../../lib/slots.ts";
import type { SignalOption } from "../../ports/repository.ts";
import type { ChartLogin, Fetched } from "./pull.ts";

/** A chart by where it is and which versions will do. */
export interface ChartRequest {
	/** Begins with https://, http:// or oci://. */
	readonly repository: string;
	readonly name: string;
	/** A version or a semver range. */
	readonly version: string;
	readonly plainHttp: boolean;
	readonly login: ChartLogin | undefined;
}

/** A packed chart. */
export interface Chart {
	readonly version: string;
	/** `sha256:` and the hex digest of the archive. */
	readonly digest: string;
	readonly archive: Buffer;
}

export interface ChartsOptions {
	/** Folder of the archives that were fetched; they stay good over a restart. */
	readonly folder: string;
	readonly pull: (request: ChartRequest, options: SignalOption) => Promise<Fetched>;
	/** Milliseconds since some time. */
	readonly now: () => number;
	/** Milliseconds for which the answer to a range counts; default 5 minutes. */
	readonly rangeMs?: number;
	/** Most bytes of all archives together; default 256 MiB. */
	readonly maxBytes?: number;
}

/** Charts from Helm repositories and OCI registries. */
export interface Charts {
	/** The chart that a request means now: a version is fetched once, a range asked for again when its answer is old. */
	get(request: ChartRequest, options?: SignalOption): Promise<Chart>;
	/**
	 * Its digest, from what is known where that is still good. Waits for three seconds at most, then fails; the question goes on, and its
	 * answer is there for the next who asks.
	 */
	digest(request: ChartRequest, options?: SignalOption): Promise<string>;
}

/** What a range meant, and when that was. */
interface Answer {
	readonly at: number;
	readonly version: string;
	readonly digest: string;
}

const maxAnswers = 1000;
/** How long a question that failed is not asked again. */
const failureMs = 30_000;
/** How long somebody who has a chart already waits for news of it. */
const newsMs = 3000;

/** Whether a text is one version, which never changes what it means. */
export function isPinned(version: string): boolean {
	return semver.valid(version) !== null;
}

/** Keeps fetched charts in a folder of limited size. Whoever asks for the same at the same time shares one fetch. */
export function createCharts({ folder, pull, now, rangeMs = 5 * 60_000, maxBytes = 256 * 1024 * 1024 }: ChartsOptions): Charts {
	const answers = new Map<string, Answer>();
	const failures = new Map<string, { readonly at: number; readonly error: unknown }>();
	const under = new Map<string, Promise<Chart>>();
	const slots = createSlots(4);

	async function fromDisk(request: ChartRequest, version: string): Promise<Chart | undefined> {
		const file = join(folder, `${idOf(request, version)}.tgz`);
		try {
			const archive = await readFile(file);
			const at = new Date();
			await utimes(file, at, at);
			return { version, digest: digestOf(archive), archive };
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
			throw error;
		}
	}

	async function fetch(request: ChartRequest, id: string, options: SignalOption): Promise<Chart> {
		const { version, archive } = await slots(() => pull(request, options), options);
		const chart = { version, digest: digestOf(archive), archive };
		await mkdir(folder, { recursive: true, mode: 0o700 });
		const file = join(folder, `${idOf(request, isPinned(request.version) ? request.version : version)}.tgz`);
		// Whole or not at all, also when killed.
		await writeFile(`${file}.part`, archive, { mode: 0o600 });
		await rename(`${file}.part`, file);
		await shrink(folder, maxBytes);
		keep(answers, id, { at: now(), version, digest: chart.digest });
		failures.delete(id);
		return chart;
	}

	/** One fetch for all who ask; whoever gives up leaves it to the others. */
	async function fetchOnce(request: ChartRequest, id: string, { signal }: SignalOption): Promise<Chart> {
		const known = under.get(id);
		const failure = failures.get(id);
		if (known === undefined && failure !== undefined && now() - failure.at < failureMs) throw failure.error;
		const running =
			known ??
			fetch(request, id, {})
				.catch((error: unknown) => {
					keep(failures, id, { at: now(), error });
					throw error;
				})
				.finally(() => under.delete(id));
		if (known === undefined) under.set(id, running);
		running.catch(() => {});
		if (signal === undefined) return running;
		signal.throwIfAborted();
		return new Promise((resolve, reject) => {
			const leave = (): void => reject(signal.reason as Error);
			signal.addEventListener("abort", leave, { once: true });
			running.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
		});
	}

	return {
		async get(request, options = {}) {
			const id = idOf(request, request.version);
			const answer = answers.get(id);
			const version = isPinned(request.version)
				? request.version
				: answer !== undefined && now() - answer.at < rangeMs
					? answer.version
					: undefined;
			const kept = version === undefined ? undefined : await fromDisk(request, version);
			if (kept !== undefined) return kept;
			try {
				return await fetchOnce(request, id, options);
			} catch (error) {
				// What the range meant before is better than nothing while nobody can be asked.
				const isAway = error instanceof AppError && (error.kind === "unavailable" || error.kind === "timeout");
				const before = isAway && answer !== undefined ? await fromDisk(request, answer.version) : undefined;
				if (before === undefined) throw error;
				return before;
			}
		},
		async digest(request, options = {}) {
			const id = idOf(request, request.version);
			const answer = answers.get(id);
			if (answer !== undefined && (isPinned(request.version) || now() - answer.at < rangeMs)) return answer.digest;
			const limit = AbortSignal.timeout(newsMs);
			const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
			return (await fetchOnce(request, id, { signal })).digest;
		},
	};
}

/** Who may read a private chart is part of its name: nobody else finds it here. */
function idOf({ repository, name, login, plainHttp }: ChartRequest, version: string): string {
	const who = login === undefined ? [] : [login.username, login.password.reveal()];
	return createHash("sha256")
		.update(JSON.stringify([repository, name, version, plainHttp, ...who]))
		.digest("hex");
}

function digestOf(archive: Buffer): string {
	return `sha256:${createHash("sha256").update(archive).digest("hex")}`;
}

/** Sets an entry of a map that forgets its oldest. */
function keep<T>(map: Map<string, T>, id: string, value: T): void {
	map.delete(id);
	map.set(id, value);
	const [oldest] = map.keys();
	if (map.size > maxAnswers && oldest !== undefined) map.delete(oldest);
}

/** Removes what was not used for longest until the rest fits. */
async function shrink(folder: string, maxBytes: number): Promise<void> {
	const names = await readdir(folder);
	const files = await Promise.all(
		names.map(async (name) => {
			const path = join(folder, name);
			const stats = await stat(path).catch(() => undefined);
			return { path, size: stats?.size ?? 0, used: stats?.mtimeMs ?? 0 };
		}),
	);
	let size = 0;
	for (const file of files.toSorted((a, b) => b.used - a.used)) {
		size += file.size;
		if (size > maxBytes) await rm(file.path, { force: true });
	}
}
