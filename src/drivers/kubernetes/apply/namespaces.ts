import { AppError } from "../../../core/app-error.ts";
import type { TargetOptions } from "../../../ports/driver.ts";
import type { KubernetesClient, ResourceType } from "../client/client.ts";
import { isKind, isPrecondition } from "./about.ts";
import { withPrecondition } from "./body.ts";

/** Most namespaces of a cluster that are known by heart; more are asked for one by one. */
const mostKnown = 20_000;
/** A manager of its own: what it sets in a namespace is not taken back when Gitward's own manager applies a Namespace without it. */
const manager = "gitward-namespaces";

/** The namespaces that a cluster has, as far as it matters before something is put into one. */
export interface Namespaces {
	/** Makes a namespace with the settings' metadata where they ask for it and it is missing. Made namespaces are nobody's: they are never deleted. */
	ensure(name: string, options: TargetOptions): Promise<void>;
	/** Whether it exists, as far as is known: asked for at most once. */
	has(name: string, options: TargetOptions): Promise<boolean>;
	/** Something showed that it is there. */
	seen(name: string): void;
	/** Something showed that it is not there. */
	forget(name: string): void;
}

const type: ResourceType = { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false, verbs: [] };

export function createNamespaces(client: KubernetesClient): Namespaces {
	const known = new Set<string>();
	const making = new Map<string, Promise<void>>();
	let listing: Promise<void> | undefined;

	/** One list serves all who ask. It belongs to nobody's signal alone. */
	async function list(): Promise<void> {
		for await (const { items } of client.list(type, { metadataOnly: true })) {
			for (const { metadata } of items) {
				if (metadata.deletionTimestamp === undefined && known.size < mostKnown) known.add(metadata.name);
			}
			if (known.size >= mostKnown) return;
		}
	}

	async function isThere(name: string, { signal }: TargetOptions): Promise<boolean> {
		if (known.has(name)) return true;
		if (listing === undefined) {
			listing = list();
			listing.catch(() => {
				listing = undefined;
			});
			await listing;
		} else {
			await listing;
			if (known.has(name)) return true;
			const found = await client.get(type, { namespace: "", name }, { metadataOnly: true, ...(signal === undefined ? {} : { signal }) });
			if (found !== undefined && found.metadata.deletionTimestamp === undefined) known.add(name);
		}
		return known.has(name);
	}

	/** Carried out for all who wait for it, so nobody's signal ends it: the client's own limits do. */
	async function make(name: string, { settings }: TargetOptions): Promise<void> {
		const { labels, annotations } = settings?.createNamespace ?? {};
		const metadata = { name, labels, annotations };
		try {
			await client.apply(
				type,
				{ namespace: "", name },
				{ apiVersion: "v1", kind: "Namespace", metadata: withPrecondition(metadata, { absent: true }) },
				{
					fieldManager: manager,
					force: true,
					...(settings?.as === undefined ? {} : { as: settings.as }),
				},
			);
		} catch (error) {
			if (isPrecondition(error)) return;
			if (error instanceof AppError && error.kind === "denied") {
				throw new AppError(`the namespace ${name} is missing, and making it was refused: ${error.message}`, {
					code: error.code,
					kind: "denied",
					cause: error,
					hint: "Make the namespace, or allow it to be made in whose name the Application is applied.",
				});
			}
			throw error;
		}
	}

	async function prepare(name: string, settings: TargetOptions["settings"]): Promise<void> {
		try {
			if (await isThere(name, {})) return;
		} catch (error) {
			// Whoever may not look at namespaces is told by the apply itself whether this one is missing.
			if (isKind(error, "denied")) return;
			throw error;
		}
		await make(name, settings === undefined ? {} : { settings });
		known.add(name);
	}

	return {
		async ensure(name, options) {
			const { settings, signal } = options;
			if (settings?.createNamespace === undefined || known.has(name)) return;
			// What one may not do says nothing about others.
			const id = JSON.stringify([name, settings.as]);
			let one = making.get(id);
			if (one === undefined) {
				one = prepare(name, settings);
				making.set(id, one);
				const done = (): boolean => making.delete(id);
				one.then(done, done);
			}
			await one;
			signal?.throwIfAborted();
		},
		has: isThere,
		seen(name) {
			if (known.size < mostKnown) known.add(name);
		},
		forget(name) {
			known.delete(name);
		},
	};
}
