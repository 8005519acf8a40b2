import { stat } from "node:fs/promises";
import type { AppError } from "../../core/app-error.ts";
import type { Git } from "./git-command.ts";
import type { Objects } from "./objects.ts";
import { parseRefs, type Refs, refsCommand } from "./refs.ts";

/** Refs as they stood on disk at one moment; the text is the same exactly while none moved. */
export interface RefsReading {
	readonly refs: Refs;
	readonly text: string;
}

/** Refs in memory, so that resolving one costs nothing; who fetches puts the new ones in. */
export interface RefBook {
	/** Those in force; read from the disk where this life did not yet. Throws `notFound` before the first fetch. */
	current(signal?: AbortSignal): Promise<Refs>;
	/** Those on disk now, not yet in force. */
	read(signal?: AbortSignal): Promise<RefsReading>;
	/** Whether a reading says something new. */
	isNews(reading: RefsReading): boolean;
	put(reading: RefsReading): void;
	/** Takes nothing for known any more, as the repository was replaced; what is in force stays so until then. */
	expectNews(): void;
	/** Whether the repository stands on the disk. */
	isThere(): Promise<boolean>;
	/** The error for one that does not. */
	missing(): AppError;
}

/** `missing` makes the error for a repository that is not there. */
export function createRefBook(git: Git, folder: string, objects: Objects, missing: () => AppError): RefBook {
	let known: { readonly refs: Refs; readonly text: string | undefined } | undefined;

	async function read(signal?: AbortSignal): Promise<RefsReading> {
		const { stdout } = await git.run(folder, refsCommand, { signal, timeoutMs: 30_000, maxOutputBytes: 64 * 1024 * 1024 });
		const text = stdout.toString("utf8");
		if (known?.text === text) return { refs: known.refs, text };
		return { text, refs: await parseRefs(text, async (oid) => (await objects.commit(oid))?.oid) };
	}

	function isThere(): Promise<boolean> {
		return stat(`${folder}/HEAD`).then(
			() => true,
			() => false,
		);
	}

	return {
		read,
		isThere,
		missing,
		async current(signal) {
			if (known !== undefined) return known.refs;
			if (!(await isThere())) throw missing();
			const reading = await read(signal);
			known ??= reading;
			return known.refs;
		},
		isNews: ({ text }) => text !== known?.text,
		put(reading) {
			known = reading;
		},
		expectNews() {
			if (known !== undefined) known = { refs: known.refs, text: undefined };
		},
	};
}
