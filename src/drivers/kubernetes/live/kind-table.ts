import type { AppError } from "../../../core/app-error.ts";
import type { Health } from "../../../core/health.ts";
import type { HealthAssessor } from "../../../health/health.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { TargetEvent } from "../../../ports/driver.ts";
import type { KubernetesClient, LiveObject, ResourceType } from "../client/client.ts";
import { ownerAnnotation } from "../marks.ts";
import { type Entry, isLater, newEntry, stateOf } from "./entry.ts";
import { type KindWatch, nameOf, watchKind } from "./kind-watch.ts";
import { projectionHash } from "./projection.ts";

/** Objects that are kept because they are not as they were applied; beyond, they are asked for when they are needed. */
const mostKept = 500;

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
	readonly ill: (entry: Entry, type: ResourceType, name: string) => void;
	readonly onReachable: (failure: AppError | undefined) => void;
}

/** All objects of one kind that carry this Gitward's label. */
export interface KindTable {
	readonly watch: KindWatch;
	readonly entries: ReadonlyMap<string, Entry>;
	/** The entry of a name; made where there is none. */
	entry(name: string): Entry;
	/** Takes an object's state, where that is news. */
	take(name: string, entry: Entry, object: LiveObject): void;
	/** Tells what is not as it was applied, once. */
	tell(entry: Entry): void;
	drop(name: string): void;
}

export function openKindTable(options: KindTableOptions): KindTable {
	const { health, notify } = options;
	const entries = new Map<string, Entry>();
	let kept = 0;

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

	function take(name: string, each: Entry, object: LiveObject): void {
		each.uid = object.metadata.uid;
		each.version = object.metadata.resourceVersion;
		each.hash = projectionHash(object, each.rules);
		keep(each, each.applied !== undefined && stateOf(each) === "drifted" ? object : undefined);
		const assessed = health.assess(object);
		if (assessed instanceof Promise) {
			const { version } = each;
			void assessed.then((given) => {
				if (each.version === version) judge(name, each, given);
			});
		} else judge(name, each, assessed);
	}

	function judge(name: string, each: Entry, given: Health): void {
		const { health: before } = each;
		if (before.status === given.status && before.message === given.message) return;
		each.health = given.message === "" && given.status === "Healthy" ? healthy : given;
		if (given.status === "Healthy" || given.status === "Suspended") {
			each.cause = "";
			each.looks = 0;
		} else options.ill(each, options.type, name);
		if (each.application !== undefined && each.key !== undefined) notify({ application: each.application, key: each.key, type: "health" });
	}

	function tell(each: Entry): void {
		const { application, key, applied, writing } = each;
		if (application === undefined || key === undefined || applied === undefined || writing > 0) return;
		const state = stateOf(each);
		const news = state === "same" ? "" : `${state} ${each.version} ${each.hash}`;
		if (news === each.told) return;
		each.told = news;
		if (news !== "") notify({ application, key, type: "changed" });
	}

	function vanish(each: Entry, version: string): void {
		each.uid = "";
		each.version = version;
		each.hash = "";
		each.cause = "";
		keep(each, undefined);
		each.health = { status: "Missing", message: "it is not there" };
	}

	const watch = watchKind({
		...options,
		events: {
			seen(object) {
				const name = nameOf(object);
				const each = entry(name);
				if (each.version !== "" && !isLater(object.metadata.resourceVersion, each.version)) return;
				if (each.application === undefined) each.application = applicationOf(object, options.environment);
				take(name, each, object);
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
		entries,
		entry,
		take,
		tell,
		drop(name) {
			const each = entries.get(name);
			if (each !== undefined) keep(each, undefined);
			entries.delete(name);
		},
	};
}

const healthy: Health = { status: "Healthy", message: "" };

/** The Application that an object's marks name, where it is of this Environment. */
function applicationOf({ metadata }: LiveObject, environment: string): string | undefined {
	const [place, application] = metadata.annotations?.[ownerAnnotation]?.split("/") ?? [];
	return place === environment ? application : undefined;
}
