import { AppError } from "../../../core/app-error.ts";
import type { Clock } from "../../../ports/clock.ts";
import { abortable } from "./abortable.ts";
import type { Catalog } from "./catalog.ts";
import type { Discovery } from "./client.ts";

/** How often a type that is not known makes the catalog be read anew, at most. */
const refreshMs = 3000;

/** Keeps what `load` says the server can do; all who ask at once share one reading. */
export function createDiscovery(load: () => Promise<Catalog>, clock: Clock): Discovery {
	let catalog: Catalog | undefined;
	let isForgotten = true;
	let loadedAt = 0;
	let loading: Promise<void> | undefined;

	async function refresh(): Promise<void> {
		if (loading !== undefined) return loading;
		const mine: Promise<void> = load()
			.then((found) => {
				// What was asked for before `forget` may not know what has come since.
				if (loading !== mine) return;
				catalog = found;
				isForgotten = false;
				loadedAt = clock.monotonic();
			})
			.finally(() => {
				if (loading === mine) loading = undefined;
			});
		loading = mine;
		return mine;
	}

	return {
		known: (group, kind, version) => catalog?.find(group, kind, version),
		async find(group, kind, version, { signal } = {}) {
			const known = isForgotten ? undefined : catalog?.find(group, kind, version);
			if (known !== undefined) return known;
			if (!isForgotten && clock.monotonic() - loadedAt >= refreshMs) isForgotten = true;
			while (isForgotten) await abortable(refresh(), signal);
			const found = catalog?.find(group, kind, version);
			if (found === undefined && catalog?.isIncomplete(group) === true) throw incomplete(group, kind);
			return found;
		},
		async all({ signal } = {}) {
			while (isForgotten) await abortable(refresh(), signal);
			return catalog?.all ?? [];
		},
		forget() {
			isForgotten = true;
			loading = undefined;
		},
	};
}

function incomplete(group: string, kind: string): AppError {
	return new AppError(`Whether the cluster knows ${kind} of ${group} cannot be told: whoever serves ${group} does not answer`, {
		code: "GroupUnavailable",
		kind: "unavailable",
		hint: `Look at its APIService: kubectl get apiservices | grep ${group}`,
	});
}
