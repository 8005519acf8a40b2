import type { ReactNode } from "react";
import type { HistoryEntry } from "../../../src/core/views/application.ts";
import type { Tone } from "../applications/verdict.ts";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { Message } from "../parts/notice.tsx";
import { ObjectName } from "../parts/object-name.tsx";
import { RevisionView } from "../parts/revision.tsx";
import { Status } from "../parts/status.tsx";
import { spanText } from "../time/relative.ts";
import { TimeAgo } from "../time/time-ago.tsx";

const resultTone: Readonly<Record<HistoryEntry["result"], Tone>> = {
	Running: "busy",
	Succeeded: "good",
	Failed: "bad",
	Interrupted: "warn",
};

const triggerWords: Readonly<Record<HistoryEntry["trigger"], string>> = {
	revision: "new revision",
	drift: "drift repaired",
	manual: "asked for",
	rollback: "rollback",
	removal: "removal",
	retry: "another try",
};

interface RowProps {
	readonly entry: HistoryEntry;
	/** Whether this is what runs now. */
	readonly current: boolean;
	readonly onRollback: () => void;
}

/** One Sync: what it brought, who caused it, how it ended. */
export function HistoryRow({ entry, current, onRollback }: RowProps): ReactNode {
	const { revision, commit, result, trigger, by, started, finished, message, changes, rollback } = entry;
	return (
		<li className="px-3.5 py-2.5 text-[13.5px]">
			<div className="flex flex-wrap items-center gap-x-3 gap-y-1">
				<span className="w-24">
					<Status tone={resultTone[result]} word={result} />
				</span>
				<span className="flex min-w-0 flex-1 basis-52 items-baseline gap-2">
					<RevisionView revision={revision} />
					<span className="truncate font-medium" title={commit?.subject}>
						{commit?.subject ?? triggerWords[trigger]}
					</span>
				</span>
				{current ? (
					<span className="rounded-full bg-good-soft px-2 py-0.5 text-xs font-medium text-good">runs now</span>
				) : rollback ? (
					<Button icon="undo" onClick={onRollback}>
						Roll back
					</Button>
				) : null}
			</div>
			<p className="mt-0.5 text-[13px] text-muted">
				<TimeAgo time={started} /> · {triggerWords[trigger]} · by {by.name}
				{by.via === "automation" || by.via === "git" ? "" : ` (${by.via})`}
				{commit === undefined || commit.author === by.name ? "" : ` · commit by ${commit.author}`}
				{finished === undefined ? "" : ` · took ${spanText(Date.parse(finished) - Date.parse(started))}`}
			</p>
			{result === "Succeeded" || message === "" ? null : (
				<Message text={message} className="mt-1.5 rounded-md bg-canvas px-2.5 py-1.5 text-[13px]" />
			)}
			{changes.length === 0 ? null : (
				<details className="group mt-1">
					<summary className="inline-flex list-none items-center gap-1 rounded text-[13px] text-muted hover:text-ink">
						<Icon name="down" className="size-3.5 -rotate-90 transition-transform group-open:rotate-0" />
						{changes.length} {changes.length === 1 ? "Object" : "Objects"} changed
					</summary>
					<ul className="mt-1 ml-4.5 space-y-0.5 text-[13px]">
						{changes.map((change) => (
							<li key={`${change.key} ${change.action}`}>
								<span className={`inline-block w-16 ${change.action === "delete" ? "font-medium text-bad" : "text-muted"}`}>
									{change.action}
								</span>
								<ObjectName objectKey={change.key} application={entry.application} />
								{change.error === undefined ? null : <Message text={change.error} className="text-bad" />}
							</li>
						))}
					</ul>
				</details>
			)}
		</li>
	);
}
