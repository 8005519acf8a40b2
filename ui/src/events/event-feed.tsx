import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import type { GitwardEvent } from "../../../src/core/views/event.ts";
import { eventsKey } from "../api/queries.ts";
import { type SeverityFilter, selectEvents } from "../live/event-log.ts";
import { Icon } from "../parts/icon.tsx";
import { Empty, Loading } from "../parts/notice.tsx";
import { EventLines } from "./event-lines.tsx";

const severities: readonly (readonly [SeverityFilter, string])[] = [
	["all", "All"],
	["warning", "Warnings"],
	["error", "Errors"],
];

interface FeedProps {
	/** Absent where the feed always stands. */
	readonly onClose: (() => void) | undefined;
	readonly onOpen: (application: string) => void;
}

/** What just happened, everywhere, as it happens. */
export function EventFeed({ onClose, onOpen }: FeedProps): ReactNode {
	// The stream fills it; nothing is asked for here.
	const { data } = useQuery<readonly GitwardEvent[]>({ queryKey: eventsKey, enabled: false });
	const [search, setSearch] = useState("");
	const [severity, setSeverity] = useState<SeverityFilter>("all");
	const words = useDeferredValue(search);
	const shown = useMemo(() => selectEvents(data ?? [], words, severity), [data, words, severity]);
	return (
		<>
			<div className="border-b border-line px-5 pt-4 pb-3">
				<div className="flex items-center gap-3">
					<h2 className="flex-1 font-semibold">Events</h2>
					<fieldset className="flex gap-0.5">
						<legend className="sr-only">Severity</legend>
						{severities.map(([value, title]) => (
							<button
								key={value}
								type="button"
								aria-pressed={severity === value}
								onClick={() => setSeverity(value)}
								className="rounded-md px-2 py-0.5 text-[13px] text-muted hover:text-ink aria-pressed:bg-raised aria-pressed:font-medium aria-pressed:text-ink"
							>
								{title}
							</button>
						))}
					</fieldset>
					{onClose === undefined ? null : (
						<button
							type="button"
							aria-label="Close events"
							onClick={onClose}
							className="-mr-1.5 rounded-md p-1.5 text-muted hover:bg-raised hover:text-ink"
						>
							<Icon name="close" />
						</button>
					)}
				</div>
				<label className="relative mt-2.5 block">
					<span className="sr-only">Filter events</span>
					<Icon name="search" className="pointer-events-none absolute top-2 left-2.5 text-faint" />
					<input
						type="search"
						placeholder="Filter events"
						value={search}
						onChange={(event) => setSearch(event.target.value)}
						className="h-8 w-full rounded-md border border-line-strong bg-surface pr-2 pl-8 text-[13px] placeholder:text-faint"
					/>
				</label>
			</div>
			<div className="min-h-0 flex-1 overflow-y-auto">
				{data === undefined ? (
					<Loading what="events" />
				) : shown.length === 0 ? (
					<Empty icon="pulse" title={data.length === 0 ? "Nothing happened yet" : "No event matches"}>
						{data.length === 0 ? <p>Pushes, Syncs, drift and repairs appear here as they happen.</p> : null}
					</Empty>
				) : (
					<EventLines events={shown} withSubject onOpen={onOpen} />
				)}
			</div>
		</>
	);
}
