import type { Clock } from "../../../ports/clock.ts";
import type { SignalOption } from "../../../ports/repository.ts";
import { isCode } from "../apply/about.ts";
import type { KubernetesClient, LiveMetadata, ObjectName, ResourceType } from "../client/client.ts";

/** How long a list serves those who ask, in milliseconds. That it grows old is safe: what it calls missing is only ever made by applies that refuse to change. */
const freshMs = 30_000;
/** More of one kind, in the time above, are worth a list. */
const worthList = 12;
/** More of one kind in one namespace, asked for at once, are worth a list of that namespace. */
const worthNamespace = 5;
/** Longest list that is kept; kinds with more objects are asked for one by one. */
const mostObjects = 20_000;
/** How long a kind counts as too long to list, in milliseconds. */
const tooLongMs = 600_000;
/** Requests at a time. */
const parallel = 16;

/** Which objects exist in a cluster, for those that Gitward does not own: one list serves all Applications that ask within some seconds. */
export interface Existence {
	/** Those of the names that exist, perhaps since half a minute ago no more. */
	among(type: ResourceType, names: readonly ObjectName[], options?: SignalOption): Promise<ReadonlySet<ObjectName>>;
	/** An object was made. */
	made(type: ResourceType, name: ObjectName): void;
	/** What is known of a kind turned out to be wrong. */
	forget(type: ResourceType): void;
}

interface List {
	readonly since: number;
	/** Undefined: too many, or not allowed. */
	readonly names: Promise<Set<string> | undefined>;
}

function typeKey({ group, plural }: ResourceType): string {
	return `${plural}.${group}`;
}

function nameKey({ namespaced }: ResourceType, { namespace, name }: ObjectName): string {
	return namespaced ? `${namespace}/${name}` : name;
}

/** Metadata of one object; undefined where it, or its kind, does not exist. */
export async function metadataOf(
	client: KubernetesClient,
	type: ResourceType,
	name: ObjectName,
	options: SignalOption,
): Promise<LiveMetadata | undefined> {
	try {
		return (await client.get(type, name, { metadataOnly: true, ...options }))?.metadata;
	} catch (error) {
		if (isCode(error, "UnknownKind")) return undefined;
		throw error;
	}
}

/** Runs over all items, some at a time. */
export async function eachOf<Item>(items: readonly Item[], limit: number, run: (item: Item) => Promise<void>): Promise<void> {
	const left = items.values();
	await Promise.all(
		Array.from({ length: Math.min(limit, items.length) }, async () => {
			for (const item of left) await run(item);
		}),
	);
}

export function createExistence(client: KubernetesClient, clock: Clock): Existence {
	/** By kind, or by kind and namespace. */
	const lists = new Map<string, List>();
	const asked = new Map<string, { since: number; count: number }>();

	function fresh(key: string): List | undefined {
		const list = lists.get(key);
		if (list !== undefined && clock.monotonic() - list.since <= freshMs) return list;
		lists.delete(key);
		return undefined;
	}

	/** One list, which belongs to all who ask: nobody's signal ends it. */
	async function read(type: ResourceType, namespace: string | undefined): Promise<Set<string> | undefined> {
		const names = new Set<string>();
		try {
			const options = { metadataOnly: true, limit: 1000, most: mostObjects, ...(namespace === undefined ? {} : { namespace }) };
			for await (const { items } of client.list(type, options)) {
				for (const { metadata } of items) names.add(nameKey(type, { namespace: metadata.namespace ?? "", name: metadata.name }));
			}
			return names;
		} catch (error) {
			if (isCode(error, "ListTooLong", "Forbidden")) return undefined;
			if (isCode(error, "UnknownKind")) return names;
			throw error;
		}
	}

	function list(type: ResourceType, namespace: string | undefined): Promise<Set<string> | undefined> {
		const key = namespace === undefined ? typeKey(type) : `${typeKey(type)}/${namespace}`;
		const known = fresh(key);
		if (known !== undefined) return known.names;
		for (const [old, { since }] of lists) if (clock.monotonic() - since > freshMs) lists.delete(old);
		const names = read(type, namespace);
		lists.set(key, { since: clock.monotonic(), names });
		names.then(
			(found) => {
				// A kind that is too long is remembered as such for longer.
				if (found === undefined) lists.set(key, { since: clock.monotonic() + tooLongMs - freshMs, names });
			},
			() => lists.delete(key),
		);
		return names;
	}

	/** How many of the kind were asked for lately, these included. */
	function count(type: ResourceType, more: number): number {
		const key = typeKey(type);
		const now = clock.monotonic();
		let entry = asked.get(key);
		if (entry === undefined || now - entry.since > freshMs) {
			entry = { since: now, count: 0 };
			asked.set(key, entry);
		}
		entry.count += more;
		return entry.count;
	}

	return {
		async among(type, names, options = {}) {
			const found = new Set<ObjectName>();
			const lately = count(type, names.length);
			const whole = lately > worthList || fresh(typeKey(type)) !== undefined ? await list(type, undefined) : undefined;
			options.signal?.throwIfAborted();
			if (whole !== undefined) {
				for (const name of names) if (whole.has(nameKey(type, name))) found.add(name);
				return found;
			}
			const byNamespace = Map.groupBy(names, ({ namespace }) => (type.namespaced ? namespace : ""));
			const single: ObjectName[] = [];
			for (const [namespace, members] of byNamespace) {
				const isWorth = type.namespaced && (members.length > worthNamespace || fresh(`${typeKey(type)}/${namespace}`) !== undefined);
				const part = isWorth ? await list(type, namespace) : undefined;
				options.signal?.throwIfAborted();
				if (part === undefined) single.push(...members);
				else for (const name of members) if (part.has(nameKey(type, name))) found.add(name);
			}
			await eachOf(single, parallel, async (name) => {
				if ((await metadataOf(client, type, name, options)) !== undefined) found.add(name);
			});
			return found;
		},
		made(type, name) {
			for (const key of [typeKey(type), `${typeKey(type)}/${name.namespace}`]) {
				const known = lists.get(key);
				if (known !== undefined)
					void known.names.then(
						(names) => names?.add(nameKey(type, name)),
						() => undefined,
					);
			}
		},
		forget(type) {
			const key = typeKey(type);
			for (const each of lists.keys()) if (each === key || each.startsWith(`${key}/`)) lists.delete(each);
		},
	};
}
