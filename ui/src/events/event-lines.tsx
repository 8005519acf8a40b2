import type { ReactNode } from "react";
import { parseKey } from "../../../src/core/object.ts";
import type { GitwardEvent } from "../../../src/core/views/event.ts";
import { typeWords } from "../live/event-log.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { RevisionView } from "../parts/revision.tsx";
import { shortenRevisions } from "../parts/shorten.ts";
import { TimeAgo } from "../time/time-ago.tsx";

interface LinesProps {
	/** Newest first. */
	readonly events: readonly GitwardEvent[];
	readonly withSubject: boolean;
	readonly onOpen?: (application: string) => void;
}

const looks: Readonly<Record<GitwardEvent["severity"], readonly [IconName, string, string]>> = {
	info: ["check", "text-faint", ""],
	warning: ["warning", "text-warn", "Warning: "],
	error: ["cross-circle", "text-bad", "Error: "],
};

/** Events one under the other: what happened, to what, when, by whom. */
export function EventLines({ events, withSubject, onOpen }: LinesProps): ReactNode {
	return (
		<ol className="divide-y divide-line">
			{events.map((event) => (
				<EventLine key={event.id} event={event} withSubject={withSubject} onOpen={onOpen} />
			))}
		</ol>
	);
}

function EventLine({
	event,
	withSubject,
	onOpen,
}: {
	readonly event: GitwardEvent;
	readonly withSubject: boolean;
	readonly onOpen: LinesProps["onOpen"];
}): ReactNode {
	const { application, environment, repository, object, revision, by, severity } = event;
	const [icon, ink, word] = looks[severity];
	const subject = application ?? repository ?? environment;
	return (
		<li className="flex gap-2.5 px-5 py-2.5 text-[13px] [contain-intrinsic-size:auto_64px] [content-visibility:auto]">
			<Icon name={event.type === "SyncStarted" ? "sync" : icon} className={`mt-0.5 ${ink}`} />
			<div className="min-w-0 flex-1">
				<div className="flex items-baseline gap-2">
					<span className="min-w-0 flex-1 font-medium">
						<span className="sr-only">{word}</span>
						{typeWords(event.type)}
					</span>
					<TimeAgo time={event.time} className="text-xs text-faint" />
				</div>
				{withSubject && subject !== undefined ? (
					<p className="truncate">
						{application !== undefined && onOpen !== undefined ? (
							<button
								type="button"
								onClick={() => onOpen(application)}
								className="rounded-sm text-accent underline-offset-3 hover:underline"
							>
								{application}
							</button>
						) : (
							<span>{subject}</span>
						)}
						{environment === undefined || environment === subject ? null : <span className="text-muted"> in {environment}</span>}
					</p>
				) : null}
				{event.message === "" ? null : (
					<p className="line-clamp-4 whitespace-pre-line text-muted [overflow-wrap:anywhere]">{shortenRevisions(event.message)}</p>
				)}
				<p className="flex flex-wrap gap-x-2 text-xs text-faint">
					{object === undefined ? null : <span>{`${parseKey(object).kind} ${parseKey(object).name}`}</span>}
					{revision === undefined ? null : <RevisionView revision={revision} />}
					{by.via === "automation" ? null : (
						<span>
							by {by.name}
							{by.via === "git" ? "" : `, ${by.via}`}
						</span>
					)}
				</p>
			</div>
		</li>
	);
}
