import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../core/app-error.ts";
import type { Failure } from "../core/application-state.ts";
import { nextDelay } from "../core/backoff.ts";
import type { EnvironmentDocument } from "../core/documents/environment.ts";
import type { Clock } from "../ports/clock.ts";
import type { Blobs, Driver, DriverContext, Target, TargetEvent } from "../ports/driver.ts";
import type { Log } from "../ports/log.ts";
import { failureOf } from "./failure.ts";

interface Entry {
	document: EnvironmentDocument;
	/** What the Driver was opened with: another policy is the engine's matter alone and opens nothing anew. */
	readonly text: string;
	readonly driver: Driver;
	readonly abort: AbortController;
	target: Target | undefined;
	failure: Failure | undefined;
	opening: Promise<void>;
	cancelTimer: () => void;
	since: string;
}

/** All opened Environments; one that cannot be opened is tried again and delays no other. */
export interface Targets {
	/** Opens, reopens and closes until the opened ones are these. */
	set(documents: ReadonlyMap<string, EnvironmentDocument>, base: string): Promise<void>;
	/** The opened Target; throws what kept it from opening, or `waiting` while it opens. */
	get(name: string): Target;
	/** The same, or undefined where it is not open. */
	opened(name: string): Target | undefined;
	driver(name: string): Driver;
	document(name: string): EnvironmentDocument | undefined;
	/** Why it cannot be reached, if so, and since when. */
	failure(name: string): { readonly failure: Failure; readonly since: string } | undefined;
	close(): Promise<void>;
}

export interface TargetsOptions {
	readonly drivers: readonly Driver[];
	/** Folder under which each Driver gets one for its state. */
	readonly home: string;
	/** Names this Gitward on its targets: 12 hex digits. */
	readonly instance: string;
	/** Where Drivers count their requests. */
	readonly requests: DriverContext["requests"];
	readonly blobs: Blobs;
	readonly clock: Clock;
	readonly log: Log;
	readonly random: () => number;
	readonly onEvent: (environment: string, event: TargetEvent) => void;
	/** An Environment was opened, or failed to. */
	readonly onMoved: (environment: string) => void;
}

/** The one kind of target that a document names. */
export function targetKind(document: EnvironmentDocument): string {
	return Object.entries(document.spec.target).find(([, target]) => target !== undefined)?.[0] ?? "";
}

/** What of a document the Driver itself looks at. */
function openedWith(document: EnvironmentDocument, base: string): string {
	const { onShutdown, conflicts, replace } = document.spec.policy;
	return JSON.stringify([document.spec.target, document.spec.health, onShutdown, conflicts, replace, base]);
}

export function createTargets(options: TargetsOptions): Targets {
	const { clock, log } = options;
	const entries = new Map<string, Entry>();

	function driverFor(document: EnvironmentDocument): Driver {
		const kind = targetKind(document);
		const driver = options.drivers.find((each) => each.name === kind);
		if (driver !== undefined) return driver;
		throw new AppError(`Environment ${document.metadata.name} has a target of kind ${kind}, which this Gitward does not speak to`, {
			code: "DriverUnknown",
			kind: "invalid",
			hint: `Known kinds: ${options.drivers.map((each) => each.name).join(", ")}.`,
		});
	}

	async function open(item: Entry, base: string): Promise<void> {
		const { name } = item.document.metadata;
		for (let attempt = 1; !item.abort.signal.aborted; attempt += 1) {
			try {
				const home = join(options.home, name);
				await mkdir(home, { recursive: true, mode: 0o700 });
				item.target = await item.driver.open(
					item.document,
					{
						instance: options.instance,
						requests: options.requests,
						home,
						base,
						blobs: options.blobs,
						clock,
						log,
						notify: (event) => options.onEvent(name, event),
					},
					{ signal: item.abort.signal },
				);
				item.failure = undefined;
				item.since = new Date(clock.now()).toISOString();
				options.onMoved(name);
				return;
			} catch (error) {
				if (item.abort.signal.aborted) return;
				const failure = failureOf(error);
				if (item.failure?.message !== failure.message) {
					item.failure = failure;
					item.since = new Date(clock.now()).toISOString();
					log.warn("environment cannot be opened", { environment: name, code: failure.code, reason: failure.message });
					options.onMoved(name);
				}
				const delay = nextDelay({ attempt, backoffMs: 1000, maxBackoffMs: 60_000, random: options.random() });
				await new Promise<void>((resolve) => {
					const cancel = clock.after(delay, resolve);
					item.cancelTimer = () => {
						cancel();
						resolve();
					};
				});
			}
		}
	}

	async function closeEntry(item: Entry, reason: "shutdown" | "reopen"): Promise<void> {
		item.abort.abort();
		item.cancelTimer();
		await item.opening;
		await item.target?.close(reason);
	}

	function entry(name: string): Entry {
		const found = entries.get(name);
		if (found === undefined) {
			throw new AppError(`Environment ${name} is not known`, {
				code: "EnvironmentUnknown",
				kind: "notFound",
				hint: "Add it to the control documents.",
			});
		}
		return found;
	}

	return {
		async set(documents, base) {
			const closing: Promise<void>[] = [];
			for (const [name, item] of entries) {
				const wanted = documents.get(name);
				if (wanted !== undefined && openedWith(wanted, base) === item.text) {
					item.document = wanted;
					continue;
				}
				entries.delete(name);
				closing.push(closeEntry(item, "reopen"));
			}
			await Promise.all(closing);
			for (const [name, document] of documents) {
				if (entries.has(name)) continue;
				const item: Entry = {
					document,
					text: openedWith(document, base),
					driver: driverFor(document),
					abort: new AbortController(),
					target: undefined,
					failure: undefined,
					opening: Promise.resolve(),
					cancelTimer: () => {},
					since: new Date(clock.now()).toISOString(),
				};
				entries.set(name, item);
				item.opening = open(item, base);
			}
			await Promise.race([
				Promise.all([...entries.values()].map((item) => item.opening)),
				new Promise<void>((resolve) => clock.after(2000, resolve)),
			]);
		},
		get(name) {
			const item = entry(name);
			if (item.target !== undefined) return item.target;
			const failure = item.failure ?? {
				code: "EnvironmentOpening",
				kind: "waiting" as const,
				message: `Environment ${name} is being opened`,
			};
			throw new AppError(failure.message, {
				code: failure.code,
				kind: failure.kind,
				...(failure.hint === undefined ? {} : { hint: failure.hint }),
			});
		},
		opened: (name) => entries.get(name)?.target,
		driver: (name) => entry(name).driver,
		document: (name) => entries.get(name)?.document,
		failure(name) {
			const item = entries.get(name);
			return item?.failure === undefined ? undefined : { failure: item.failure, since: item.since };
		},
		async close() {
			await Promise.all([...entries.values()].map((item) => closeEntry(item, "shutdown")));
			entries.clear();
		},
	};
}
