import { AppError } from "../../src/core/app-error.ts";
import type {
	ApplicationDetail,
	ApplicationSummary,
	ChildView,
	HistoryEntry,
	NoteView,
	ObjectView,
} from "../../src/core/views/application.ts";
import type { Actor, Page, PlanView } from "../../src/core/views/common.ts";
import type { ControlView } from "../../src/core/views/control.ts";
import type { EnvironmentView } from "../../src/core/views/environment.ts";
import type { GitwardEvent } from "../../src/core/views/event.ts";
import type { RepositoryView } from "../../src/core/views/repository.ts";
import type { Operations, WorkingTree } from "../../src/engine/operations.ts";
import type { LogLine } from "../../src/ports/driver.ts";
import { sampleApplication, sampleEnvironment, sampleHistory, sampleObject, samplePlan, sampleRepository, since } from "./samples.ts";

type Line = LogLine & { readonly object: string };

/** What was asked of the fake, newest last. */
export interface Asked {
	readonly what: "sync" | "rollback" | "suspend" | "resume" | "refresh" | "plan" | "affected";
	readonly name: string;
	readonly by?: Actor;
	readonly argument?: unknown;
}

/** Operations in memory, for tests of the API and the command line. */
export class FakeOperations implements Operations {
	readonly asked: Asked[] = [];
	readonly log: GitwardEvent[] = [];
	readonly list: ApplicationSummary[] = [
		sampleApplication("billing", {
			environment: "production",
			sync: "OutOfSync",
			health: { status: "Degraded", message: "process exited with code 1" },
		}),
		sampleApplication("shop", {}),
	];
	readonly plans = new Map<string, PlanView>();
	/** Thrown by the next calls that name an Application, when set. */
	failure: Error | undefined;
	isReady = true;
	/** Resolves `settled`; tests replace it. */
	settle: (signal: AbortSignal | undefined) => Promise<void> = async () => undefined;
	lines: Line[] = [
		{ time: since, stream: "stdout", text: "listening on 8080", object: "Process.host.gitward.dev/shop/web" },
		{ stream: "stderr", text: "warning: \u001b[31mred\u001b[0m", object: "Process.host.gitward.dev/shop/web" },
	];
	readonly #listeners = new Set<(event: GitwardEvent) => void>();
	readonly #lineListeners = new Set<(line: Line) => void>();

	get subscribers(): number {
		return this.#listeners.size;
	}

	control(): ControlView {
		return {
			source: "/srv/control",
			revision: `main@sha1:${"a".repeat(40)}`,
			conditions: [{ type: "Ready", status: "True", reason: "Applied", message: "", since }],
		};
	}

	environments(): readonly EnvironmentView[] {
		return [sampleEnvironment("staging", []), sampleEnvironment("production", ["staging"])];
	}

	repositories(): readonly RepositoryView[] {
		return [sampleRepository("shop")];
	}

	applications(): readonly ApplicationSummary[] {
		return this.list;
	}

	async application(name: string): Promise<ApplicationDetail> {
		return { ...this.#find(name), inventory: [...(await this.objects(name))], warnings: [] };
	}

	async objects(name: string): Promise<readonly ObjectView[]> {
		this.#find(name);
		return [sampleObject(name, "web"), sampleObject(name, "page")];
	}

	async children(name: string): Promise<readonly ChildView[]> {
		this.#find(name);
		const health = { status: "Progressing", message: "" } as const;
		return [
			{
				key: "Pod/shop/web-1",
				kind: "Pod",
				name: "web-1",
				namespace: "shop",
				parent: `Process.host.gitward.dev/${name}/web`,
				health,
				logs: true,
			},
		];
	}

	async notes(name: string): Promise<readonly NoteView[]> {
		this.#find(name);
		return [{ key: "Pod/shop/web-1", time: since, type: "warning", reason: "FailedScheduling", message: "no node is free", count: 3 }];
	}

	async history(name: string, page: { readonly limit: number; readonly cursor?: string }): Promise<Page<HistoryEntry>> {
		this.#find(name);
		const all = [3, 2, 1].map((id) => sampleHistory(name, String(id)));
		const start = page.cursor === undefined ? 0 : Number(page.cursor);
		const end = start + page.limit;
		return { items: all.slice(start, end), ...(end < all.length ? { next: String(end) } : {}) };
	}

	async events(query: {
		readonly after?: number;
		readonly limit: number;
		readonly newest?: boolean;
		readonly application?: string;
		readonly environment?: string;
	}): Promise<readonly GitwardEvent[]> {
		const matches = this.log.filter(
			(event) =>
				event.id > (query.after ?? 0) &&
				(query.application ?? event.application) === event.application &&
				(query.environment ?? event.environment) === event.environment,
		);
		return query.newest === true ? matches.slice(-query.limit) : matches.slice(0, query.limit);
	}

	subscribe(listener: (event: GitwardEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Commits an event, as the engine would. */
	emit(message: string, more: Partial<GitwardEvent> = {}): GitwardEvent {
		const event: GitwardEvent = {
			id: this.log.length + 1,
			time: since,
			type: "SyncSucceeded",
			severity: "info",
			message,
			application: "shop",
			environment: "staging",
			by: { name: "gitward", via: "automation" },
			...more,
		};
		this.log.push(event);
		for (const listener of this.#listeners) listener(event);
		return event;
	}

	/** Prints a line, as a process would. */
	print(text: string): void {
		for (const listener of this.#lineListeners) listener({ stream: "stdout", text, object: "Process.host.gitward.dev/shop/web" });
	}

	async plan(name: string, options: { readonly workingTree?: WorkingTree } = {}): Promise<PlanView> {
		this.#find(name);
		this.asked.push({ what: "plan", name, argument: options.workingTree });
		return { ...(this.plans.get(name) ?? samplePlan(name)), ...(options.workingTree === undefined ? {} : { revision: "working tree" }) };
	}

	async affected(workingTree: WorkingTree): Promise<readonly string[]> {
		this.#fail();
		this.asked.push({ what: "affected", name: workingTree.repository, argument: workingTree });
		return workingTree.files.size === 0 ? [] : ["shop"];
	}

	async sync(name: string, options: { readonly by: Actor; readonly confirm?: string }): Promise<void> {
		this.#find(name);
		this.asked.push({ what: "sync", name, by: options.by, argument: options.confirm });
	}

	async rollback(name: string, options: { readonly by: Actor; readonly to: string }): Promise<void> {
		this.#find(name);
		if (!["1", "2", "3"].includes(options.to))
			throw new AppError(`${name} has no history entry ${options.to}`, { code: "HistoryEntryNotFound", kind: "notFound" });
		this.asked.push({ what: "rollback", name, by: options.by, argument: options.to });
	}

	async suspend(name: string, options: { readonly by: Actor }): Promise<void> {
		this.#find(name);
		this.asked.push({ what: "suspend", name, by: options.by });
	}

	async resume(name: string, options: { readonly by: Actor }): Promise<void> {
		this.#find(name);
		this.asked.push({ what: "resume", name, by: options.by });
	}

	refresh(name: string): void {
		this.asked.push({ what: "refresh", name });
	}

	async *logs(
		name: string,
		object: string | undefined,
		options: { readonly signal?: AbortSignal; readonly tail: number; readonly follow: boolean },
	): AsyncGenerator<Line> {
		this.#find(name);
		if (object === "Nothing") throw new AppError("Nothing has no logs", { code: "NoLogs", kind: "notFound" });
		if (options.tail > 0) yield* this.lines.slice(-options.tail);
		if (!options.follow) return;
		const waiting: Line[] = [];
		let wake: () => void = () => undefined;
		const listener = (line: Line) => {
			waiting.push(line);
			wake();
		};
		this.#lineListeners.add(listener);
		options.signal?.addEventListener("abort", () => wake(), { once: true });
		try {
			while (options.signal?.aborted !== true) {
				const line = waiting.shift();
				if (line === undefined) {
					await new Promise<void>((resolve) => {
						wake = resolve;
					});
				} else yield line;
			}
		} finally {
			this.#lineListeners.delete(listener);
		}
	}

	async settled(name: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
		this.#find(name);
		await this.settle(options.signal);
	}

	ready(): boolean {
		return this.isReady;
	}

	#find(name: string): ApplicationSummary {
		this.#fail();
		const found = this.list.find((each) => each.name === name);
		if (found === undefined)
			throw new AppError(`There is no Application ${JSON.stringify(name)}`, {
				code: "ApplicationNotFound",
				kind: "notFound",
				hint: "`gitward get applications` lists them.",
			});
		return found;
	}

	#fail(): void {
		if (this.failure !== undefined) throw this.failure;
	}
}
