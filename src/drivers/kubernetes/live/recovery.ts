import { keyOf, type ObjectKey } from "../../../core/object.ts";
import { optionsOf } from "../../../core/object-options.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { OwnedObject, TargetOptions } from "../../../ports/driver.ts";
import { isCode } from "../apply/about.ts";
import type { KubernetesClient, LiveObject, ResourceType } from "../client/client.ts";
import { isApplied, ownerAnnotation } from "../marks.ts";
import { eachOf } from "../observe/existence.ts";

/** For how long one look at the whole cluster serves all Applications, in milliseconds. */
const freshMs = 30_000;
const parallel = 4;

export interface RecoveryOptions {
	readonly client: KubernetesClient;
	readonly clock: Clock;
	readonly labelSelector: string;
	readonly environment: string;
}

/** Finds what carries this Gitward's label, of every kind that the server has. */
export interface Recovery {
	recover(application: string, options: TargetOptions): Promise<readonly OwnedObject[]>;
}

export function createRecovery({ client, clock, labelSelector, environment }: RecoveryOptions): Recovery {
	let found: Promise<ReadonlyMap<string, readonly OwnedObject[]>> | undefined;
	let at = 0;

	async function look(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, readonly OwnedObject[]>> {
		const owned = new Map<string, Map<ObjectKey, OwnedObject>>();
		const options = signal === undefined ? {} : { signal };
		const types = (await client.discovery.all(options)).filter(({ verbs }) => verbs.includes("list") && verbs.includes("patch"));
		await eachOf(types, parallel, async (type) => {
			try {
				for await (const page of client.list(type, { labelSelector, metadataOnly: "managed", ...options })) {
					for (const object of page.items) {
						const [place, application] = object.metadata.annotations?.[ownerAnnotation]?.split("/") ?? [];
						if (place !== environment || application === undefined || !isApplied(object.metadata)) continue;
						const mine = owned.get(application) ?? new Map<ObjectKey, OwnedObject>();
						owned.set(application, mine);
						const entry = toOwned(type, object);
						mine.set(entry.key, entry);
					}
				}
			} catch (error) {
				// What Gitward may not list it has not made, and would not delete.
				if (!isCode(error, "Forbidden")) throw error;
			}
		});
		return new Map([...owned].map(([application, mine]) => [application, [...mine.values()]]));
	}

	return {
		async recover(application, { signal }) {
			if (found === undefined || clock.monotonic() - at > freshMs) {
				at = clock.monotonic();
				const mine = look(undefined);
				found = mine;
				// A failure means unknown, never empty: the next who asks looks again.
				mine.catch(() => {
					if (found === mine) found = undefined;
				});
			}
			signal?.throwIfAborted();
			return (await found).get(application) ?? [];
		},
	};
}

function toOwned(type: ResourceType, { metadata }: LiveObject): OwnedObject {
	const { name, namespace = "", annotations } = metadata;
	const ref = { group: type.group, kind: type.kind, namespace, name };
	const { keep, adopt, confirmPrune } = optionsOf({
		apiVersion: type.version,
		kind: type.kind,
		metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
	});
	// What may be adopted may have been: it is let go rather than deleted.
	return {
		key: keyOf(ref),
		ref,
		created: !adopt,
		desiredHash: "",
		record: null,
		...(keep ? { keep } : {}),
		...(confirmPrune ? { confirm: true } : {}),
	};
}
