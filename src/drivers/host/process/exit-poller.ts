import type { Clock } from "../../../ports/clock.ts";
import { isSame, type ProcessIdentity, type ProcessTable } from "./process-table.ts";

const tickMs = 50;
/** Looked at in one tick; with more processes each is looked at less often. */
const perTick = 100;
/** Every so often the identity is compared too, which also finds what ended and was not waited for. */
const identityEvery = 10;

interface Watched {
	readonly pid: number;
	readonly identity: ProcessIdentity;
	readonly onEnd: () => void;
	looks: number;
}

/** Notices the end of processes that are not our children. */
export interface ExitPoller {
	/** Returns how to stop. */
	add(pid: number, identity: ProcessIdentity, onEnd: () => void): () => void;
	close(): void;
}

export function createExitPoller({ table, clock }: { table: ProcessTable; clock: Clock }): ExitPoller {
	const queue = new Set<Watched>();
	let cancel: (() => void) | undefined;
	let closed = false;

	async function look(item: Watched): Promise<void> {
		item.looks += 1;
		const isThere = table.exists(item.pid) && (item.looks % identityEvery !== 0 || (await isSame(table, item.pid, item.identity)));
		if (isThere || !queue.delete(item)) return;
		item.onEnd();
	}

	async function tick(): Promise<void> {
		const batch = [...queue].slice(0, perTick);
		if (queue.size > perTick) {
			// To the end of the queue: the next tick takes the next ones.
			for (const item of batch) {
				queue.delete(item);
				queue.add(item);
			}
		}
		await Promise.all(batch.map(look));
	}

	function arm(): void {
		if (closed || cancel !== undefined || queue.size === 0) return;
		cancel = clock.after(tickMs, () => {
			void tick().finally(() => {
				cancel = undefined;
				arm();
			});
		});
	}

	return {
		add(pid, identity, onEnd) {
			const item: Watched = { pid, identity, onEnd, looks: 0 };
			queue.add(item);
			arm();
			return () => queue.delete(item);
		},
		close() {
			closed = true;
			cancel?.();
			queue.clear();
		},
	};
}
