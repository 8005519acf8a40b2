import type { AppError } from "../../../core/app-error.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { TargetEvent } from "../../../ports/driver.ts";
import type { Log } from "../../../ports/log.ts";

/** Milliseconds for which news of several kinds is gathered: a cluster that cannot be reached is one piece of news. */
const gatherMs = 50;

export interface ReachabilityOptions {
	readonly environment: string;
	readonly clock: Clock;
	readonly log: Log;
	readonly notify: (event: TargetEvent) => void;
}

/** Tells Applications and the log that kinds cannot be followed, or can again. */
export interface Reachability {
	/** `failure` is undefined where the kind can be followed. */
	changed(kind: string, failure: AppError | undefined, applications: Iterable<string>): void;
	close(): void;
}

export function createReachability({ environment, clock, log, notify }: ReachabilityOptions): Reachability {
	const failing = new Map<string, AppError>();
	const concerned = new Set<string>();
	/** Kinds that were told of as failing. */
	let told = new Set<string>();
	let cancel: (() => void) | undefined;

	function flush(): void {
		cancel = undefined;
		const [first] = failing.values();
		const news = [...failing.keys()].filter((kind) => !told.has(kind));
		if (first !== undefined && news.length > 0)
			log.warn("cluster cannot be watched", { environment, kinds: news, code: first.code, reason: first.message });
		if (first === undefined && told.size > 0) log.info("cluster can be watched again", { environment });
		told = new Set(failing.keys());
		const applications = [...concerned];
		concerned.clear();
		for (const application of applications) notify({ application, type: "health" });
	}

	return {
		changed(kind, failure, applications) {
			if (failure !== undefined) failing.set(kind, failure);
			else if (!failing.delete(kind)) return;
			for (const application of applications) concerned.add(application);
			cancel ??= clock.after(gatherMs, flush);
		},
		close() {
			cancel?.();
		},
	};
}
