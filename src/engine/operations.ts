import type { ApplicationDetail, ApplicationSummary, ChildView, HistoryEntry, NoteView, ObjectView } from "../core/views/application.ts";
import type { Actor, Page, PlanView } from "../core/views/common.ts";
import type { ControlView } from "../core/views/control.ts";
import type { EnvironmentView } from "../core/views/environment.ts";
import type { GitwardEvent } from "../core/views/event.ts";
import type { RepositoryView } from "../core/views/repository.ts";
import type { LogLine } from "../ports/driver.ts";
import type { SignalOption } from "../ports/repository.ts";

export interface PageOptions {
	/** Most items; 1 to 500. */
	readonly limit: number;
	/** `next` of the page before. */
	readonly cursor?: string;
}

/** Files of a working tree that is not pushed, as differences to a commit that Gitward knows. */
export interface WorkingTree {
	readonly repository: string;
	/** Commit that the changes are relative to; Gitward must have it. */
	readonly base: string;
	/** Path to content, or null for a deleted file. At most 10,000 files and 64 MiB. */
	readonly files: ReadonlyMap<string, Buffer | null>;
}

/** What one can do with a running Gitward: the API, the CLI and the dashboard reach the engine only through this. Errors are AppErrors. */
export interface Operations {
	control(): ControlView;
	environments(): readonly EnvironmentView[];
	repositories(): readonly RepositoryView[];
	/** Sorted by name. */
	applications(): readonly ApplicationSummary[];
	application(name: string, options?: SignalOption): Promise<ApplicationDetail>;
	objects(name: string, options?: SignalOption): Promise<readonly ObjectView[]>;
	/** What the target holds beneath the Application's Objects, asked for now; empty where a target has no such thing. */
	children(name: string, options?: SignalOption): Promise<readonly ChildView[]>;
	/** What the target itself recorded about them, oldest first. */
	notes(name: string, options?: SignalOption): Promise<readonly NoteView[]>;
	/** Newest first. */
	history(name: string, page: PageOptions): Promise<Page<HistoryEntry>>;
	/** Ascending by id, those after `after`; with `newest` the last ones. */
	events(query: {
		readonly after?: number;
		readonly limit: number;
		readonly newest?: boolean;
		readonly application?: string;
		readonly environment?: string;
	}): Promise<readonly GitwardEvent[]>;
	/** Calls back for every committed event, in order. Returns how to stop. */
	subscribe(listener: (event: GitwardEvent) => void): () => void;

	/** What a Sync would do now; with `workingTree`, what it would do were those files pushed. Changes nothing. */
	plan(name: string, options?: SignalOption & { readonly workingTree?: WorkingTree }): Promise<PlanView>;
	/** Names of the Applications that a working tree of the Repository would touch. */
	affected(workingTree: WorkingTree, options?: SignalOption): Promise<readonly string[]>;
	/** Asks for a Sync; recorded before this returns. `confirm` lets the plan with that hash pass the deletion guard or a drift that asks. */
	sync(name: string, options: { readonly by: Actor; readonly confirm?: string }): Promise<void>;
	/** Goes back to a history entry and holds the Revision that was bad until a newer one changes the Application. */
	rollback(name: string, options: { readonly by: Actor; readonly to: string }): Promise<void>;
	suspend(name: string, options: { readonly by: Actor }): Promise<void>;
	/** Ends a suspension; of an Application that is not suspended, the hold that a rollback left. */
	resume(name: string, options: { readonly by: Actor }): Promise<void>;
	/** A hint that the Repository has news: fetches soon. */
	refresh(repository: string): void;
	logs(
		name: string,
		object: string | undefined,
		options: SignalOption & { readonly tail: number; readonly follow: boolean },
	): AsyncIterable<LogLine & { readonly object: string }>;
	/** Resolves when the Application is Synced and Healthy at its desired Revision; throws `waiting` with the holds when it cannot get there by itself. */
	settled(name: string, options?: SignalOption): Promise<void>;
	/** Whether Gitward is ready to serve: the store is open and the control documents were read once. */
	ready(): boolean;
}
