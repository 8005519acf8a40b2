import type { z } from "zod";
import type { Change, Observation } from "../core/change.ts";
import type { EnvironmentDocument } from "../core/documents/environment.ts";
import type { Health } from "../core/health.ts";
import type { DesiredObject, Json, ObjectKey, ObjectRef } from "../core/object.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { SignalOption } from "./repository.ts";

/** An entry of an Application's Inventory. */
export interface OwnedObject {
	readonly key: ObjectKey;
	readonly ref: ObjectRef;
	/** False for an Object that was adopted: Gitward never deletes what it did not create, it only lets go. */
	readonly created: boolean;
	/** True where it was annotated, when it was last applied, never to be deleted. */
	readonly keep?: boolean;
	/** SHA-256 of the desired Object when it was applied; empty while an apply is under way (the claim). */
	readonly desiredHash: string;
	/** The Driver's own memory of what it applied (a file's stat, a resourceVersion): small, opaque to the engine, never a secret. */
	readonly record: Json;
}

export interface ObjectHealth extends Health {
	readonly key: ObjectKey;
}

/** Something happened in the Environment; the engine looks for itself what it means. */
export interface TargetEvent {
	readonly application: string;
	/** Absent: look at the whole Application. */
	readonly key?: ObjectKey;
	/** `changed`: it may differ from desired; `health`: only its health moved. */
	readonly type: "changed" | "health";
	/** What went wrong, for people: `the process exited with code 1`. Told as a warning; absent where nothing did. */
	readonly message?: string;
}

/** Opens content that a desired Object refers to by name instead of holding it: `git/<repository>/<oid>`. */
export interface Blobs {
	open(name: string, options?: SignalOption): Promise<NodeJS.ReadableStream>;
}

export interface DriverContext {
	/** Folder for the Driver's own state of this Environment, made before and private to it (mode 0700). */
	readonly home: string;
	/** Relative paths in the Environment's target are taken from here: the folder of the control documents. */
	readonly base: string;
	readonly blobs: Blobs;
	readonly clock: Clock;
	readonly log: Log;
	/** Called for every event; never throws. */
	notify(event: TargetEvent): void;
}

export interface LogLine {
	/** ISO 8601, where known. */
	readonly time?: string;
	readonly stream: "stdout" | "stderr";
	readonly text: string;
}

/** One opened Environment. Every method may be called concurrently for different Applications, never for the same. */
export interface Target {
	/**
	 * Compares desired Objects with live ones; `owned` is what the Application owns of them. Owned Objects that are not desired are
	 * reported as `missing` or `same` (exists). Errors mean unknown, never empty.
	 */
	observe(
		application: string,
		desired: readonly DesiredObject[],
		owned: readonly OwnedObject[],
		options?: SignalOption,
	): Promise<readonly Observation[]>;
	/**
	 * Carries out one Change (create, update, replace, delete) and is safe to repeat after a kill at any instant. Returns the new
	 * record; for a delete, null. Does not wait for health. `owned` is the entry before, if any.
	 * A hook's Job is run to its end here; its failure is an error of kind `conflict`, code `HookFailed`, with its last output.
	 */
	apply(application: string, change: Change, owned: OwnedObject | undefined, options?: SignalOption): Promise<Json>;
	/** Health of owned Objects, from what is known already: cheap. */
	health(application: string, owned: readonly OwnedObject[], options?: SignalOption): Promise<readonly ObjectHealth[]>;
	/** Replaces what is watched for this Application; an empty list stops watching. */
	track(application: string, owned: readonly OwnedObject[]): Promise<void>;
	/** The slow sweep beneath the watches: keys that differ from their record, by the cheapest check there is (stat, no read). */
	sweep(application: string, owned: readonly OwnedObject[], options?: SignalOption): Promise<readonly ObjectKey[]>;
	/** The last `tail` lines of what an Object printed, then, with `follow`, further ones until the signal. `notFound` for Objects without logs. */
	logs(
		application: string,
		key: ObjectKey,
		options: SignalOption & { readonly tail: number; readonly follow: boolean },
	): AsyncIterable<LogLine>;
	/**
	 * Ends watching. At `shutdown` what runs goes on or stops as the Environment's policy says; at `reopen` it always goes on, as the
	 * same Environment is opened again at once with a changed document. Never throws.
	 */
	close(reason: "shutdown" | "reopen"): Promise<void>;
}

/** What `gitward doctor` and `validate` ask of a kind of Object. */
export interface ObjectKind {
	readonly apiVersion: string;
	readonly kind: string;
	/** Strict schema of the whole Object, with descriptions: validation, JSON Schema and reference pages come from it. */
	readonly schema: z.ZodType;
	/** One sentence for the reference page. */
	readonly summary: string;
}

/** One kind of target. */
export interface Driver {
	/** As in `spec.target`, `host`. */
	readonly name: string;
	/** Kinds that this Driver knows by heart; undefined where the target itself knows (Kubernetes). */
	readonly kinds: readonly ObjectKind[] | undefined;
	/** Namespace of an Object that names none: `application` gives each Application one of its own. */
	readonly defaultNamespace: "application" | "target";
	open(environment: EnvironmentDocument, context: DriverContext, options?: SignalOption): Promise<Target>;
}
