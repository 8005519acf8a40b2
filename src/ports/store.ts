import type { DesiredObject, Json, ObjectKey } from "../core/object.ts";
import type { HistoryEntry } from "../core/views/application.ts";
import type { Page } from "../core/views/common.ts";
import type { GitwardEvent } from "../core/views/event.ts";
import type { OwnedObject } from "./driver.ts";

/** A history entry with what only the engine needs of it. */
export interface HistoryRecord extends HistoryEntry {
	/** Hash of the rendered Objects that were applied: the key of `rendered`. */
	readonly desiredHash: string;
}

/** One row to write; several in one `write` are written together or not at all. */
export type Write =
	/** State of an Application, as the engine keeps it. */
	| { readonly type: "application"; readonly name: string; readonly state: Json }
	/** Removes the Application with its Inventory; history and events stay. */
	| { readonly type: "remove-application"; readonly name: string }
	/** Inserts or replaces entries of the Inventory. Refused (`conflict`, code `OwnedByOther`) when another Application of the same Environment owns the key. */
	| { readonly type: "own"; readonly application: string; readonly environment: string; readonly objects: readonly OwnedObject[] }
	| { readonly type: "disown"; readonly application: string; readonly keys: readonly ObjectKey[] }
	/** Rendered Objects under their hash; kept while an Application or a history entry names it. */
	| { readonly type: "rendered"; readonly hash: string; readonly objects: readonly DesiredObject[] }
	/** Inserts or replaces by application and id; the oldest beyond `keep` of that Application go. */
	| { readonly type: "history"; readonly entry: HistoryRecord; readonly keep: number }
	| { readonly type: "event"; readonly event: Omit<GitwardEvent, "id"> }
	/** Any other small value of the engine: `control`, `repository/<name>`. Null removes it. */
	| { readonly type: "value"; readonly key: string; readonly value: Json };

/** An entry of the Inventory with the Application that it belongs to. */
export interface Owner {
	readonly application: string;
	readonly object: OwnedObject;
}

/** Where state outlives the process. Opening it takes the only lock on it; a second opener gets `conflict`, code `AlreadyRunning`. */
export interface Store {
	/** Durable (survives SIGKILL and power loss) when it resolves; concurrent writes share one commit. Returns the events with their ids, in order. */
	write(writes: readonly Write[]): Promise<readonly GitwardEvent[]>;
	applications(): Promise<ReadonlyMap<string, Json>>;
	/** What an Application owns, in one Environment where that is given. */
	inventory(application: string, environment?: string): Promise<readonly OwnedObject[]>;
	/** Who owns these Objects of an Environment; keys that nobody owns are absent. */
	owners(environment: string, keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Owner>>;
	rendered(hash: string): Promise<readonly DesiredObject[] | undefined>;
	/** Newest first. */
	history(application: string, page: { readonly limit: number; readonly cursor?: string }): Promise<Page<HistoryRecord>>;
	historyEntry(application: string, id: string): Promise<HistoryRecord | undefined>;
	events(query: {
		readonly after?: number;
		readonly limit: number;
		readonly newest?: boolean;
		readonly application?: string;
		readonly environment?: string;
	}): Promise<readonly GitwardEvent[]>;
	value(key: string): Promise<Json | undefined>;
	/** Values whose key starts with `prefix`. */
	values(prefix: string): Promise<ReadonlyMap<string, Json>>;
	close(): Promise<void>;
}
