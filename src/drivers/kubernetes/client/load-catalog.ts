import { type Catalog, createCatalog } from "./catalog.ts";
import type { ResourceType } from "./client.ts";
import { parseAnswer } from "./parse-answer.ts";
import type { Call, Requester } from "./requester.ts";
import { statusError } from "./status-error.ts";

interface AggregatedList {
	readonly kind: "APIGroupDiscoveryList";
	readonly items?: readonly {
		readonly metadata?: { readonly name?: string };
		readonly versions?: readonly {
			readonly version: string;
			readonly freshness?: string;
			readonly resources?: readonly {
				readonly resource: string;
				readonly responseKind?: { readonly kind: string };
				readonly scope: string;
				readonly verbs?: readonly string[];
			}[];
		}[];
	}[];
}

interface GroupList {
	readonly kind: "APIGroupList";
	readonly groups?: readonly {
		readonly name: string;
		readonly versions: readonly { readonly version: string }[];
		readonly preferredVersion?: { readonly version: string };
	}[];
}

interface VersionList {
	readonly kind: "APIVersions";
	readonly versions?: readonly string[];
}

interface ResourceList {
	readonly resources?: readonly {
		readonly name: string;
		readonly kind: string;
		readonly namespaced: boolean;
		readonly verbs?: readonly string[];
	}[];
}

interface Found {
	readonly types: readonly ResourceType[];
	readonly incomplete: readonly string[];
}

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
/** Groups that are asked for at once where the server does not tell all in one answer. */
const atOnce = 8;

/**
 * Returns a function that reads what a server can do: two requests, with aggregated discovery, and none of their bodies again while
 * nothing changed; for servers without it, one more for each version of each group.
 */
export function createCatalogLoader(requester: Requester): () => Promise<Catalog> {
	const remembered = new Map<string, { readonly etag: string; readonly found: Found }>();

	async function read(path: "/api" | "/apis"): Promise<Found> {
		const last = remembered.get(path);
		const call = callOf(path, last?.etag);
		const answer = await requester.send(call);
		if (answer.status === 304 && last !== undefined) return last.found;
		if (answer.status >= 300) throw statusError(answer, call.subject);
		const body = parseAnswer<AggregatedList | GroupList | VersionList>(answer, call.subject);
		if (body.kind !== "APIGroupDiscoveryList") return readEach(requester, versionsOf(body));
		const found = fromAggregated(body);
		const { etag } = answer.headers;
		if (typeof etag === "string") remembered.set(path, { etag, found });
		return found;
	}

	return async () => {
		const [core, groups] = await Promise.all([read("/api"), read("/apis")]);
		return createCatalog([...core.types, ...groups.types], new Set([...core.incomplete, ...groups.incomplete]));
	};
}

function callOf(path: string, etag?: string): Call {
	return {
		method: "GET",
		path,
		accept: `${aggregated},application/json`,
		etag,
		subject: { title: "What the cluster can do" },
		repeatable: true,
	};
}

function fromAggregated({ items = [] }: AggregatedList): Found {
	const types: ResourceType[] = [];
	const incomplete: string[] = [];
	for (const { metadata, versions = [] } of items) {
		const group = metadata?.name ?? "";
		for (const { version, resources = [], freshness } of versions) {
			if (freshness === "Stale") incomplete.push(group);
			for (const { resource, responseKind, scope, verbs = [] } of resources) {
				if (responseKind === undefined) continue;
				types.push({ group, version, kind: responseKind.kind, plural: resource, namespaced: scope === "Namespaced", verbs });
			}
		}
	}
	return { types, incomplete };
}

interface GroupVersion {
	readonly group: string;
	readonly version: string;
}

function versionsOf(body: GroupList | VersionList): readonly GroupVersion[] {
	if (body.kind === "APIVersions") return (body.versions ?? []).map((version) => ({ group: "", version }));
	return (body.groups ?? []).flatMap(({ name, versions, preferredVersion }) => {
		const names = versions.map(({ version }) => version);
		const preferred = preferredVersion?.version;
		const ordered = preferred === undefined ? names : [preferred, ...names.filter((version) => version !== preferred)];
		return ordered.map((version) => ({ group: name, version }));
	});
}

async function readEach(requester: Requester, versions: readonly GroupVersion[]): Promise<Found> {
	const types: (readonly ResourceType[])[] = versions.map(() => []);
	const incomplete: string[] = [];
	const queue = versions.entries();
	const work = async (): Promise<void> => {
		for (const [index, { group, version }] of queue) {
			const call = callOf(group === "" ? `/api/${version}` : `/apis/${group}/${version}`);
			const answer = await requester.send({ ...call, accept: "application/json" });
			// A group whose server is away answers 503; the others count all the same.
			if (answer.status >= 300) incomplete.push(group);
			else types[index] = resourcesOf(group, version, parseAnswer<ResourceList>(answer, call.subject));
		}
	};
	await Promise.all(Array.from({ length: atOnce }, work));
	return { types: types.flat(), incomplete };
}

function resourcesOf(group: string, version: string, { resources = [] }: ResourceList): readonly ResourceType[] {
	// `deployments/scale` is no type of its own.
	return resources
		.filter(({ name }) => !name.includes("/"))
		.map(({ name, kind, namespaced, verbs = [] }) => ({ group, version, kind, plural: name, namespaced, verbs }));
}
