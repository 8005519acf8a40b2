import type { Identity } from "../../../core/documents/metadata.ts";
import type { SignalOption } from "../../../ports/repository.ts";

/** An object as the API server gives it. */
export interface LiveObject {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: LiveMetadata;
	readonly [field: string]: unknown;
}

export interface LiveMetadata {
	readonly name: string;
	readonly namespace?: string;
	readonly uid: string;
	readonly resourceVersion: string;
	readonly generation?: number;
	readonly creationTimestamp?: string;
	readonly deletionTimestamp?: string;
	readonly finalizers?: readonly string[];
	readonly labels?: Readonly<Record<string, string>>;
	readonly annotations?: Readonly<Record<string, string>>;
	readonly ownerReferences?: readonly {
		readonly apiVersion: string;
		readonly kind: string;
		readonly name: string;
		readonly uid: string;
		readonly controller?: boolean;
	}[];
	readonly managedFields?: readonly ManagedFields[];
}

/** Who owns which fields, https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export interface ManagedFields {
	readonly manager: string;
	readonly operation: "Apply" | "Update";
	readonly apiVersion: string;
	readonly time?: string;
	readonly fieldsType: "FieldsV1";
	readonly fieldsV1: Readonly<Record<string, unknown>>;
	readonly subresource?: string;
}

/** A type of resource as discovery gives it. */
export interface ResourceType {
	/** `apps`; empty for the core group. */
	readonly group: string;
	readonly version: string;
	readonly kind: string;
	/** `deployments`. */
	readonly plural: string;
	readonly namespaced: boolean;
	readonly verbs: readonly string[];
}

export interface ObjectName {
	/** Ignored for resources of the cluster. */
	readonly namespace: string;
	readonly name: string;
}

export interface WriteOptions extends SignalOption {
	/** In whose name. */
	readonly as?: Identity;
	/** True: the server goes all the way but keeps nothing. */
	readonly dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
	readonly fieldManager: string;
	/** Takes fields that other managers own; else a conflict is an error of kind `conflict`, code `FieldConflict`, that names managers and fields. */
	readonly force: boolean;
}

export interface ApplyResult {
	readonly object: LiveObject;
	/** Whether the server made it now (status 201). */
	readonly created: boolean;
	/** Values of the response's Warning headers. */
	readonly warnings: readonly string[];
}

export interface DeleteOptions extends WriteOptions {
	/** Only where the live object still has this uid: another one is an error of kind `conflict`, code `UidConflict`. */
	readonly uid?: string;
	readonly propagation?: "Foreground" | "Background" | "Orphan";
}

export interface ListOptions extends SignalOption {
	/** All namespaces where absent. */
	readonly namespace?: string;
	readonly labelSelector?: string;
	readonly fieldSelector?: string;
	/** Only metadata (PartialObjectMetadata), with managedFields where that is `managed`. */
	readonly metadataOnly?: boolean | "managed";
	/** Objects in one page; 500 where absent. */
	readonly limit?: number;
	/** Most objects altogether; more is an error of kind `invalid`, code `ListTooLong`. 200,000 where absent. */
	readonly most?: number;
}

export interface ListPage {
	readonly items: readonly LiveObject[];
	/** From where a watch goes on. */
	readonly resourceVersion: string;
}

/** A line of a watch, before it is parsed: most need not be, as their resourceVersion is one that Gitward wrote itself. */
export interface WatchLine {
	readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
	readonly resourceVersion: string;
	/** Parses the object. */
	object(): LiveObject;
}

export interface WatchOptions extends SignalOption {
	readonly namespace?: string;
	readonly labelSelector?: string;
	/** `metadata.name=web`: a watch of one object. */
	readonly fieldSelector?: string;
	readonly resourceVersion: string;
}

/** What the API server can do: cached, and read anew when a type is asked for that was not known (at most every few seconds) or after `forget`. */
export interface Discovery {
	/** The type of a group and kind, in the given version, or in the preferred one where that is absent. Undefined: the server does not know it. */
	find(group: string, kind: string, version?: string, options?: SignalOption): Promise<ResourceType | undefined>;
	/** The type if it is known already: no request. */
	known(group: string, kind: string, version?: string): ResourceType | undefined;
	/** Every type that the server has, each in its preferred version. */
	all(options?: SignalOption): Promise<readonly ResourceType[]>;
	forget(): void;
}

/**
 * A thin client of one cluster. Errors are AppErrors: `UnknownKind`, `Forbidden` and `Unauthorized` (denied), `ObjectNotFound` (notFound),
 * `AlreadyExists`, `FieldConflict`, `UidConflict` (conflict), `ManifestRefused` (invalid; with the fields that the server names),
 * `FieldImmutable` (invalid), `QuotaExceeded` (denied), `WebhookRefused` (denied), `NamespaceTerminating` (unavailable), `ClusterUnreachable`,
 * `ClusterOverloaded` (unavailable, with retryAfterMs), `ClusterTimeout` (timeout), `CertificateUntrusted` (denied), `WatchExpired` (a 410: list anew).
 * 429 and 503 with Retry-After are waited for and tried again a few times inside; a network error is tried again once where the request is safe to repeat.
 */
export interface KubernetesClient {
	readonly discovery: Discovery;
	/** `v1.33.4`. */
	version(options?: SignalOption): Promise<string>;
	get(type: ResourceType, name: ObjectName, options?: SignalOption & { readonly metadataOnly?: boolean }): Promise<LiveObject | undefined>;
	/** Server-side apply; `body` is the applied configuration. */
	apply(type: ResourceType, name: ObjectName, body: object, options: ApplyOptions): Promise<ApplyResult>;
	/** A JSON patch (RFC 6902) or a merge patch. */
	patch(
		type: ResourceType,
		name: ObjectName,
		patch: { readonly json: readonly object[] } | { readonly merge: object },
		options: WriteOptions & { readonly fieldManager: string },
	): Promise<LiveObject>;
	/** Undefined where there was none. */
	delete(type: ResourceType, name: ObjectName, options: DeleteOptions): Promise<LiveObject | undefined>;
	/** Pages of a consistent list; a 410 in the middle starts anew by itself, telling so by `resourceVersion`. */
	list(type: ResourceType, options?: ListOptions): AsyncIterable<ListPage>;
	/** Ends when the server ends it; throws `WatchExpired` on 410, `WatchSilent` where not even a bookmark came for 90 s. */
	watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchLine>;
	/** Lines of a container's log. */
	log(
		name: ObjectName,
		options: SignalOption & { readonly container?: string; readonly tail: number; readonly follow: boolean; readonly previous?: boolean },
	): AsyncIterable<{ readonly time?: string; readonly text: string }>;
	close(): Promise<void>;
}
