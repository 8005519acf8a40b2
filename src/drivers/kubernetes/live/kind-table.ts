import type { AppError } from "../../../core/app-error.ts";
import type { Health } from "../../../core/health.ts";
import type { HealthAssessor } from "../../../health/health.ts";
import { createSlots } from "../../../lib/slots.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { TargetEvent } from "../../../ports/driver.ts";
import type { KubernetesClient, LiveObject, ResourceType } from "../client/client.ts";
import { ownerAnnotation } from "../marks.ts";
import { type Entry, isLater, newEntry, stateOf, unseen } from "./entry.ts";
import { type KindWatch, nameOf, watchKind } from "./kind-watch.ts";
import { projectionHash } from "./projection.ts";

/** Objects that are kept because they are not as they were applied; beyond, they are asked for when they are needed. */
const mostKept = 500;
/** Objects that are looked at, at once. */
const mostLooks = 4;

export interface KindTableOptions {
	readonly client: KubernetesClient;
	readonly type: ResourceType;
	readonly labelSelector: string;
	readonly environment: string;
	readonly health: HealthAssessor;
	readonly clock: Clock;
	readonly random: () => number;
	readonly notify: (event: TargetEvent) => void;
	/** An object is not well: somebody may find out why. */
	readonly ill: (entry: Entry, type: ResourceType, name: string, object: LiveObject) => void;
	/** Whether somebody asked for health before it was known. */
	readonly isAwaited: () => boolean;
	readonly onReachable: (failure: AppError | undefined) => void;
}

/** All objects of one kind that carry this Gitward's label. */
export interface KindTable {
	readonly watch: KindWatch;
	/** Version of the API in which its objects are read. */
	readonly version: string;
	readonly entries: ReadonlyMap<string, Entry>;
	/** The entry of a name; made where there is none. */
	entry(name: string): Entry;
	/** Takes a newer state of an object; of what Gitward wrote itself nobody needs to be told that it is there. */
	take(name: string, entry: Entry, object: LiveObject, isOwn: boolean): void;
	/** Looks at an object of which it cannot be told how it stands. */
	verify(name: string, entry: Entry): void;
	/** Tells what is not as it was applied, once. */
	tell(entry: Entry): void;
	drop(name: string): void;
	close(): Promise<void>;
}

export function openKindTable(options: KindTableOptions): KindTable {
	const { health, notify } = options;
	const entries = new Map<string, Entry>();
	const looking = createSlots(mostLooks);
	let kept = 0;
	let isClosed = false;

	function entry(name: string): Entry {
		const found = entries.get(name) ?? newEntry();
		entries.set(name, found);
		return found;
	}

	function keep(each: Entry, object: LiveObject | undefined): void {
		if (each.object !== undefined) kept -= 1;
		each.object = object !== undefined && kept < mostKept ? object : undefined;
		if (each.object !== undefined) kept += 1;
	}

	function take(name: string, each: Entry, object: LiveObject, isOwn: boolean): void {
		const { uid, resourceVersion } = object.metadata;
		const hash = projectionHash(object, each.rules);
		// The same strings as in the record: thousands of copies would be kept otherwise.
		each.uid = uid === each.applied?.uid ? each.applied.uid : uid;
		each.hash = hash === each.applied?.hash ? each.applied.hash : hash;
		each.version = resourceVersion;
		each.unsure = false;
		keep(each, each.applied !== undefined && stateOf(each) === "drifted" ? object : undefined);
		const assessed = health.assess(object);
		if (assessed instanceof Promise) {
			const { version } = each;
			void assessed.then((given) => {
				if (each.version === version) judge(name, each, given, object, false);
			});
		} else judge(name, each, assessed, object, isOwn);
	}

	function judge(name: string, each: Entry, given: Health, object: LiveObject, isOwn: boolean): void {
		const { health: before } = each;
		if (before.status === given.status && before.message === given.message) return;
		each.health = given.message === "" && given.status === "Healthy" ? healthy : given;
		if (given.status === "Healthy" || given.status === "Suspended") {
			each.cause = "";
			each.looks = 0;
		} else options.ill(each, options.type, name, object);
		// Who has not asked yet will: thousands are seen for the first time when Gitward starts.
		if (before === unseen && (isOwn || !options.isAwaited())) return;
		if (each.application !== undefined && each.key !== undefined) notify({ application: each.application, key: each.key, type: "health" });
	}

	function tell(each: Entry): void {
		const { application, key, applied, writing } = each;
		if (application === undefined || key === undefined || applied === undefined || writing > 0) return;
		const state = stateOf(each);
		if (state === "unknown") return;
		const news = state === "same" ? "" : `${state} ${each.uid} ${each.hash}`;
		if (news === each.told) return;
		// That it is as it was applied again, by somebody else's doing, is news too.
		each.told = news;
		notify({ application, key, type: "changed" });
	}

	function vanish(each: Entry, version: string): void {
		each.uid = "";
		each.version = version;
		each.hash = "";
		each.cause = "";
		each.unsure = false;
		keep(each, undefined);
		each.health = absent;
	}

	async function look(name: string, each: Entry): Promise<void> {
		const isOver = (): boolean => isClosed || entries.get(name) !== each || !each.unsure;
		if (isOver()) return;
		try {
			const slash = name.indexOf("/");
			const object = await options.client.get(watch.type, { namespace: name.slice(0, slash), name: name.slice(slash + 1) });
			if (isOver()) return;
			if (object !== undefined) {
				take(name, each, object, false);
				tell(each);
			}
		} catch {
			// The cluster cannot be reached, which the watch tells; it looks again where the object changes or a list comes.
		}
	}

	const watch = watchKind({
		...options,
		events: {
			seen(object) {
				const name = nameOf(object);
				const each = entry(name);
				if (each.version !== "" && !each.unsure && !isLater(object.metadata.resourceVersion, each.version)) return;
				if (each.application === undefined) each.application = applicationOf(object, options.environment);
				take(name, each, object, false);
				tell(each);
			},
			gone(object) {
				const name = nameOf(object);
				const each = entries.get(name);
				if (each === undefined || (each.uid !== "" && each.uid !== object.metadata.uid)) return;
				// The event carries the version at which it went.
				if (each.uid !== "" && !isLater(object.metadata.resourceVersion, each.version)) return;
				lose(name, each, object.metadata.resourceVersion);
			},
			complete(names, version) {
				for (const [name, each] of entries) {
					if (names.has(name) || (each.version !== "" && isLater(each.version, version))) continue;
					lose(name, each, version);
				}
			},
			removed() {
				for (const [name, each] of entries) lose(name, each, each.version);
			},
			restored() {
				for (const each of entries.values()) each.version = "";
			},
			reachable: options.onReachable,
		},
	});

	function lose(name: string, each: Entry, version: string): void {
		if (each.applied === undefined && each.writing === 0) {
			entries.delete(name);
			return;
		}
		vanish(each, version);
		tell(each);
	}

	return {
		watch,
		version: options.type.version,
		entries,
		entry,
		take,
		tell,
		verify(name, each) {
			each.unsure = true;
			void looking(() => look(name, each));
		},
		async close() {
			isClosed = true;
			await watch.close();
		},
		drop(name) {
			const each = entries.get(name);
			if (each === undefined) return;
			keep(each, undefined);
			// Whoever looks for what ails it sees that nobody asks any more.
			each.uid = "";
			entries.delete(name);
		},
	};
}

const healthy: Health = { status: "Healthy", message: "" };

/** Health of what does not exist. */
export const absent: Health = { status: "Missing", message: "It does not exist" };

/** The Application that an object's marks name, where it is of this Environment. */
function applicationOf({ metadata }: LiveObject, environment: string): string | undefined {
	const [place, application] = metadata.annotations?.[ownerAnnotation]?.split("/") ?? [];
	return place === environment ? application : undefined;
}
