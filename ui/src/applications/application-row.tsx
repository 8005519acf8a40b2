import { type MouseEvent, memo, type ReactNode } from "react";
import { Icon } from "../parts/icon.tsx";
import { RevisionView } from "../parts/revision.tsx";
import { shortenRevisions } from "../parts/shorten.ts";
import { HealthStatusView, SyncStatusView } from "../parts/status.tsx";
import { TimeAgo } from "../time/time-ago.tsx";
import { addressOf } from "../url/use-view-state.ts";
import type { DetailTab } from "../url/view-state.ts";
import { HoldLine } from "./hold-line.tsx";
import type { Judged } from "./select.ts";

interface RowProps {
	readonly judged: Judged;
	readonly selected: boolean;
	readonly onOpen: (application: string, tab: DetailTab) => void;
}

/** One Application in one line, and a line for each thing that it waits for. */
export const ApplicationRow = memo(function ApplicationRow({ judged, selected, onOpen }: RowProps): ReactNode {
	const { application, verdict } = judged;
	const { name, environment, repository, path, sync, health, appliedRevision, desiredRevision, lastSync, holds } = application;
	const open = (event: MouseEvent): void => {
		if (event.metaKey || event.ctrlKey || event.shiftKey) return;
		event.preventDefault();
		onOpen(name, "differences");
	};
	const failure = holds.length === 0 && (verdict.tone === "bad" || verdict.tone === "warn") ? verdict.why : "";
	return (
		<div className={`group relative px-4 py-2.5 ${selected ? "bg-accent-soft" : "hover:bg-raised"}`}>
			<div className="flex flex-wrap items-center gap-x-4 gap-y-1 @2xl:grid @2xl:grid-cols-[minmax(0,1fr)_7rem_7rem_13rem] @4xl:grid-cols-[minmax(0,1fr)_8rem_8.5rem_8.5rem_14.5rem]">
				<div className="min-w-0 flex-1">
					<a
						href={addressOf({ application: name, tab: "differences" })}
						onClick={open}
						aria-current={selected ? "true" : undefined}
						className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
					>
						{name}
					</a>
					<div className="truncate text-[13px] text-faint">
						<span className="@4xl:hidden">{environment} · </span>
						{repository}/{path}
					</div>
				</div>
				<div className="hidden truncate text-[13.5px] text-muted @4xl:block">{environment}</div>
				<div className="order-3 text-[13.5px] @2xl:order-none">
					<SyncStatusView sync={sync} drifted={application.driftedObjects} />
				</div>
				<div className="order-1 text-[13.5px] @2xl:order-none">
					<HealthStatusView health={health} />
				</div>
				<div aria-hidden="true" className="order-2 h-0 basis-full @2xl:hidden" />
				<div className="order-4 ml-auto flex items-baseline justify-end gap-3 text-[13px] text-muted @2xl:order-none @2xl:ml-0">
					<span className="inline-flex items-center gap-1">
						{appliedRevision === undefined ? "not applied" : <RevisionView revision={appliedRevision} />}
						{desiredRevision === undefined || desiredRevision === appliedRevision ? null : (
							<>
								<Icon name="arrow" className="size-3" />
								<span className="sr-only">wants</span>
								<RevisionView revision={desiredRevision} />
							</>
						)}
					</span>
					{lastSync === undefined ? null : <TimeAgo time={lastSync} className="min-w-[4.6rem] text-right" />}
				</div>
			</div>
			{holds.map((hold) => (
				<HoldLine key={hold.reason} application={name} hold={hold} />
			))}
			{failure === "" ? null : (
				<p className="mt-1 line-clamp-2 text-[13px] text-muted [overflow-wrap:anywhere]">{shortenRevisions(failure)}</p>
			)}
		</div>
	);
});
