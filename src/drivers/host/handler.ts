import type { Change, Observation } from "../../core/change.ts";
import type { Health } from "../../core/health.ts";
import type { Json, ObjectKey } from "../../core/object.ts";
import type { OwnedObject } from "../../ports/driver.ts";
import type { HostObject } from "./parse.ts";

/** One Object in question, with what is known of it. */
export interface Subject<Desired extends HostObject = HostObject> {
	readonly application: string;
	readonly key: ObjectKey;
	readonly namespace: string;
	readonly name: string;
	/** Undefined where it is not desired any more. */
	readonly desired: Desired | undefined;
	readonly owned: OwnedObject | undefined;
	/** Whether the Application still wants an Object, where all of them are known. */
	readonly isDesired: (key: ObjectKey) => boolean;
}

/** What the Driver does with one kind of Object. */
export interface Handler<Desired extends HostObject = HostObject> {
	observe(subject: Subject<Desired>): Observation | Promise<Observation>;
	apply(subject: Subject<Desired> & { readonly desired: Desired }, change: Change, signal: AbortSignal | undefined): Json | Promise<Json>;
	remove(subject: Subject<Desired>, signal: AbortSignal | undefined): void | Promise<void>;
	/** From what is known already. */
	health(subject: Subject<Desired>): Health;
	/** Whether it differs from its record, by the cheapest check there is. */
	differs(subject: Subject<Desired>): boolean | Promise<boolean>;
	/** Notes in the ledger what is owned, before anything is compared. */
	remember(subject: Subject<Desired>): void;
	/** Starts and stops watching what is owned. */
	track(subject: Subject<Desired>): void;
	untrack(subject: Subject<Desired>): void;
}
