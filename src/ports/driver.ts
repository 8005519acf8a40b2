import type { z } from "zod";
import type { Change, Observation } from "../core/change.ts";
import type { DriftRule, EnvironmentDocument } from "../core/documents/environment.ts";
import type { Identity } from "../core/documents/metadata.ts";
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
	/** True where it was annotated to be deleted only when a person confirms it. */
	readonly confirm?: boolean;
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

/** What of an Application's document a Driver goes by. */
export interface TargetSettings {
	/** In whose name the target is changed; undefined: the operator's own rights. */
	readonly as?: Identity;
	readonly driftRules: readonly DriftRule[];
	/** Namespace of Objects that name none. */
	readonly namespace: string;
	/** Metadata of namespaces that are made where they are missing; undefined: none is made. */
	readonly createNamespace?: { readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> };
}

export interface TargetOptions extends SignalOption {
	/** Where absent: no identity, no rules, the target's own namespace. */
	readonly settings?: TargetSettings;
	/** Names the Sync that asks, the same when it is taken up again: a hook that came to its end for it is not run once more. */
	readonly sync?: string;
}

export interface ObserveOptions extends TargetOptions {
	/**
	 * `plan`, and where absent: for people, so differences are complete and by the same way that an apply takes (a dry run). `sync`: to be carried out at
	 * once, so a state without differences will do, and what is known costs no request. `drift`: what is known to differ from what was applied.
	 */
	readonly purpose?: "plan" | "sync" | "drift";
}

/** An Object that the target holds beneath an owned one: a ReplicaSet, a Pod. */
export interface LiveChild {
	readonly key: ObjectKey;
	/** Key of the Object that it belongs to: an owned one or another child. */
	readonly parent: ObjectKey;
	readonly health: Health;
	/** ISO 8601. */
	readonly created?: string;
	/** Whether it has logs. */
	readonly logs: boolean;
}

/** What the target itself recorded about an Object: a Kubernetes Event. */
export interface TargetNote {
	readonly key: ObjectKey;
	/** ISO 8601, the last time. */
	readonly time: string;
	readonly type: "info" | "warning";
	readonly reason: string;
	readonly message: string;
	readonly count: number;
}

export interface DriverContext {
	/** Names this Gitward among others on the same target: 12 hex digits that stay the same when its store is lost. */
	readonly instance: string;
	/** Folder for the Driver's own state of this Environment, made before and private to it (mode 0700). */
	readonly home: string;
	/** Relative paths in the Environment's target are taken from here: the folder of the control documents. */
	readonly base: string;
	readonly blobs: Blobs;
	readonly clock: Clock;
	readonly log: Log;
	/** Requests to the target, counted by the Driver as far as it makes any: metrics show them. */
	readonly requests: { reads: number; writes: number };
	/** Called for every event; never throws. */
	notify(event: TargetEvent): void;
}

export interface LogLine {
	/** ISO 8601, where known. */
	readonly time?: string;
	readonly stream: "stdout" | "stderr";
	readonly text: string;
}

/** What came of a Change. */
export interface Applied {
	/** The Driver's new record; null for a delete. */
	readonly record: Json;
	/** True where the Object stood there already although the Observation said otherwise: it is let go, never deleted. */
	readonly existed?: boolean;
	/** What the target had to say about it that stops nothing: deprecated versions, unknown fields. */
	readonly warnings?: readonly string[];
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
		options?: ObserveOptions,
	): Promise<readonly Observation[]>;
	/**
	 * Carries out one Change (create, update, replace, delete) and is safe to repeat after a kill at any instant. Does not wait for
	 * health. `owned` is the entry before, if any. Called for several Changes of one Application at once where they have the same wave
	 * and rank, at most `Driver.parallel`.
	 * A hook's Job is run to its end here; its failure is an error of kind `conflict`, code `HookFailed`, with its last output.
	 */
	apply(application: string, change: Change, owned: OwnedObject | undefined, options?: TargetOptions): Promise<Applied>;
	/** Health of owned Objects, from what is known already: cheap. */
	health(application: string, owned: readonly OwnedObject[], options?: SignalOption): Promise<readonly ObjectHealth[]>;
	/** Replaces what is watched for this Application; an empty list stops watching. */
	track(application: string, owned: readonly OwnedObject[], options?: TargetOptions): Promise<void>;
	/** The slow sweep beneath the watches: keys that differ from their record, by the cheapest check there is (stat, no read). */
	sweep(application: string, owned: readonly OwnedObject[], options?: TargetOptions): Promise<readonly ObjectKey[]>;
	/**
	 * Whether all that is tracked of an Application is known to be as it was applied: then a sweep would find nothing, and is left out.
	 * Only for a Driver that is told of every change; where it cannot tell, the answer is false.
	 */
	isAsApplied?(application: string): boolean;
	/** What the target itself knows to be the Application's, by marks on its Objects: the Inventory after the store was lost. */
	recover?(application: string, options?: TargetOptions): Promise<readonly OwnedObject[]>;
	/** Objects beneath the owned ones, asked for on demand; at most 5,000. */
	children?(application: string, owned: readonly OwnedObject[], options?: TargetOptions): Promise<readonly LiveChild[]>;
	/** What the target recorded about owned Objects and their children, oldest first; at most 1,000. */
	notes?(application: string, owned: readonly OwnedObject[], options?: TargetOptions): Promise<readonly TargetNote[]>;
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
	/** Rank of an Object within its wave: lower ranks are applied before, and deleted after, higher ones. */
	rank(ref: ObjectRef): number;
	/** Most Changes of one Application, of the same wave and rank, that are carried out at once. */
	readonly parallel: number;
	open(environment: EnvironmentDocument, context: DriverContext, options?: SignalOption): Promise<Target>;
}
