import { AppError, toAppError } from "../../../core/app-error.ts";
import type { KubernetesClient, ListOptions, ListPage, LiveObject, ObjectName, ResourceType, WatchLine, WatchOptions } from "./client.ts";

/** Lines of all namespaces together that wait to be taken; the server waits beyond. */
const mostWaiting = 1000;

/**
 * A client with rights in some namespaces only: what would be asked of the whole cluster is asked of each of them. Whatever concerns another
 * namespace is an error of kind `denied`, code `NamespaceOutOfReach`. With no names it is the client itself.
 */
export function confined(client: KubernetesClient, namespaces: readonly string[]): KubernetesClient {
	if (namespaces.length === 0) return client;
	const known = new Set(namespaces);
	const check = (type: ResourceType, { namespace }: ObjectName): void => {
		if (!type.namespaced || known.has(namespace)) return;
		throw new AppError(`the namespace ${namespace} is out of reach: the Environment names ${namespaces.slice(0, 5).join(", ")}`, {
			code: "NamespaceOutOfReach",
			kind: "denied",
			hint: "Name it in spec.target.kubernetes.namespaces, and give Gitward rights there.",
		});
	};
	return {
		...client,
		async get(type, name, options) {
			check(type, name);
			return client.get(type, name, options);
		},
		async apply(type, name, body, options) {
			check(type, name);
			return client.apply(type, name, body, options);
		},
		async patch(type, name, patch, options) {
			check(type, name);
			return client.patch(type, name, patch, options);
		},
		async delete(type, name, options) {
			check(type, name);
			return client.delete(type, name, options);
		},
		list(type, options = {}) {
			return type.namespaced && options.namespace === undefined ? listEach(client, namespaces, type, options) : client.list(type, options);
		},
		watch(type, options) {
			return type.namespaced && options.namespace === undefined
				? watchEach(client, namespaces, type, options)
				: client.watch(type, options);
		},
	};
}

/** All lists are younger than the first: its version is one from which a watch of any of them misses nothing. */
async function* listEach(
	client: KubernetesClient,
	namespaces: readonly string[],
	type: ResourceType,
	options: ListOptions,
): AsyncGenerator<ListPage, void, undefined> {
	let first: string | undefined;
	for (const namespace of namespaces) {
		let items: LiveObject[] = [];
		let version = "";
		for await (const page of client.list(type, { ...options, namespace })) {
			// A list that starts anew has another version.
			if (page.resourceVersion !== version) items = [];
			version = page.resourceVersion;
			items.push(...page.items);
		}
		first ??= version;
		yield { items, resourceVersion: first };
	}
}

/**
 * The lines of all watches as they come. They are not in the order of their versions: so one that ended is taken up where it was, and where
 * that fails after lines were seen, everything has to be listed anew.
 */
async function* watchEach(
	client: KubernetesClient,
	namespaces: readonly string[],
	type: ResourceType,
	options: WatchOptions,
): AsyncGenerator<WatchLine, void, undefined> {
	const stop = new AbortController();
	const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
	let waiting: WatchLine[] = [];
	let filled = Promise.withResolvers<void>();
	let taken = Promise.withResolvers<void>();
	let failure: { readonly error: unknown } | undefined;
	let hasLines = false;

	async function follow(namespace: string): Promise<void> {
		let { resourceVersion } = options;
		for (let isAlive = true; isAlive; ) {
			isAlive = false;
			for await (const line of client.watch(type, { ...options, namespace, resourceVersion, signal })) {
				isAlive = true;
				({ resourceVersion } = line);
				waiting.push(line);
				filled.resolve();
				if (waiting.length >= mostWaiting) await taken.promise;
			}
		}
		throw new AppError(`the watch of ${type.plural} in ${namespace} ended before anything came`, {
			code: "WatchEnded",
			kind: "unavailable",
		});
	}

	const all = namespaces.map((namespace) =>
		follow(namespace).catch((error: unknown) => {
			failure ??= { error };
			stop.abort(error);
			filled.resolve();
			taken.resolve();
		}),
	);
	try {
		for (;;) {
			await filled.promise;
			filled = Promise.withResolvers<void>();
			const lines = waiting;
			waiting = [];
			taken.resolve();
			taken = Promise.withResolvers<void>();
			hasLines ||= lines.length > 0;
			yield* lines;
			if (failure === undefined) continue;
			options.signal?.throwIfAborted();
			if (!hasLines) throw failure.error;
			throw new AppError(`the watch of ${type.plural} ended: ${toAppError(failure.error).message}`, {
				code: "WatchExpired",
				kind: "unavailable",
				cause: failure.error,
			});
		}
	} finally {
		stop.abort(new AppError("nobody watches any more", { code: "WatchEnded", kind: "unavailable" }));
		taken.resolve();
		await Promise.all(all);
	}
}
