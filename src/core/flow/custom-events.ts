import { matchesGlob } from "../glob.ts";
import type { EventFacts } from "./event.ts";
import type { Flow } from "./flow.ts";
import { affectedParts, changesOf, pathsOf, spanOf } from "./parts.ts";
import { matchesPath } from "./path-glob.ts";
import type { Asking, Changes, CommitFacts } from "./questions.ts";
import { fullName, type Move, type Oid, type Refs } from "./refs.ts";

type Custom = Flow["events"][string];

/** Events that the Flow defines itself. */
export function* customEvents(
	moves: readonly Move[],
	{ flow, after: refs, commits }: { readonly flow: Flow; readonly after: Refs; readonly commits: ReadonlyMap<Oid, CommitFacts> },
): Asking<readonly EventFacts[]> {
	const events: EventFacts[] = [];
	for (const [name, custom] of Object.entries(flow.events)) {
		for (const move of moves.filter((each) => isAbout(custom, each))) {
			const { before, after } = move;
			const needsPaths = custom.paths !== undefined || custom.parts !== undefined;
			if (needsPaths && after !== undefined) {
				const [change] = yield* changesOf([yield* spanOf({ before, after }, flow, refs)]);
				if (!touches(custom, flow, change)) continue;
			}
			const commit = commits.get(after ?? "");
			const who =
				commit === undefined
					? {}
					: { author: commit.author, email: commit.email, subject: commit.message.split("\n", 1)[0]?.slice(0, 500) ?? "" };
			events.push({
				name,
				ref: fullName(move),
				...(before === undefined ? {} : { before }),
				...(after === undefined ? {} : { after }),
				...who,
			});
		}
	}
	return events;
}

function isAbout({ branches, tags, when }: Custom, { kind, name, before, after }: Move): boolean {
	const what = before === undefined ? "created" : after === undefined ? "deleted" : "updated";
	return when.includes(what) && (kind === "branch" ? branches : tags)?.some((glob) => matchesGlob(glob, name)) === true;
}

/** Whether what changed concerns the event; what is not known to leave it alone does. */
function touches({ paths, parts }: Custom, flow: Flow, change: Changes | undefined): boolean {
	if (change === undefined || !change.complete) return true;
	const changed = pathsOf(change);
	if (paths?.some((pattern) => changed.some((path) => matchesPath(pattern, path))) === false) return false;
	const affected = parts === undefined ? [] : affectedParts(flow.parts, changed);
	return parts === undefined || parts.some((part) => affected.includes(part));
}
