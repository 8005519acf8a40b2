import { AppError, toAppError } from "../../../core/app-error.ts";
import { nextDelay } from "../../../core/backoff.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { SignalOption } from "../../../ports/repository.ts";
import { abortable } from "../client/abortable.ts";
import type { KubernetesClient, LiveObject, ResourceType, WatchLine } from "../client/client.ts";

/** Milliseconds for which lines are gathered: by then most of what Gitward wrote itself is known to be its own, and need not be parsed. */
const gatherMs = 4;
/** A watch that lasted less, in milliseconds, was no real one. */
const shortMs = 1000;
/** After so many silences on end, a list tells whether there really was nothing to say. */
const silencesToList = 10;
/** Own versions that are remembered. */
const mostOwn = 8192;

export interface KindEvents {
	/** An object as it is now; `listed` where a list said so. */
	seen(object: LiveObject, listed: boolean): void;
	gone(object: LiveObject): void;
	/** A list is complete: what it did not name and was known before that version is gone. */
	complete(names: ReadonlySet<string>, version: string): void;
	/** The cluster counts from an earlier version, as it was restored from a backup: what is listed next is right, whatever its version. */
	restored(): void;
	/** The server does not know the kind any more: nothing of it is there. */
	removed(): void;
	/** The kind can be followed again, or not any more and why. */
	reachable(failure: AppError | undefined): void;
}

/** Follows the objects of one kind that carry a label, for as long as it is open. */
export interface KindWatch {
	readonly type: ResourceType;
	/** Why nothing is known of it, if so. */
	readonly failure: AppError | undefined;
	readonly isReady: boolean;
	/** Whether the server does not know the kind any more. */
	readonly isRemoved: boolean;
	ready(options: SignalOption): Promise<void>;
	/** A version that Gitward wrote: its event is passed over. */
	own(version: string): void;
	close(): Promise<void>;
}

export interface KindWatchOptions {
	readonly client: KubernetesClient;
	readonly type: ResourceType;
	readonly labelSelector: string;
	readonly clock: Clock;
	readonly random: () => number;
	readonly events: KindEvents;
}

/** Name of an object within its kind. */
export function nameOf({ metadata }: Pick<LiveObject, "metadata">): string {
	return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** Starts to list and to watch. */
export function watchKind(options: KindWatchOptions): KindWatch {
	const { client, labelSelector, clock, events } = options;
	let { type } = options;
	const stop = new AbortController();
	const own = new Set<string>();
	let failure: AppError | undefined;
	let isReady = false;
	let isGone = false;
	let waiting = Promise.withResolvers<void>();
	waiting.promise.catch(() => {});

	function forgetOldest(): void {
		for (const version of own) {
			if (own.size <= mostOwn) return;
			own.delete(version);
		}
	}

	/** Newest version of a list or a watch. */
	let newest = 0;
	/** Since the last line of a watch. */
	let failures = 0;
	let silences = 0;

	async function list(): Promise<string> {
		const names = new Set<string>();
		let version = "";
		for await (const page of client.list(type, { labelSelector, signal: stop.signal })) {
			// A list that starts anew has another version.
			if (page.resourceVersion !== version) names.clear();
			version = page.resourceVersion;
			if (Number(version) < newest) events.restored();
			newest = Number(version);
			for (const object of page.items) {
				names.add(nameOf(object));
				events.seen(object, true);
			}
		}
		events.complete(names, version);
		return version;
	}

	async function follow(from: string): Promise<string> {
		let version = from;
		let lines: WatchLine[] = [];
		let cancel: (() => void) | undefined;
		const end = new AbortController();
		const flush = (): void => {
			cancel = undefined;
			const due = lines;
			lines = [];
			for (const line of due) {
				try {
					handle(line);
				} catch (error) {
					// A bug: what is known may be wrong, and nobody may go by it before everything is listed anew.
					markFailed(error);
					end.abort(error);
				}
			}
		};
		try {
			const signal = AbortSignal.any([stop.signal, end.signal]);
			for await (const line of client.watch(type, { resourceVersion: version, labelSelector, signal })) {
				if (end.signal.aborted) break;
				markReachable();
				failures = 0;
				silences = 0;
				version = line.resourceVersion;
				newest = Number(version);
				if (line.type === "BOOKMARK") continue;
				lines.push(line);
				cancel ??= clock.after(gatherMs, flush);
			}
		} catch (error) {
			if (toAppError(error).code === "WatchExpired") throw error;
			if (stop.signal.aborted || version === from) throw error;
		} finally {
			cancel?.();
			flush();
		}
		if (end.signal.aborted)
			throw new AppError("an event could not be read", { code: "WatchExpired", kind: "internal", cause: end.signal.reason });
		return version;
	}

	function handle(line: WatchLine): void {
		if (stop.signal.aborted) return;
		if (line.type !== "DELETED" && own.delete(line.resourceVersion)) return;
		const object = line.object();
		if (line.type === "DELETED") events.gone(object);
		else events.seen(object, false);
	}

	function markReachable(): void {
		if (failure === undefined && isReady) return;
		failure = undefined;
		isReady = true;
		isGone = false;
		waiting.resolve();
		events.reachable(undefined);
	}

	function markFailed(error: unknown): void {
		const told = toAppError(error);
		const isNews = failure === undefined;
		failure = told;
		if (isReady) {
			isReady = false;
			waiting = Promise.withResolvers<void>();
			waiting.promise.catch(() => {});
		}
		// Whoever waits now is told; whoever comes after waits for the next try.
		waiting.reject(told);
		waiting = Promise.withResolvers<void>();
		waiting.promise.catch(() => {});
		if (isNews) events.reachable(told);
	}

	async function run(): Promise<void> {
		let version: string | undefined;
		while (!stop.signal.aborted) {
			try {
				if (version === undefined) {
					version = await list();
					markReachable();
				}
				const began: number = clock.monotonic();
				version = await follow(version);
				// Something in between may end watches as soon as they begin.
				if (clock.monotonic() - began < shortMs) failures += 1;
				if (failures > 1) await pause(delayAfter(failures));
			} catch (error) {
				if (stop.signal.aborted) return;
				const { code, kind, retryAfterMs } = toAppError(error);
				if (code === "WatchSilent") {
					// A server sends no bookmark where nothing happened since: that is no failure, and only a new watch tells it from one.
					silences += 1;
					if (silences % silencesToList === 0) version = undefined;
					continue;
				}
				if (code === "WatchExpired") {
					version = undefined;
					failures += 1;
					// Some servers forget faster than one can read.
					if (failures > 1) await pause(delayAfter(failures));
					continue;
				}
				if (kind === "notFound" || code === "UnknownKind") {
					version = undefined;
					isGone = await isRemoved();
					if (isGone) events.removed();
				}
				failures += 1;
				// One hiccup is no outage: the watch goes on where it was. After more, only a list says at once that all is well again.
				if (failures > 1) version = undefined;
				if (version === undefined) markFailed(error);
				await pause(Math.max(delayAfter(failures), retryAfterMs ?? 0));
			}
		}
	}

	function delayAfter(failures: number): number {
		return nextDelay({ attempt: failures, backoffMs: 100, maxBackoffMs: 15_000, random: options.random() });
	}

	/** Whether the server does not know the kind in any version; where it cannot tell, it may. */
	async function isRemoved(): Promise<boolean> {
		const options = { signal: stop.signal };
		client.discovery.forget();
		try {
			const found =
				(await client.discovery.find(type.group, type.kind, type.version, options)) ??
				(await client.discovery.find(type.group, type.kind, undefined, options));
			if (found !== undefined) type = found;
			return found === undefined;
		} catch {
			return false;
		}
	}

	async function pause(ms: number): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const cancel = clock.after(ms, resolve);
		const end = (): void => resolve();
		stop.signal.addEventListener("abort", end, { once: true });
		await promise;
		stop.signal.removeEventListener("abort", end);
		cancel();
	}

	const running = run();
	return {
		get type() {
			return type;
		},
		get failure() {
			return failure;
		},
		get isReady() {
			return isReady;
		},
		get isRemoved() {
			return isGone;
		},
		async ready({ signal }) {
			if (isReady) return;
			if (failure !== undefined) throw failure;
			await abortable(waiting.promise, signal);
		},
		own(version) {
			own.add(version);
			forgetOldest();
		},
		async close() {
			stop.abort(new AppError("the Environment is being closed", { code: "EnvironmentClosed", kind: "unavailable" }));
			await running.catch(() => {});
		},
	};
}
