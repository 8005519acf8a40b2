import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { AppError } from "../../../src/core/app-error.ts";
import { applicationQuery } from "../api/queries.ts";
import { Icon } from "../parts/icon.tsx";
import { Empty, ErrorNotice, Loading } from "../parts/notice.tsx";
import { Tabs } from "../parts/tabs.tsx";
import type { DetailTab } from "../url/view-state.ts";
import { ApplicationEvents } from "./application-events.tsx";
import { Differences } from "./differences.tsx";
import { History } from "./history.tsx";
import { Objects } from "./objects.tsx";
import { Summary } from "./summary.tsx";

interface PanelProps {
	readonly name: string;
	readonly tab: DetailTab;
	readonly onTab: (tab: DetailTab) => void;
	readonly onClose: () => void;
}

/** Everything about one Application. */
export function DetailPanel({ name, tab, onTab, onClose }: PanelProps): ReactNode {
	const application = useQuery(applicationQuery(name));
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => heading.current?.focus({ preventScroll: true }), []);
	const gone = application.error instanceof AppError && application.error.kind === "notFound";
	return (
		<>
			<div className="flex items-start gap-3 px-5 pt-4">
				<h2
					ref={heading}
					tabIndex={-1}
					className="min-w-0 flex-1 text-lg leading-7 font-semibold tracking-tight [overflow-wrap:anywhere] outline-none"
				>
					{name}
				</h2>
				<button
					type="button"
					aria-label="Close details"
					title="Close (Esc)"
					onClick={onClose}
					className="-mr-1.5 rounded-md p-1.5 text-muted hover:bg-raised hover:text-ink"
				>
					<Icon name="close" />
				</button>
			</div>
			{application.data === undefined ? (
				gone ? (
					<Empty icon="question" title="There is no such application">
						<p>The control documents do not name {name}; it may have been removed. Its events are still in the log.</p>
					</Empty>
				) : application.error === null ? (
					<Loading what={name} />
				) : (
					<ErrorNotice error={application.error} onRetry={() => void application.refetch()} />
				)
			) : (
				<>
					<Summary application={application.data} />
					<Tabs
						label={`Details of ${name}`}
						active={tab}
						onChange={onTab}
						tabs={[
							{ id: "differences", title: "Differences" },
							{ id: "objects", title: "Objects", count: application.data.objects },
							{ id: "history", title: "History" },
							{ id: "events", title: "Events" },
						]}
					>
						{tab === "differences" ? <Differences application={application.data} /> : null}
						{tab === "objects" ? <Objects application={application.data} /> : null}
						{tab === "history" ? <History application={application.data} /> : null}
						{tab === "events" ? <ApplicationEvents name={name} /> : null}
					</Tabs>
				</>
			)}
		</>
	);
}
